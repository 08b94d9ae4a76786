package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Duty;
import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.Approval;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.EvidenceCodec;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactVerifier;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.Found;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.Here;
import io.keymoot.flatkeying.fact.JoinRequest;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rights;
import io.keymoot.flatkeying.fact.SignedHeader;
import io.keymoot.flatkeying.fact.Suite;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.group.CredentialCheck;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Ledger;
import io.keymoot.flatkeying.group.Lore;
import io.keymoot.flatkeying.group.Membership;
import io.keymoot.flatkeying.group.Person;
import io.keymoot.flatkeying.group.Rendezvous;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.message.ApproveWord;
import io.keymoot.flatkeying.message.Give;
import io.keymoot.flatkeying.message.Grant;
import io.keymoot.flatkeying.message.JoinAsk;
import io.keymoot.flatkeying.message.LeaveWord;
import io.keymoot.flatkeying.message.Need;
import io.keymoot.flatkeying.message.Relay;
import io.keymoot.flatkeying.message.SessionAnswer;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.message.SyncAsk;
import io.keymoot.flatkeying.message.SyncReply;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One peer's part in one group: learns facts, agrees on keys, lets in and puts out. Pure: the same
 * inputs at the same times with the same entropy give the same effects.
 *
 * <p>Whole in one file, though long, because it is the table of contents of the protocol: each
 * input and each message has its one line here, and {@link #afterwards} says what follows from any
 * change.
 */
public final class FlatKeying implements AutoCloseable {

  /** What a founder decides. */
  public record Founding(String name, Profile profile, Rights rights, Trust trust) {}

  /** As many to each leaf key that may lie about unused. */
  private static final int MEMBERS_TO_A_LEAF_KEY = 16;

  final Core core;
  private final Syncing syncing;
  final NeedGive needGive;
  final Rekeying rekeying;
  private final Haves haves;
  private final SlotNeeds slotNeeds;
  private final Relays relays;
  private final Resealing resealing;
  private final Joining joining;
  private final Vouching vouching;
  private final Sending sending;
  private final Repeating repeating;
  private final Approvals approvals;
  private final Pending pending;

  private final @Nullable Envelope founding;
  private GroupState before;
  private Effect.@Nullable Owed owed;

  // Whether all may be given this key, as the state says that was looked at last.
  private @Nullable GroupState asked;
  private @Nullable Known askedOf;
  private boolean givenToAll;
  private boolean refreshDue;
  private boolean isOut;

  /** Named by stays that are over, and not yet dropped. */
  private final SortedSet<Hash32> unusedLeafKeys = new TreeSet<>();

  /**
   * Whether looking again would come to the same: nothing came of it the last time. Most of what a
   * peer hears says nothing new.
   */
  private boolean isSettled;

  FlatKeying(Core core, @Nullable Envelope founding) {
    this.core = core;
    this.founding = founding;
    this.before = core.state();
    this.syncing = new Syncing(core);
    this.haves = new Haves(core);
    this.slotNeeds = new SlotNeeds(core, haves);
    this.needGive = new NeedGive(core, slotNeeds, syncing);
    this.relays = new Relays(core);
    this.rekeying = new Rekeying(core, needGive, haves, relays);
    this.resealing = new Resealing(core, haves);
    this.repeating = new Repeating(core);
    this.approvals = new Approvals(core, syncing, repeating);
    this.pending = new Pending(core, syncing, repeating, approvals);
    this.vouching = new Vouching(core);
    this.joining = new Joining(core, syncing, needGive, approvals, pending, vouching);
    this.sending = new Sending(core);
  }

  // ---- making one

  /** What peers of one JVM may share: nothing in it depends on who asks. */
  public record Shared(CredentialCheck check, FactVerifier verifier, Blobs blobs, Lore lore) {
    /** For the only peer of a process, or one that is to share nothing but these. */
    public static Shared of(CredentialCheck check, FactVerifier verifier) {
      return of(check, verifier, Lore.ofOne());
    }

    public static Shared of(CredentialCheck check, FactVerifier verifier, Lore lore) {
      return new Shared(check, verifier, new Blobs(check, Limits.BLOBS), lore);
    }
  }

  /** Founds a group. It begins with the first step. */
  public static FlatKeying found(
      Founding plan, SigningKey key, Bytes credential, Entropy entropy, Shared shared) {
    Self self = new Self(key, credential);
    LeafKeyPair leaf = self.newLeafKey(entropy);
    JoinRequest row =
        FactWriter.founderRow(
            key,
            shared.blobs.put(credential),
            shared.blobs.put(leaf.publicKey().bytes()),
            Bytes.owning(entropy.bytes(JoinRequest.NONCE_BYTES)));
    Found found =
        new Found(
            plan.name, plan.profile, Suite.XWING_AES256GCM_SHA256, plan.rights, plan.trust, row);
    Envelope fact = FactWriter.found(key, found);
    GroupId group = new GroupId(fact.id().hash());
    self.becomes(group, row.member());
    Ledger ledger = new Ledger(group, shared.blobs, shared.check, shared.verifier, shared.lore);
    return new FlatKeying(
        new Core(
            group, self, entropy, shared.blobs, ledger, Membership.of(ledger), shared.verifier),
        fact);
  }

  /** Joins a group, pinned by its id, once an introducer is seen. */
  public static FlatKeying join(
      Ledger ledger, SigningKey key, Bytes credential, Entropy entropy, Shared shared) {
    return new FlatKeying(
        new Core(
            ledger.group(),
            new Self(key, credential),
            entropy,
            shared.blobs,
            ledger,
            Membership.ofNewcomer(ledger),
            shared.verifier),
        null);
  }

  public static FlatKeying join(
      GroupId group, SigningKey key, Bytes credential, Entropy entropy, Shared shared) {
    Ledger ledger = new Ledger(group, shared.blobs, shared.check, shared.verifier, shared.lore);
    return join(ledger, key, credential, entropy, shared);
  }

  /** Where what members say of their KEKs is read from now on. */
  public void readFrom(Said said) {
    haves.readFrom(said);
  }

  // ---- what others may look at

  public GroupId group() {
    return core.group;
  }

  public MemberId self() {
    return core.self.member();
  }

  public GroupState state() {
    return core.state();
  }

  public Ledger ledger() {
    return core.ledger;
  }

  public boolean isMember() {
    return !isOut && core.isMember();
  }

  /** The epoch frames are sent under now. */
  public Optional<FactId> sendingEpoch() {
    return isOut ? Optional.empty() : sending.epoch();
  }

  public int sendingRevision() {
    return sending.revision();
  }

  /** A bit per own slot, the first position lowest: the KEKs held in the epoch sent under. */
  public int haveMask() {
    return sendingEpoch().map(core.slots::held).orElse(0);
  }

  /** Key ownership: the whole table, by position and symbol. Walks all members. */
  public List<SlotOwnership> slotTable() {
    return state().count() == 0 ? List.of() : core.slots.table(sendingEpoch());
  }

  /**
   * What the last Rekey of this peer's own cost, and whom each entry of its cover reached; until
   * what it left behind is erased.
   */
  public Optional<CoverReport> lastCover() {
    return rekeying.lastReport();
  }

  /**
   * What can be seen of an epoch that another member made: the entries of its cover, and whom each
   * reaches by the addresses. Empty where the cover is not here. Walks all members.
   */
  public Optional<CoverReport> coverOf(FactId epoch) {
    return Optional.ofNullable(core.ledger.get(epoch))
        .flatMap(known -> CoverReading.of(core, known));
  }

  /** This peer's newest stay: whose name its frames carry. */
  public Optional<Stay> stay() {
    return isMember() ? core.state().newestStay(core.self.member()) : Optional.empty();
  }

  /** Whether this peer has taken the fact. */
  public boolean has(FactId fact) {
    return core.membership.has(fact);
  }

  /** Whether the fact need not be fetched: this peer has taken it, or it waits for another. */
  public boolean isHere(FactId fact) {
    return core.membership.isHere(fact) || syncing.isPaced(fact);
  }

  /** The message that tells a fact this peer has taken, with the credentials on which it rests. */
  public Optional<Bytes> told(FactId fact) {
    return core.ledger.get(fact) instanceof Known known && core.state().contains(known)
        ? Optional.of(core.credentials.told(known.envelope()))
        : Optional.empty();
  }

  /** Whether this peer has the epoch's key on the word of a member alone. */
  public boolean isOnlyTold(FactId epoch) {
    return core.doubts.isOnlyTold(epoch);
  }

  /** Whether this peer's key of the epoch is the one that the Rekey's commitment binds. */
  public boolean isProved(FactId epoch) {
    return core.keys.get(epoch).map(held -> held.isProved).orElse(false);
  }

  /** The heads a statement made now would name. */
  public List<FactId> signingHeads() {
    return core.signingState().heads();
  }

  /** Whether whoever names these heads knew that this peer had been let in. */
  public boolean knowMyAdmit(List<FactId> heads) {
    return vouching.knowMyAdmit(heads);
  }

  /** Whether a member signed this. */
  public boolean isSignedByMember(SignedHeader signed) {
    return core.isSignedByMember(signed);
  }

  /** Whether one who is or was a member signed this. */
  public boolean isSignedBySomebodyKnown(SignedHeader signed) {
    return state().count() > 0 && core.isSignedBy(state().person(signed.header().author()), signed);
  }

  /** What this device shows of itself now. */
  public Bytes credential() {
    return core.self.credential();
  }

  /** The credential that a request or stay names, if it is at hand. */
  public Optional<Bytes> credential(Hash32 name) {
    return core.blobs.get(name);
  }

  /** The fact together with the credentials on which its right rests, as it is said again. */
  public Bytes told(Known fact) {
    return core.credentials.told(fact.envelope());
  }

  /** Signs with the device's key: for frames, whose signatures have a context of their own. */
  public Bytes signFrame(byte[] message) {
    return core.self.signing.sign(message);
  }

  /** Signs a word about what this peer has learnt: heads are read and signed in one step. */
  public SignedHeader signHeartbeat(Bytes content) {
    return core.signHeartbeat(content);
  }

  // ---- the step

  public List<Effect> step(Tick now, Input input) {
    core.now = now;
    core.out.clear();
    if (isOut) {
      return List.of();
    }
    List<Timers.Name> expired = core.timers.expired(now);
    expired.forEach(this::expired);
    int proofs = core.membership.proofs();
    switch (input) {
      case Input.Start start -> start();
      case Input.TimePassed time -> {}
      case Input.Received received -> received(received.from(), received.message());
      case Input.Recalled recalled ->
          syncing.atOnce(() -> received(recalled.from(), recalled.message()));
      case Input.IntroducerSeen seen -> joining.introducerSeen(seen.address());
      case Input.Heard heard -> heard(heard);
      case Input.Act act -> act(act.duty());
      case Input.Reseal reseal -> resealing.act(reseal.slot());
      case Input.Fetch fetch ->
          syncing.askFor(fetch.facts(), List.of(), message -> core.send(fetch.of(), message));
      case Input.Decided decided -> joining.decided(decided.newcomer(), decided.admitted());
      case Input.Believed believed -> believed(believed);
      case Input.Approve approve -> approve(approve.action(), approve.subject());
      case Input.Recognise who ->
          syncing.askFor(List.of(), who.credentials(), message -> core.send(who.of(), message));
      case Input.Second second -> second(second.member());
      case Input.Suspend suspend -> suspend(suspend.member());
      case Input.Expel expel -> expel(expel.device());
      case Input.Pardon pardon -> pardon(pardon.device());
      case Input.Leave leave -> leave();
      case Input.Refresh refresh -> refresh();
      case Input.Renew renew -> renew(renew.credential());
    }
    boolean isQuiet =
        isSettled
            && (input instanceof Input.Heard || input instanceof Input.IntroducerSeen)
            && expired.isEmpty()
            && core.out.isEmpty()
            && core.state() == before
            && core.membership.proofs() == proofs;
    if (!isOut && !isQuiet) {
      afterwards();
      isSettled = core.out.isEmpty();
    }
    if (!isOut && pending.isEverybodyLeaving()) {
      goOut("this device left, and nobody stayed behind");
    }
    core.covers.stepIsOver();
    return List.copyOf(core.out);
  }

  public Optional<Tick> nextDeadline() {
    return isOut ? Optional.empty() : core.timers.next();
  }

  private void expired(Timers.Name name) {
    switch (name) {
      case TAKE_ANSWER -> joining.takeAnswer();
      case ASK_AGAIN_TO_JOIN -> joining.ask();
      case FETCH_AGAIN -> syncing.fetchAgain();
      case PACE_FACTS -> syncing.takeWhatWaited();
      case FORGET_STRANGERS -> core.membership.forgetOldStrangers();
      case CHECK_CREDENTIALS -> core.credentials.check(syncing);
      case ADMIT_BATCH -> joining.admit();
      case REPEAT_WORDS -> repeating.due();
      case WEIGH_DOUBTS -> core.doubts.weigh();
      case ASK_FOR_KEYS -> needGive.ask();
      case REFRESH_DUE -> refreshDue = true;
      case ASK_FOR_SLOTS -> needGive.askForSlots();
      case RESEAL_AGAIN -> resealing.lookAgain();
      case RESEAL_TOGETHER -> resealing.make();
      case ERASE -> {
        core.keys.erase(core.now, core.out);
        core.slots.review();
        rekeying.forgetReport();
      }
      case FORGET_LEAF_KEY -> core.self.forget(core.now);
      case ROTATE_LEAF_KEY -> renew(Optional.empty());
      case HOLDING_TOO_LONG -> sending.holdingTooLong();
      case UNREADABLE_TOO_LONG, DELAYED_USE_ENDS -> {} // what follows is looked at afterwards
    }
  }

  // ---- messages

  private void received(Bytes from, Bytes message) {
    Optional<MessageType> type = SideCodec.typeOf(message);
    if (type.isPresent() && type.get().isFact()) {
      switch (FactCodec.decode(message)) {
        case Decoded.Ok<Envelope> ok -> fact(from, ok.value());
        case Decoded.Malformed<Envelope> bad -> core.ignored("a malformed fact: " + bad.reason());
      }
      return;
    }
    switch (SideCodec.decode(message)) {
      case Decoded.Ok<SideMessage> ok -> side(from, ok.value());
      case Decoded.Malformed<SideMessage> bad ->
          core.ignored("a malformed message: " + bad.reason());
    }
  }

  private void fact(Bytes from, Envelope fact) {
    boolean isOurs =
        fact.header().group().equals(core.group) || fact.id().hash().equals(core.group.hash());
    if (isOurs) {
      syncing.offer(from, fact);
      joining.factsCame();
    }
  }

  private void side(Bytes from, SideMessage message) {
    switch (message) {
      case JoinAsk ask -> joining.take(from, ask);
      case Grant grant -> joining.take(from, grant);
      case LeaveWord word -> pending.heard(from, word.leave());
      case ApproveWord word -> {
        joining.heard(word.approval());
        pending.heard(word.approval());
      }
      case Need need -> needGive.take(need);
      case Give give -> needGive.take(give).forEach(rekeying::handOn);
      case SyncAsk ask -> syncing.take(from, ask);
      case SyncReply reply -> {
        if (reply.group().equals(core.group)) {
          joining.take(from, reply);
        }
      }
      case Relay relay -> relays.take(relay);
      case SessionAnswer answer -> rekeying.take(answer);
    }
  }

  private void heard(Input.Heard heard) {
    heard.held().ifPresent(epoch -> needGive.heardHolder(heard.member(), epoch));
    heard
        .word()
        .filter(core::isSignedByMember)
        .ifPresent(
            word -> {
              core.membership.hear(word);
              heard
                  .held()
                  .ifPresent(epoch -> core.doubts.heard(heard.member(), epoch, heard.key()));
              if (core.isMember()) {
                vouching.heard(heard.member(), word, heard.members());
              }
            });
  }

  // ---- commands

  private void start() {
    if (founding == null) {
      joining.start();
      return;
    }
    core.say(founding);
    core.blobs.judgeAgainst(core.state().found());
    rekeying.make(List.of());
  }

  private void act(Duty duty) {
    if (duty == Duty.REKEY && core.isMember() && owed != null) {
      rekeying.make(pending.targets());
    }
  }

  private void refresh() {
    if (core.isMember()) {
      rekeying.make(pending.targets());
    }
  }

  /** At once, with everybody else who is to go; by role, or once enough have approved. */
  private void expel(Fingerprint device) {
    if (!core.isMember()) {
      return;
    }
    if (expelNow(device)) {
      return;
    }
    approvals.approve(Approval.Action.EXPEL, device.hash());
  }

  /** It takes effect when the device asks to be let in, of somebody who wants it too. */
  private void pardon(Fingerprint device) {
    if (core.isMember() && core.ledger.isBarred(core.state(), device)) {
      approvals.approve(Approval.Action.PARDON, device.hash());
    }
  }

  private boolean expelNow(Fingerprint device) {
    Target.Expelled expulsion = pending.expulsion(device);
    return core.ledger.mayTarget(core.state(), core.self.member(), expulsion)
        && makeWith(expulsion);
  }

  /** Approvals came together: whoever approved too, and sees enough of them, acts at once. */
  private void expelWhomEnoughApproved() {
    if (core.isMember()) {
      pending.possibleExpulsions().forEach(this::makeWith);
    }
  }

  private boolean makeWith(Target.Expelled expulsion) {
    return rekeying.make(with(expulsion, expulsion.device()));
  }

  /** First, for there may not be room for all. */
  private List<Target> with(Target first, Fingerprint device) {
    List<Target> targets = new ArrayList<>(pending.targets());
    targets.removeIf(target -> hits(target, device));
    // Who goes with it vouches for nothing in it: who vouched for it goes with the next.
    targets.removeIf(
        other -> !core.ledger.mayTarget(core.signingState(), core.self.member(), first, other));
    targets.add(0, first);
    return targets;
  }

  private boolean hits(Target target, Fingerprint device) {
    return core.state().members().stream()
        .filter(person -> person.device().equals(device))
        .anyMatch(
            person ->
                switch (target) {
                  case Target.Left left -> left.leave().header().author().equals(person.id());
                  case Target.Faulty faulty -> faulty.member().equals(person.id());
                  case Target.Absent absent -> absent.member().equals(person.id());
                  case Target.Expelled expelled -> expelled.device().equals(device);
                });
  }

  private void approve(Approval.Action action, Hash32 subject) {
    if (core.isMember()) {
      approvals.approve(action, subject);
    }
  }

  private void believed(Input.Believed believed) {
    switch (believed.belief()) {
      case YES -> joining.believe(believed.granter());
      case NOT_THIS_INTRODUCER -> joining.disbelieve(believed.granter());
      case NOT_THIS_GROUP -> {
        joining.sayGoodbye(believed.granter());
        goOut("this device's policy does not want this group");
      }
    }
  }

  private void goOut(String why) {
    for (KeyStore.Held held : core.keys.all()) {
      core.keys.drop(held.epoch, core.out);
    }
    core.out.add(new Effect.HoldFrames());
    core.out.add(new Effect.Status(Effect.State.OUT, why));
    close();
    isOut = true;
  }

  private void second(MemberId member) {
    if (core.isMember()) {
      pending.ownSuspension(member).ifPresent(word -> core.multicast(EvidenceCodec.encode(word)));
    }
  }

  private void suspend(MemberId member) {
    if (core.isMember()) {
      pending.suspension(member).ifPresent(absent -> rekeying.make(with(absent, deviceOf(member))));
    }
  }

  private Fingerprint deviceOf(MemberId member) {
    return core.state().person(member).orElseThrow().device();
  }

  private void leave() {
    stay()
        .ifPresent(
            stay -> pending.say(core.self.writer().leave(core.signingState().heads(), stay.id())));
  }

  /** A Here: a new stay, and the end of the older ones. */
  private void renew(Optional<Bytes> credential) {
    if (core.state().count() == 0) {
      return;
    }
    credential.ifPresent(core.self::renewed);
    LeafKeyPair leaf = core.self.newLeafKey(core.entropy);
    Here here =
        new Here(core.blobs.put(leaf.publicKey().bytes()), core.blobs.put(core.self.credential()));
    if (core.say(core.write(core.signingState(), here, Bytes.EMPTY))) {
      core.self.succeededBy(leaf.publicKey().hash(), core.now);
    }
  }

  // ---- what follows from any change

  private void afterwards() {
    if (core.state().count() > 0) {
      expelWhomEnoughApproved();
      joining.admitWhomEnoughApproved();
    }
    GroupState state = core.state();
    if (state.count() == 0) {
      sending.tell(Optional.of(joining.whyWaiting()), Optional.empty(), Optional.empty());
      return;
    }
    if (state != before) {
      core.blobs.judgeAgainst(state.found());
      changed(state);
    }
    if (core.isMember()) {
      core.slots.review();
      readNewEpochs();
      core.slots.review();
      relays.review();
      needGive.review();
      slotNeeds.review();
      supersede();
      core.keys.install(core.group, core.state(), core.now, core.out);
      core.keys.erase(core.now, core.out);
    }
    dropCovers();
    sending.review();
    reviewOwed();
    if (core.isMember()) {
      resealing.review();
    }
    syncing.review();
    sending.tell(
        joining.isWaiting() ? Optional.of(joining.whyWaiting()) : Optional.empty(),
        Optional.ofNullable(owed).map(Effect.Owed::why),
        vouching.doubt());
    core.keys.nextErasure().ifPresent(at -> core.timers.set(Timers.Name.ERASE, at));
    core.slots.nextErasure().ifPresent(at -> core.timers.setIfEarlier(Timers.Name.ERASE, at));
    core.self.nextForgetting().ifPresent(at -> core.timers.set(Timers.Name.FORGET_LEAF_KEY, at));
  }

  private void changed(GroupState state) {
    List<Stay> newlyOver = state.newlyOver(before);
    newlyOver.forEach(stay -> core.sessions.forget(stay.id()));
    dropLeafKeys(newlyOver, state);
    rekeying.changed(state);
    pending.changed(state);
    if (core.isMember()) {
      resealing.changed(before, state);
    }
    sending.noteUnclean(before.count() == 0 ? List.of() : newlyOver);
    boolean membersCame = state.memberCount() > 0 && !joining.isWaiting();
    if (membersCame) {
      core.timers.setIfUnset(Timers.Name.REFRESH_DUE, core.now.plusMillis(Limits.REFRESH_MILLIS));
      core.timers.setIfUnset(
          Timers.Name.ROTATE_LEAF_KEY, core.now.plusMillis(Limits.LEAF_KEY_LIFE_MILLIS));
    }
    if (!state.usable().equals(before.usable())) {
      refreshDue = false;
      core.timers.set(Timers.Name.REFRESH_DUE, core.now.plusMillis(Limits.REFRESH_MILLIS));
    } else if (somebodyJoined(state)) {
      // Not put off by those who join meanwhile, or a steady stream of them would do so for ever.
      core.timers.setIfEarlier(
          Timers.Name.REFRESH_DUE, core.now.plusMillis(Limits.REFRESH_AFTER_JOIN_MILLIS));
    }
    if (isSomethingResealed(state)) {
      core.timers.setIfEarlier(
          Timers.Name.REFRESH_DUE, core.now.plusMillis(Limits.REFRESH_AFTER_RESEAL_MILLIS));
    }
    core.out.add(new Effect.Taken(state.heads()));
    approvals.review();
    prefetchLeafKeys(state);
    if (core.isMember()) {
      core.credentials.begun(before, state);
    }
    leaveOlderStays(state);
    // A newcomer may learn with all the rest that its stay is over already.
    boolean isNew = before.count() == 0;
    boolean wasIn = isNew || before.isMember(core.self.member());
    before = state;
    if (wasIn && !state.isMember(core.self.member())) {
      comeBackOrGo(
          isNew
              ? "let in and out again before it knew the group, perhaps with whoever let it in;"
                  + " start it again, and it asks anew"
              : "this stay was ended by the others");
    }
  }

  /**
   * Each newcomer leaves one; but two stays may name one key, for anybody can copy the name. So all
   * members are asked, and not at each end: in a large group that would cost more than the end.
   */
  private void dropLeafKeys(List<Stay> newlyOver, GroupState state) {
    newlyOver.forEach(stay -> unusedLeafKeys.add(stay.leafKey()));
    if (unusedLeafKeys.size() * MEMBERS_TO_A_LEAF_KEY < Math.max(1, state.memberCount())) {
      return;
    }
    for (Person member : state.members()) {
      state.liveStays(member.id()).forEach(stay -> unusedLeafKeys.remove(stay.leafKey()));
    }
    unusedLeafKeys.forEach(core.blobs::dropLeafKey);
    unusedLeafKeys.clear();
  }

  /** A device that started again finds the stay it had before, and signs a Leave for it. */
  private void leaveOlderStays(GroupState state) {
    Stay own = stay().orElse(null);
    if (own == null) {
      return;
    }
    for (Person member : state.membersOf(core.self.device)) {
      if (member.id().equals(core.self.member())) {
        continue;
      }
      // Only what was there first: of two that run at once neither may end the other in turn.
      for (Stay older : state.liveStays(member.id())) {
        if (core.ledger.isAfter(own.begunBy(), older.begunBy())) {
          FactWriter writer = new FactWriter(core.self.signing, core.group, member.id());
          pending.say(writer.leave(core.signingState().heads(), older.id()));
          break;
        }
      }
    }
  }

  /** Fresh keys of slots serve from the next epoch on. */
  private boolean isSomethingResealed(GroupState state) {
    return !state.usable().isEmpty()
        && !state.resealedSince(before).isEmpty()
        && Resealing.isSomeToBeTakenIn(core, state, state.usable().get(state.usable().size() - 1));
  }

  private boolean somebodyJoined(GroupState state) {
    return before.count() > 0
        && state.usable().stream()
            .anyMatch(epoch -> state.revision(epoch.id()) > before.revision(epoch.id()));
  }

  /** Who was suspended says Here; who cannot has nothing more to do here, and keeps nothing. */
  private void comeBackOrGo(String whyOut) {
    if (core.ledger.mayReturn(core.state(), core.self.member())) {
      renew(Optional.empty());
    }
    // Whose own facts are out of order has its Here taken by nobody, itself included.
    if (!core.isMember()) {
      goOut(whyOut);
    }
  }

  private void readNewEpochs() {
    for (Known epoch : core.state().usable()) {
      if (core.keys.get(epoch.id()).isEmpty()) {
        rekeying.read(epoch);
      }
    }
  }

  /** Wraps and seals go with the epoch; what was signed stays. */
  private void dropCovers() {
    for (FactId erased : core.keys.takeErased()) {
      core.ledger.dropCover(erased);
    }
  }

  private void supersede() {
    GroupState state = core.state();
    core.keys.markSuperseded(state, core.keys.holdsUsable(state), core.now);
  }

  /** Who may soon have to rekey has the leaf keys it would seal to at hand. */
  private void prefetchLeafKeys(GroupState state) {
    if (!core.isMember() || state.memberCount() > Limits.PREFETCH_MEMBERS) {
      return;
    }
    int most = Limits.PREFETCH_RANKS;
    if (Rendezvous.rank(state, Rendezvous.REKEY, core.self.member(), most) == most) {
      return;
    }
    for (Person person : state.members()) {
      Stay newest = state.newestStay(person.id()).orElseThrow();
      if (core.blobs.get(newest.leafKey()).isEmpty()) {
        syncing.fetchBlob(person.id(), newest.leafKey());
      }
    }
  }

  // ---- what is owed

  private void reviewOwed() {
    String why = core.isMember() ? whyRekey() : null;
    Effect.Owed now = why == null ? null : new Effect.Owed(Duty.REKEY, why, pending.going());
    if (now != null && !now.equals(owed)) {
      core.out.add(now);
    } else if (now == null && owed != null) {
      core.out.add(new Effect.NoLongerOwed(Duty.REKEY));
    }
    owed = now;
  }

  private @Nullable String whyRekey() {
    GroupState state = core.state();
    if (state.usable().isEmpty()) {
      return "somebody went, so no key is clean";
    }
    if (pending.isLeaving()) {
      // Nor may it: who goes is no target of its own Rekey, and would know the key it makes.
      return null;
    }
    if (!pending.going().isEmpty()) {
      return "somebody wants to go, or lied";
    }
    if (!core.keys.holdsUsable(state) && needGive.isLackingTooLong()) {
      return "this peer can read no usable key";
    }
    if (core.doubts.isUnsettled()) {
      return "members tell different keys of one epoch";
    }
    Known highest = state.usable().get(state.usable().size() - 1);
    if (!mayBeGivenToAll(state, highest)) {
      return "some member may not have the running key";
    }
    return refreshDue ? "a fresh key is due" : null;
  }

  /** Asked at most steps, and answered by a walk through all who came since: so once a state. */
  private boolean mayBeGivenToAll(GroupState state, Known epoch) {
    if (asked != state || askedOf != epoch) {
      asked = state;
      askedOf = epoch;
      givenToAll = core.ledger.mayBeGivenToAll(state, epoch);
    }
    return givenToAll;
  }

  @Override
  public void close() {
    core.keys.close();
    core.slots.close();
    core.sessions.close();
    core.self.close();
  }
}
