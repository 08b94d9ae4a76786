package io.keymoot.peer;

import io.keymoot.admission.AdmissionPolicy;
import io.keymoot.admission.Renewal;
import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.frame.FrameSender;
import io.keymoot.flatkeying.frame.TekEpoch;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.key.Tek;
import io.keymoot.flatkeying.keying.Effect;
import io.keymoot.flatkeying.keying.FlatKeying;
import io.keymoot.flatkeying.keying.Input;
import io.keymoot.flatkeying.keying.Said;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.heartbeat.Beat;
import io.keymoot.heartbeat.Duty;
import io.keymoot.heartbeat.EpochHeld;
import io.keymoot.heartbeat.Heartbeat;
import io.keymoot.heartbeat.HeartbeatCodec;
import io.keymoot.heartbeat.HeartbeatContent;
import io.keymoot.heartbeat.HeartbeatMessage;
import io.keymoot.heartbeat.Rosters;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One device's part in one group: flat-keying, heartbeat and policy put together. The simulator and
 * the product run this class.
 *
 * <pre>
 *   PeerInput ──▶ heartbeat? ── what it heard ──▶ FlatKeying ── Effect ──▶ heartbeat, policy
 *                    ▲                                │
 *                    └──────── what is known ─────────┴──▶ PeerEffect: network, key ring, people
 * </pre>
 *
 * <p>The three cores talk only through this class, by inputs and effects; it decides nothing
 * itself. One thing is read instead of told: who said which KEKs it holds, for that table is as
 * wide as the group.
 *
 * <p>Long, but whole: each input and effect of the three cores has its one line here.
 */
public final class Peer implements AutoCloseable {

  /** What peers of one JVM may share: all of it pure. */
  public record Shared(
      FlatKeying.Shared keying, Rosters rosters, Identities identities, BeatsRead beats) {
    public Shared(FlatKeying.Shared keying, Rosters rosters) {
      this(keying, rosters, new Identities(), new BeatsRead());
    }
  }

  record KeyName(FactId epoch, int revision) implements Comparable<KeyName> {
    @Override
    public int compareTo(KeyName other) {
      int byEpoch = epoch.compareTo(other.epoch);
      return byEpoch != 0 ? byEpoch : Integer.compare(revision, other.revision);
    }
  }

  private final FlatKeying keying;
  private final Entropy entropy;
  private final Rosters rosters;
  private final BeatsRead beats;
  private final Judging judging;
  private final Looking looking;
  private final OtherVersions otherVersions = new OtherVersions();
  private final Strangers strangers = new Strangers();
  private final Unheard unheard = new Unheard();

  /** From when this peer has a member id: that is, from its start. */
  private @Nullable Heartbeat heartbeat;

  private final SortedMap<KeyName, Tek> keys = new TreeMap<>();
  private final Deque<Effect> keyingDid = new ArrayDeque<>();
  private final List<PeerEffect> out = new ArrayList<>();
  private GroupState before = GroupState.nothing();
  private @Nullable KeyName active;

  /** What frames are sealed under: for a moment still the epoch before {@link #active}'s. */
  private final TakeUp takeUp = new TakeUp();

  /** What was last said about slots: whose KEKs are held, and which are to be resealed. */
  private int haveMask;

  private List<Slot> resealsOwed = List.of();
  private @Nullable Address reachedAt;
  private List<Bytes> remembered = List.of();
  private SortedSet<MemberId> shunned = Collections.emptySortedSet();
  private @Nullable Stay stay;
  private final Set<StayId> begun = new TreeSet<>();
  private final Set<FactId> leftBehind = new TreeSet<>();
  private PeerEffect.Status status =
      new PeerEffect.Status(Effect.State.SYNCING, "this peer has not started");
  private PeerEffect.@Nullable RosterIs rosterIs;
  private Tick now = Tick.ZERO;

  private Peer(FlatKeying keying, AdmissionPolicy policy, Entropy entropy, Shared shared) {
    this.keying = keying;
    this.entropy = entropy;
    this.rosters = shared.rosters;
    this.beats = shared.beats;
    this.looking = new Looking(keying, shared.identities);
    this.judging = new Judging(policy, keying, shared.identities, this::keying, out::add);
    keying.readFrom(member -> heartbeat == null ? null : said(heartbeat, member));
  }

  public static Peer found(
      FlatKeying.Founding plan,
      SigningKey key,
      Bytes credential,
      AdmissionPolicy policy,
      Entropy entropy,
      Shared shared) {
    return new Peer(
        FlatKeying.found(plan, key, credential, entropy, shared.keying), policy, entropy, shared);
  }

  public static Peer join(
      GroupId group,
      SigningKey key,
      Bytes credential,
      AdmissionPolicy policy,
      Entropy entropy,
      Shared shared) {
    return new Peer(
        FlatKeying.join(group, key, credential, entropy, shared.keying), policy, entropy, shared);
  }

  // ---- what others may look at

  /** Facts and keys; to look at, not to step. */
  public FlatKeying keying() {
    return keying;
  }

  /** Who is there; none before the start. */
  public Optional<Heartbeat> heartbeat() {
    return Optional.ofNullable(heartbeat);
  }

  /** All that people see of this peer; a pass over its members. */
  public PeerView view(Tick at) {
    return looking.view(at, heartbeat, status, Optional.ofNullable(rosterIs), judging.waiting());
  }

  /** That this peer is out though nobody meant it, if so; a walk through all facts. */
  public Optional<Fall> fall() {
    return Fall.of(keying);
  }

  // ---- the step

  public List<PeerEffect> step(Tick time, PeerInput input) {
    now = time;
    judging.itIs(time);
    out.clear();
    if (heartbeat == null && !(input instanceof PeerInput.Start)) {
      // The network may be quicker than whoever starts this peer: what it missed comes again.
      return List.of();
    }
    if (isOverdue(time)) {
      // Who wakes from a long sleep erases what is due before it hears all that came meanwhile.
      keying(new Input.TimePassed());
      settle();
    }
    switch (input) {
      case PeerInput.Start start -> {
        judging.dateIs(start.wall());
        keying(new Input.Start());
        heartbeat = new Heartbeat(now, keying.self(), entropy);
      }
      case PeerInput.Wake wake -> wake();
      case PeerInput.Received received -> received(received.from(), received.message());
      case PeerInput.ReachedAt at -> {
        reachedAt = at.address();
        heartbeat(new io.keymoot.heartbeat.Input.ReachedAt(at.address().value()));
      }
      case PeerInput.Remember remember -> remembered = remember.facts();
      case PeerInput.Shun shun -> shunned = shun.members();
      case PeerInput.Date date -> judging.dateIs(date.wall());
      case PeerInput.Heard heard -> judging.hear(heard.hearing());
      case PeerInput.Answer answer -> judging.answer(answer.ticket(), answer.yes(), answer.by());
      case PeerInput.Policy fresh -> judging.goBy(fresh.rules());
      case PeerInput.Revocations revocations -> judging.takeLists(revocations.lists());
      case PeerInput.AddInvite add -> judging.add(add.invite());
      case PeerInput.RemoveInvite remove -> judging.removeInvite(remove.name());
      case PeerInput.Expel expel -> judging.wish(expel.device());
      case PeerInput.Recognise recognise -> recognise();
      case PeerInput.Pardon pardon -> keying(new Input.Pardon(pardon.device()));
      case PeerInput.Leave leave -> keying(new Input.Leave());
      case PeerInput.Refresh refresh -> keying(new Input.Refresh());
      case PeerInput.Renew renew -> renew(renew.credential());
    }
    settle();
    recall();
    takeUp.review(now);
    takeUp.taken().ifPresent(this::takenUp);
    return List.copyOf(out);
  }

  public Optional<Tick> nextDeadline() {
    // After each message that comes this is asked.
    Tick next = keying.nextDeadline().orElse(null);
    if (heartbeat != null) {
      next = Tick.earlier(next, heartbeat.nextDeadline().orElse(null));
    }
    next = Tick.earlier(next, judging.nextDeadline().orElse(null));
    return Optional.ofNullable(Tick.earlier(next, takeUp.nextDeadline().orElse(null)));
  }

  private boolean isOverdue(Tick time) {
    Optional<Tick> due = keying.nextDeadline();
    return due.isPresent() && !time.isBefore(due.get());
  }

  private void wake() {
    keying(new Input.TimePassed());
    settle();
    heartbeat(new io.keymoot.heartbeat.Input.Wake());
    judging.wake();
  }

  /** Before the step says which key is in use. */
  private void recall() {
    Address from = reachedAt;
    if (from != null && !remembered.isEmpty() && keying.isMember()) {
      List<Bytes> facts = remembered;
      remembered = List.of();
      for (Bytes fact : facts) {
        keying(new Input.Recalled(from.value(), fact));
        settle();
      }
    }
  }

  // ---- what comes in

  private void received(Address from, Bytes message) {
    if (OtherVersions.isOne(message)) {
      otherVersions.heard(from, message, now).ifPresent(out::add);
      return;
    }
    Optional<MessageType> type = SideCodec.typeOf(message);
    if (type.filter(MessageType.HEARTBEAT::equals).isPresent()) {
      BeatsRead.Read read = beats.read(message);
      switch (read.decoded()) {
        case Decoded.Ok<HeartbeatMessage> ok -> beat(from, ok.value(), read);
        case Decoded.Malformed<HeartbeatMessage> bad ->
            out.add(new PeerEffect.Ignored("a malformed heartbeat: " + bad.reason()));
      }
    } else {
      keying(new Input.Received(from.value(), message));
      if (type.filter(MessageType.SYNC_REPLY::equals).isPresent()) {
        settle();
        judging.credentialsCame();
      }
    }
  }

  private void beat(Address from, HeartbeatMessage message, BeatsRead.Read read) {
    Beat beat = message.beat();
    Heartbeat its = heartbeat;
    if (its == null
        || !beat.group().equals(keying.group())
        || beat.member().equals(keying.self())) {
      return;
    }
    boolean isMember = keying.isMember();
    if (!isMember && !shunned.contains(beat.member())) {
      keying(new Input.IntroducerSeen(from.value()));
      settle();
    }
    boolean isSigned = message.statement().isPresent() && isSigned(message, read);
    Input.KeyCheck check = check(message, read);
    boolean hasMac = check == Input.KeyCheck.SAME;
    boolean isOutsiders = message.statement().isPresent() && isMember && isOutsiders(message, read);
    if (!isSigned && !hasMac && !isOutsiders) {
      return;
    }
    if (isForged(message, isSigned, isOutsiders)) {
      return;
    }
    if (its.said(beat.member()).isEmpty()) {
      strangers.heard(beat.member(), from);
    } else {
      strangers.forget(beat.member());
    }
    // Nearly all the time: whoever speaks said the same before, and holds the key that is held
    // here.
    boolean isNothingNew = hasMac && its.saidBefore(beat) && !isWordForAKey(beat);
    // A newcomer gets no key of the time before it: what has the MAC of one was made since then.
    boolean isRecent = hasMac || (isSigned && keying.knowMyAdmit(beat.heads()));
    boolean isOfNow = isRecent && (isNothingNew || !its.isOld(beat));
    if (isMember) {
      List<FactId> unknown =
          isNothingNew && its.wanted().isEmpty() && knowsAll(beat.heads())
              ? List.of()
              : beat.heads().stream().filter(head -> !keying.isHere(head)).toList();
      heartbeat(new io.keymoot.heartbeat.Input.Heard(beat, unknown, isRecent));
      if (!its.wanted().isEmpty() && waitsForMore(beat.heads())) {
        heartbeat(new io.keymoot.heartbeat.Input.KnowsMore(beat.member(), isSigned));
      }
      askWhoIsHeard(beat.member());
    }
    if (!isNothingNew && (isSigned || (hasMac && isOfNow))) {
      keying(
          new Input.Heard(
              beat.member(),
              isSigned ? message.statement() : Optional.empty(),
              isOfNow ? beat.content().epoch().map(EpochHeld::epoch) : Optional.empty(),
              check,
              beat.content().membersDigest()));
    }
  }

  /**
   * In the form of a statement, and nobody's: the group's key under it makes it no member's word,
   * for each who holds that key could have written it.
   */
  private boolean isForged(HeartbeatMessage message, boolean isSigned, boolean isOutsiders) {
    return message.statement().isPresent()
        && !isSigned
        && !isOutsiders
        && !keying.isSignedBySomebodyKnown(message.statement().get());
  }

  /**
   * By whoever is not in as far as this peer knows, and may be by facts that it lacks: nobody ever
   * heard of, whose words cannot be checked, or who was in, and signed it.
   */
  private boolean isOutsiders(HeartbeatMessage message, BeatsRead.Read read) {
    MemberId member = message.beat().member();
    return !keying.state().isMember(member)
        && (isStranger(member)
            || read.isSigned(
                () -> keying.isSignedBySomebodyKnown(message.statement().orElseThrow())));
  }

  private boolean isStranger(MemberId member) {
    return keying.state().person(member).isEmpty();
  }

  /** A key that was only told: each who has the same speaks for it. */
  private boolean isWordForAKey(Beat beat) {
    return beat.content().epoch().map(held -> keying.isOnlyTold(held.epoch())).orElse(false);
  }

  /**
   * Whether one of them is here and cannot be taken yet: who has taken it knows what it rests on.
   */
  private boolean waitsForMore(List<FactId> heads) {
    return heads.stream().anyMatch(head -> !keying.has(head) && keying.isHere(head));
  }

  private boolean knowsAll(List<FactId> heads) {
    for (FactId head : heads) {
      if (!keying.has(head)) {
        return false;
      }
    }
    return true;
  }

  private boolean isSigned(HeartbeatMessage message, BeatsRead.Read read) {
    GroupState state = keying.state();
    return state.count() > 0
        && state.isMember(message.beat().member())
        && read.isSigned(() -> keying.isSignedByMember(message.statement().orElseThrow()));
  }

  /** Whether it was made with the key that this peer holds. */
  private Input.KeyCheck check(HeartbeatMessage message, BeatsRead.Read read) {
    Tek tek = key(message.beat().content().epoch()).orElse(null);
    if (tek == null) {
      return Input.KeyCheck.UNTESTED;
    }
    boolean isSame =
        read.hasMac(
            keying.isProved(tek.epoch()),
            () -> tek.checkMac(message.authenticated(), message.mac()));
    return isSame ? Input.KeyCheck.SAME : Input.KeyCheck.OTHER;
  }

  /** The key that a heartbeat names, if it is held here. */
  Optional<Tek> key(Optional<EpochHeld> named) {
    return named.map(held -> keys.get(new KeyName(held.epoch(), held.revision())));
  }

  private static Said.@Nullable Word said(Heartbeat heartbeat, MemberId member) {
    HeartbeatContent content = heartbeat.said(member).orElse(null);
    return content == null || content.epoch().isEmpty()
        ? null
        : new Said.Word(content.epoch().get().epoch().hash(), content.haveMask());
  }

  // ---- what flat-keying wants

  private void keying(Input input) {
    keyingDid.addAll(keying.step(now, input));
  }

  /** Performs what flat-keying did, and what follows from it, until nothing more does. */
  private void settle() {
    for (Effect effect = keyingDid.poll(); effect != null; effect = keyingDid.poll()) {
      perform(effect);
    }
    if (keying.haveMask() != haveMask) {
      tellHeld();
    }
  }

  private void perform(Effect effect) {
    switch (effect) {
      case Effect.Multicast multicast -> out.add(new PeerEffect.Multicast(multicast.message()));
      case Effect.ToMember to -> send(to.to(), to.message());
      case Effect.ToAddress to ->
          out.add(new PeerEffect.Unicast(new Address(to.to()), to.message()));
      case Effect.Authored authored ->
          heartbeat(new io.keymoot.heartbeat.Input.Said(authored.fact()));
      case Effect.Lacks lacks -> {
        // First what came: what is merely lacked no longer is to nobody's credit.
        tellLearnt();
        heartbeat(new io.keymoot.heartbeat.Input.Lacks(lacks.facts()));
      }
      case Effect.Install install -> install(install.tek());
      case Effect.SendUnder under -> activate(new KeyName(under.epoch(), under.revision()));
      case Effect.HoldFrames hold -> {
        active = null;
        takeUp.holdBack();
        out.add(new PeerEffect.HoldBack());
        tellHeld();
      }
      case Effect.Retire retire -> retire(new KeyName(retire.epoch(), retire.revision()));
      case Effect.AskPolicy ask -> judging.mayJoin(ask);
      case Effect.AskBelief ask -> judging.mayBelieve(ask);
      case Effect.Approved approved -> judging.approved(approved.by(), approved.approval());
      case Effect.Owed owed ->
          heartbeat(
              new io.keymoot.heartbeat.Input.Owed(
                  new Duty.Rekey(), keying.state().usable().isEmpty(), owed.going()));
      case Effect.NoLongerOwed done ->
          heartbeat(new io.keymoot.heartbeat.Input.Done(new Duty.Rekey()));
      case Effect.ResealOwed owed -> resealOwed(owed.slots());
      case Effect.Seconded seconded ->
          heartbeat(new io.keymoot.heartbeat.Input.Seconded(seconded.member(), seconded.by()));
      case Effect.Taken taken -> taken();
      case Effect.Status is -> {
        status = new PeerEffect.Status(is.state(), is.cause());
        out.add(status);
      }
      case Effect.Refused refused -> out.add(new PeerEffect.Refused(refused));
      case Effect.Rekeyed rekeyed -> out.add(new PeerEffect.Rekeyed(rekeyed));
      case Effect.Approvals approvals -> out.add(new PeerEffect.Approvals(approvals));
      case Effect.VouchedBy vouched -> out.add(new PeerEffect.VouchedBy(vouched));
      case Effect.Ignored ignored -> out.add(new PeerEffect.Ignored(ignored.what()));
    }
  }

  /**
   * To where its heartbeat says it is, or a stranger's came from; if it has not been heard, to all.
   * But not a question for facts or blobs, which each who has them would answer: that waits.
   */
  private void send(MemberId to, Bytes message) {
    boolean isQuestion = SideCodec.typeOf(message).filter(MessageType.SYNC::equals).isPresent();
    Optional<Address> at =
        address(to).or(() -> strangers.where(to).filter(a -> isQuestion || isStranger(to)));
    if (at.isPresent()) {
      out.add(new PeerEffect.Unicast(at.get(), message));
    } else if (isQuestion) {
      unheard.isToBeAsked(to, message);
    } else {
      out.add(new PeerEffect.Multicast(message));
    }
  }

  /** What it was to be asked when nobody knew where it is. */
  private void askWhoIsHeard(MemberId member) {
    if (!unheard.isEmpty()) {
      address(member)
          .ifPresent(
              at ->
                  unheard
                      .questions(member)
                      .forEach(message -> out.add(new PeerEffect.Unicast(at, message))));
    }
  }

  /** Where its own signed word says that it is. */
  private Optional<Address> address(MemberId of) {
    return heartbeat == null
        ? Optional.empty()
        : heartbeat
            .said(of)
            .map(HeartbeatContent::address)
            .filter(said -> !said.isEmpty())
            .map(Address::new);
  }

  // ---- keys

  private void install(Tek tek) {
    keys.put(new KeyName(tek.epoch(), tek.revision()), tek);
    out.add(new PeerEffect.Install(new TekEpoch(tek)));
  }

  /**
   * If an expulsion came after it: who was put out holds it, and may speak under it in anybody's
   * name. So it is with each key that opens, the one before the last too, and with one that a Here
   * made unclean before.
   */
  private void leaveBehind(FactId id) {
    GroupState state = keying.state();
    Known epoch = keying.ledger().get(id);
    if (epoch != null
        && state.contains(epoch)
        && !keying.ledger().isClean(state, epoch)
        && !keying.ledger().isOnlySoftlyUnclean(state, epoch)
        && leftBehind.add(id)) {
      out.add(new PeerEffect.LeaveBehind(id));
    }
  }

  private void activate(KeyName key) {
    beginStay();
    active = key;
    takeUp.activate(key, now);
    reviewSealing();
    tellHeld();
  }

  private void takenUp(KeyName key) {
    out.add(new PeerEffect.Activate(key.epoch, key.revision));
    if (!isClean(key)) {
      takeUp.wasUncleanAlready();
    }
  }

  private boolean isClean(KeyName key) {
    GroupState state = keying.state();
    Known epoch = keying.ledger().get(key.epoch);
    return epoch != null && state.contains(epoch) && keying.ledger().isClean(state, epoch);
  }

  /** What frames are sealed under, as the facts stand. */
  private void reviewSealing() {
    KeyName sealing = takeUp.sealing();
    if (sealing != null) {
      GroupState state = keying.state();
      Known epoch = keying.ledger().get(sealing.epoch);
      boolean isClean = isClean(sealing);
      takeUp.epochIs(
          isClean,
          keys.containsKey(sealing),
          isClean || (epoch != null && keying.ledger().isOnlySoftlyUnclean(state, epoch)),
          now);
      if (takeUp.isWaiting() && epoch != null) {
        KeyName stepped = new KeyName(sealing.epoch, state.revision(sealing.epoch));
        if (!keying.ledger().mayBeGivenToAll(state, epoch)) {
          takeUp.epochIsNotForAll();
        } else if (stepped.revision > sealing.revision && keys.containsKey(stepped)) {
          takeUp.stepped(stepped);
        }
      }
    }
  }

  private void retire(KeyName key) {
    Tek tek = keys.remove(key);
    if (key.equals(takeUp.sealing())) {
      reviewSealing();
    }
    if (keys.keySet().stream().noneMatch(other -> other.epoch.equals(key.epoch))) {
      leftBehind.remove(key.epoch);
    }
    if (tek != null) {
      out.add(new PeerEffect.Retire(key.epoch, key.revision, tek::close));
    }
  }

  private void tellHeld() {
    haveMask = keying.haveMask();
    heartbeat(
        new io.keymoot.heartbeat.Input.Holds(
            Optional.ofNullable(active).map(key -> new EpochHeld(key.epoch, key.revision)),
            haveMask));
  }

  /** Which slots of this peer's own are to be given fresh keys, by whoever's turn it is. */
  private void resealOwed(List<Slot> slots) {
    for (Slot slot : resealsOwed) {
      if (!slots.contains(slot)) {
        heartbeat(new io.keymoot.heartbeat.Input.Done(new Duty.Reseal(slot)));
      }
    }
    for (Slot slot : slots) {
      if (!resealsOwed.contains(slot)) {
        heartbeat(new io.keymoot.heartbeat.Input.Owed(new Duty.Reseal(slot), false));
      }
    }
    resealsOwed = slots;
  }

  /**
   * Frames carry the name of the newest stay; its counters begin anew with it. So a stay is begun
   * once. One that was left for a newer may be the newest again, when it turns out that the newer
   * never began, for whoever let this peer in so was expelled meanwhile: then it says Here.
   */
  private void beginStay() {
    Stay newest = keying.stay().orElse(null);
    if (newest == null || newest.equals(stay)) {
      return;
    }
    stay = newest;
    if (begun.add(newest.id())) {
      out.add(new PeerEffect.BeginStay(sender(newest)));
      takeUp.stayBegan();
    } else {
      keying(new Input.Renew(Optional.empty()));
    }
  }

  private static FrameSender sender(Stay stay) {
    return new FrameSender(stay.id(), stay.person().id());
  }

  // ---- the roster

  private void tellResealed(GroupState state, GroupState older) {
    Map<Known, List<Slot>> resealed = new LinkedHashMap<>();
    for (Known.Start each : state.resealedSince(older)) {
      resealed.computeIfAbsent(each.reseal(), fresh -> new ArrayList<>()).add(each.slot());
    }
    resealed.forEach(
        (reseal, slots) -> out.add(new PeerEffect.Resealed(reseal.author(), List.copyOf(slots))));
  }

  private void taken() {
    GroupState state = keying.state();
    if (state == before) {
      return;
    }
    GroupState older = before;
    before = state;
    tellLearnt();
    if (older.count() > 0) {
      tellResealed(state, older);
    }
    reviewSealing();
    heartbeat(new io.keymoot.heartbeat.Input.Knows(rosters.of(state), keying.signingHeads()));
    if (!state.usable().equals(older.usable()) && state.usable().stream().anyMatch(this::isRekey)) {
      heartbeat(new io.keymoot.heartbeat.Input.Rekeyed(state.usable().size() - 1));
    }
    List<MemberId> came = new ArrayList<>();
    List<MemberId> went = new ArrayList<>();
    List<PeerEffect.Sender> senders = new ArrayList<>();
    for (Stay begun : state.newlyBegun(older)) {
      senders.add(new PeerEffect.Sender(sender(begun), begun.person().request().key()));
      if (!older.isMember(begun.person().id())) {
        came.add(begun.person().id());
      }
    }
    if (!senders.isEmpty()) {
      out.add(new PeerEffect.Admit(List.copyOf(senders)));
    }
    for (Stay over : state.newlyOver(older)) {
      out.add(new PeerEffect.EndStay(over.id(), state.isPutOut(over)));
      if (older.isMember(over.person().id()) && !state.isMember(over.person().id())) {
        went.add(over.person().id());
      }
    }
    older.usable().forEach(epoch -> leaveBehind(epoch.id()));
    keys.keySet().stream().map(KeyName::epoch).distinct().forEach(this::leaveBehind);
    if (keying.isMember()) {
      beginStay();
    }
    if (!came.isEmpty() || !went.isEmpty()) {
      judging.rosterChanged();
      out.add(new PeerEffect.RosterChanged(came, went, state.memberCount()));
    }
  }

  /** What came need not be fetched. */
  private void tellLearnt() {
    List<FactId> came =
        heartbeat == null ? List.of() : heartbeat.wanted().stream().filter(keying::isHere).toList();
    if (!came.isEmpty()) {
      heartbeat(new io.keymoot.heartbeat.Input.Learnt(came));
    }
  }

  private boolean isRekey(Known fact) {
    return fact.fact() instanceof Rekey;
  }

  private void recognise() {
    if (heartbeat != null && keying.isMember()) {
      looking.unseen(heartbeat).ifPresent(this::keying);
    }
  }

  // ---- renewal

  /** The device asks itself first whether the others would go along. */
  private void renew(Optional<Bytes> credential) {
    if (credential.isEmpty() || keying.state().count() == 0) {
      keying(new Input.Renew(credential));
      return;
    }
    Renewal.Advice advice =
        Renewal.judge(
            keying.state().found().trust(),
            keying.state().person(keying.self()).orElseThrow().request().key(),
            keying.credential(),
            credential.get(),
            judging.wall());
    if (advice instanceof Renewal.Advice.SayHere) {
      keying(new Input.Renew(credential));
    }
    out.add(new PeerEffect.RenewalIs(advice));
  }

  // ---- what the heartbeat wants

  private void heartbeat(io.keymoot.heartbeat.Input input) {
    if (heartbeat == null) {
      return;
    }
    for (io.keymoot.heartbeat.Effect effect : heartbeat.step(now, input)) {
      perform(effect);
    }
  }

  private void perform(io.keymoot.heartbeat.Effect effect) {
    switch (effect) {
      case io.keymoot.heartbeat.Effect.SendBeat send -> beat(send.beat());
      case io.keymoot.heartbeat.Effect.Fetch fetch -> {
        // Never of all: each who has it would answer.
        if (address(fetch.from()).isPresent() || strangers.where(fetch.from()).isPresent()) {
          keying(new Input.Fetch(fetch.from(), fetch.facts()));
        }
      }
      case io.keymoot.heartbeat.Effect.Repeat repeat -> repeat(repeat.fact());
      case io.keymoot.heartbeat.Effect.Act act -> act(act.duty());
      case io.keymoot.heartbeat.Effect.Second second -> keying(new Input.Second(second.target()));
      case io.keymoot.heartbeat.Effect.KeyHolderPassed passed ->
          out.add(new PeerEffect.KeyHolderPassed(passed.slot(), passed.from(), passed.to()));
      case io.keymoot.heartbeat.Effect.RosterDisagrees disagrees ->
          out.add(new PeerEffect.RosterDisagrees(disagrees.with()));
      case io.keymoot.heartbeat.Effect.RosterIs is -> {
        rosterIs = new PeerEffect.RosterIs(is.freshness(), is.heard(), is.members());
        out.add(rosterIs);
      }
    }
  }

  private void beat(Beat beat) {
    // Who has left says nothing more. Facts taken in this very step come first: a word must cover
    // what its author said last.
    if (!keying.isMember() || !beat.heads().equals(keying.signingHeads())) {
      return;
    }
    Tek tek = key(beat.content().epoch()).orElse(null);
    if (tek == null && beat.content().epoch().isPresent()) {
      return;
    }
    out.add(
        new PeerEffect.Beat(
            HeartbeatCodec.encode(
                beat,
                (heads, content) -> keying.signHeartbeat(content),
                bytes -> tek == null ? bytes : tek.mac(bytes))));
  }

  private void repeat(FactId fact) {
    keying.told(fact).ifPresent(message -> out.add(new PeerEffect.Multicast(message)));
  }

  private void act(Duty duty) {
    switch (duty) {
      case Duty.Rekey rekey -> keying(new Input.Act(io.keymoot.flatkeying.Duty.REKEY));
      case Duty.Reseal reseal -> keying(new Input.Reseal(reseal.slot()));
      case Duty.Absent absent -> keying(new Input.Suspend(absent.member()));
    }
  }

  @Override
  public void close() {
    keys.values().forEach(Tek::close);
    keys.clear();
    keying.close();
  }
}
