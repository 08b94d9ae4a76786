package io.keymoot.runtime;

import io.keymoot.admission.AdmissionPolicy;
import io.keymoot.admission.Invite;
import io.keymoot.admission.InviteUse;
import io.keymoot.admission.PolicyRules;
import io.keymoot.admission.WallTime;
import io.keymoot.admission.certificate.CheckedText;
import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.FactVerifier;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.keying.Effect;
import io.keymoot.flatkeying.keying.FlatKeying;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.heartbeat.HeartbeatCodec;
import io.keymoot.heartbeat.HeartbeatMessage;
import io.keymoot.heartbeat.Rosters;
import io.keymoot.peer.Address;
import io.keymoot.peer.LateNews;
import io.keymoot.peer.OtherVersions;
import io.keymoot.peer.Peer;
import io.keymoot.peer.PeerEffect;
import io.keymoot.peer.PeerInput;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a node's loop steps: the peer, and before there is one, the search for a group.
 *
 * <pre>
 *   wish: found, or join by id ───────────────────────────▶ seat
 *   wish: join by name ── a group is heard ───────────────▶ seat
 *   wish: join or found ─┬ a group is heard ──────────────▶ seat
 *                        └ nobody, and the lobby says so ─▶ seat, founded
 *   alone in what it founded so, or let in by nobody, and another group is heard:
 *                                                next seat ── is in ──▶ seat
 *   let in by somebody who was put out, and fallen with that: a moment later ──▶ seat anew
 * </pre>
 *
 * <p>Long, but whole: each arrow of this picture is one method, and all of them move the same two
 * seats.
 *
 * <p>For one thread.
 */
final class Host implements Loop.Core<NodeInput, NodeEffect>, AutoCloseable {
  /**
   * What each seat begins with: rules, the revocation lists beside them, and invites of an earlier
   * start with those who used them.
   */
  record Opinion(PolicyRules rules, List<Bytes> lists, List<Invite> invites, List<InviteUse> uses) {
    AdmissionPolicy policy() {
      AdmissionPolicy policy = new AdmissionPolicy(rules);
      invites.forEach(policy::addInvite);
      policy.restore(uses);
      return policy;
    }

    Opinion after(PeerInput input) {
      return switch (input) {
        case PeerInput.Policy policy -> new Opinion(policy.rules(), lists, invites, uses);
        case PeerInput.Revocations fresh -> new Opinion(rules, fresh.lists(), invites, uses);
        case PeerInput.AddInvite add -> {
          List<Invite> more = new ArrayList<>(invites);
          more.add(add.invite());
          yield new Opinion(rules, lists, more, uses);
        }
        case PeerInput.RemoveInvite remove ->
            new Opinion(
                rules,
                lists,
                invites.stream().filter(each -> !each.name().equals(remove.name())).toList(),
                uses);
        default -> this;
      };
    }

    Opinion after(PeerEffect.InvitesAre are) {
      return new Opinion(rules, lists, are.added(), are.uses());
    }
  }

  private final Wish wish;
  private final Identity identity;
  private final Network network;
  private final Entropy entropy;
  private final Supplier<WallTime> wall;
  private final Function<GroupId, List<Bytes>> memory;
  private final ClockWatch clocks;

  /** As it is now: of a seat that is still to be taken, too. */
  private Opinion opinion;

  private final List<NodeEffect> out = new ArrayList<>();
  private final OtherVersions otherVersions = new OtherVersions();
  private final Set<GroupId> others = new LinkedHashSet<>();
  private final ArrayDeque<GroupId> candidates = new ArrayDeque<>();
  private @Nullable Address self;
  private @Nullable Lobby lobby;
  private @Nullable Seat seat;
  private @Nullable Seat next;
  private Tick moveAt = Tick.ZERO;

  /** The stay fell with whoever let this device in: from when on it asks the others. */
  private @Nullable Tick knockAt;

  /** What the group still says to whoever fell: until this device is in again. */
  private @Nullable LateNews news;

  /** It was put out itself, and asks nobody any more. */
  private boolean isPutOut;

  /** It keeps to its group then, though it came to it by its name alone. */
  private boolean wasLetIn;

  private @Nullable Bytes latestBeat;
  private Tick nextDate = Tick.ZERO;
  private Tick announceAt = Tick.ZERO;
  private Tick answeringSince = Tick.ZERO;
  private int answered;
  private Tick recogniseAt = Tick.ZERO;
  private int recognisings;
  private Tick now = Tick.ZERO;

  /**
   * @param memory the facts that an earlier start kept of a group, parents first
   */
  Host(
      Wish wish,
      Identity identity,
      Opinion opinion,
      Network network,
      Entropy entropy,
      Supplier<WallTime> wall,
      Function<GroupId, List<Bytes>> memory,
      ClockWatch clocks) {
    this.wish = wish;
    this.identity = identity;
    this.opinion = opinion;
    this.network = network;
    this.entropy = entropy;
    this.wall = wall;
    this.memory = memory;
    this.clocks = clocks;
  }

  @Nullable Seat seat() {
    return seat;
  }

  // ---- the step

  @Override
  public List<NodeEffect> step(Tick time, NodeInput input) {
    now = time;
    out.clear();
    if (!clocks.look()) {
      beginNewStays();
    }
    if (self == null && isHeard(input)) {
      // The network is open a moment earlier. Whoever took this up would ask to be let in, and
      // once more when it begins: two members of one device, one of which never speaks.
      return List.copyOf(out);
    }
    switch (input) {
      case NodeInput.Start start -> start(start.self());
      case NodeInput.Wake wake -> wake();
      case NodeInput.ToPeer to -> {
        requirePossible(to.input());
        opinion = opinion.after(to.input());
        if (to.input() instanceof PeerInput.Leave) {
          stopKnocking();
        }
        if (to.input() instanceof PeerInput.Received received) {
          if (seat == null && OtherVersions.isOne(received.message())) {
            heardOtherVersion(received.from(), received.message());
          }
          lookForGroups(received.message());
          hearAfterTheFall(received.message());
        }
        step(seat, to.input());
        step(next, to.input());
      }
      case NodeInput.Presence presence -> {
        if (OtherVersions.isOne(presence.message())) {
          heardOtherVersion(presence.from(), presence.message());
        } else if (lobby != null) {
          lobby.heard(now, presence.message());
        }
        answer(presence.from());
      }
      case NodeInput.Move move -> beginMove(move.group());
    }
    endMove();
    return List.copyOf(out);
  }

  private static boolean isHeard(NodeInput input) {
    return input instanceof NodeInput.Presence
        || (input instanceof NodeInput.ToPeer to && to.input() instanceof PeerInput.Received);
  }

  @Override
  public Optional<Tick> nextDeadline() {
    // After each message that comes this is asked.
    Tick due = null;
    if (self != null) {
      due = nextDate;
      if (seat == null || !seat.peer.keying().isMember()) {
        due = Tick.earlier(due, announceAt);
      }
    }
    if (recognisings > 0 && seat != null) {
      due = Tick.earlier(due, recogniseAt);
    }
    if (lobby != null) {
      due = Tick.earlier(due, lobby.nextDeadline());
    }
    due = Tick.earlier(due, knockAt);
    if (next != null || !candidates.isEmpty()) {
      due = Tick.earlier(due, moveAt);
    }
    if (seat != null && !isPutOut) {
      due = Tick.earlier(due, seat.peer.nextDeadline().orElse(null));
    }
    if (next != null) {
      due = Tick.earlier(due, next.peer.nextDeadline().orElse(null));
    }
    return Optional.ofNullable(due);
  }

  /** The peer tells of it, with all that it hears so; before there is one, the host must. */
  private void heardOtherVersion(Address from, Bytes message) {
    if (seat == null) {
      // Else who looks for a group would wait and not know why.
      otherVersions
          .heard(from, message, now)
          .ifPresent(other -> out.add(new NodeEffect.OtherVersion(other)));
    } else {
      step(seat, new PeerInput.Received(from, message));
    }
  }

  /**
   * The clocks jumped apart. Whoever is not in yet begins its stay with what it asked in a life
   * before, perhaps: it says Here as well, once it is in.
   */
  private void beginNewStays() {
    out.add(new NodeEffect.ClocksApart(clocks.apartBy()));
    boolean all = true;
    for (Seat at :
        Stream.of(Optional.ofNullable(seat), Optional.ofNullable(next))
            .flatMap(Optional::stream)
            .toList()) {
      boolean isOut = at.peer.keying().state().count() > 0 && !at.peer.keying().isMember();
      int before = out.size();
      if (at.peer.keying().isMember()) {
        step(at, new PeerInput.Renew(Optional.empty()));
      }
      all &=
          isOut
              || out.subList(before, out.size()).stream()
                  .anyMatch(
                      effect ->
                          effect instanceof NodeEffect.OfPeer of
                              && of.effect() instanceof PeerEffect.BeginStay);
    }
    if (all) {
      out.add(new NodeEffect.ClocksAgree());
    }
  }

  /** Who asks for what nobody will do is told so, before anything has changed. */
  private void requirePossible(PeerInput input) {
    switch (input) {
      case PeerInput.Expel expel -> {
        if (stateInside().membersOf(expel.device()).isEmpty()) {
          throw new NotNow(
              "no member that this node knows is "
                  + CheckedText.name(expel.device())
                  + "; members() has all");
        }
      }
      case PeerInput.Pardon pardon -> {
        GroupState state = stateInside();
        if (seat == null || !seat.peer.keying().ledger().isBarred(state, pardon.device())) {
          throw new NotNow(CheckedText.name(pardon.device()) + " is not shut out of this group");
        }
      }
      case PeerInput.Refresh refresh -> stateInside();
      case PeerInput.Renew renew -> stateInside();
      default -> {} // anybody's
    }
  }

  /** The group's, as who is in it knows it. */
  private GroupState stateInside() {
    if (seat == null || !seat.peer.keying().isMember()) {
      boolean wasIn = seat != null && seat.peer.keying().state().count() > 0;
      throw new NotNow(
          wasIn
              ? "this device is not in the group any more"
              : "this device is not in a group yet; whenIn() tells when it is");
    }
    return seat.peer.keying().state();
  }

  private void step(@Nullable Seat at, PeerInput input) {
    if (at == null || (at == seat && isPutOut)) {
      return;
    }
    for (PeerEffect effect : at.peer.step(now, input)) {
      if (effect instanceof PeerEffect.Beat beat && at == seat) {
        latestBeat = beat.message();
      }
      if (effect instanceof PeerEffect.Admit && at == seat) {
        recogniseAt =
            recognisings > 0 ? recogniseAt : now.plusMillis(RuntimeLimits.RECOGNISE_MILLIS);
        recognisings = RuntimeLimits.RECOGNISE_TRIES;
      }
      if (effect instanceof PeerEffect.InvitesAre are && at == seat) {
        // An invite is spent in the next group as well.
        opinion = opinion.after(are);
      }
      if (at == seat && isOut(effect) && at.peer.fall().isPresent()) {
        fall(at);
      } else {
        out.add(new NodeEffect.OfPeer(at, effect));
      }
    }
  }

  private static boolean isOut(PeerEffect effect) {
    return effect instanceof PeerEffect.Status status && status.state() == Effect.State.OUT;
  }

  /** Fetches what newcomers show of themselves, so that they have names; a little later, tells. */
  private void recognise() {
    Seat at = seat;
    if (at == null || recognisings == 0 || now.isBefore(recogniseAt)) {
      return;
    }
    recogniseAt = now.plusMillis(RuntimeLimits.RECOGNISE_MILLIS);
    recognisings--;
    if (recognisings > 0
        && at.peer.keying().state().memberCount() <= RuntimeLimits.RECOGNISED_MEMBERS) {
      step(at, new PeerInput.Recognise());
    }
    out.add(new NodeEffect.Recognised(at));
  }

  /**
   * Somebody speaks whose name is not known, though it was asked for: it is asked for anew. Between
   * two steps.
   */
  void recogniseAgain(Tick time) {
    if (recognisings == 0) {
      recogniseAt = time.plusMillis(RuntimeLimits.RECOGNISE_MILLIS);
      recognisings = RuntimeLimits.RECOGNISE_TRIES;
    }
  }

  private void start(Address address) {
    self = address;
    nextDate = now.plusMillis(RuntimeLimits.DATE_MILLIS);
    switch (wish) {
      case Wish.Found found -> sit(found(found.plan()));
      case Wish.Join join -> sit(join(join.group()));
      case Wish.JoinAny any -> {}
      case Wish.JoinOrFound either ->
          lobby = new Lobby(now, identity.device(), jitter(RuntimeLimits.FOUND_JITTER_MILLIS));
    }
    announceAt = now;
    announce();
  }

  private void wake() {
    if (!now.isBefore(nextDate)) {
      nextDate = now.plusMillis(RuntimeLimits.DATE_MILLIS);
      step(seat, new PeerInput.Date(wall.get()));
      if (seat != null) {
        seat.desk.tidy(now);
      }
    }
    recognise();
    if (knockAt != null && !now.isBefore(knockAt)) {
      knockAgain();
    }
    announce();
    if (lobby != null) {
      if (wish instanceof Wish.JoinOrFound either && lobby.founds(now)) {
        lobby = null;
        sit(found(either.plan()));
      }
    }
    if (!now.isBefore(moveAt)) {
      giveUpMove();
      tryCandidate();
    }
    step(seat, new PeerInput.Wake());
    step(next, new PeerInput.Wake());
  }

  // ---- finding a group

  /** Says that this device is there, until it is in: who is in answers with a heartbeat. */
  private void announce() {
    boolean isIn = seat != null && seat.peer.keying().isMember();
    boolean wasIn = seat != null && seat.peer.keying().state().count() > 0;
    if (wasIn && !isIn) {
      announceAt = now.plusMillis(RuntimeLimits.DATE_MILLIS);
    }
    if (isIn || wasIn || self == null || now.isBefore(announceAt)) {
      return;
    }
    announceAt = now.plusMillis(RuntimeLimits.PRESENCE_MILLIS);
    out.add(new NodeEffect.Presence(Lobby.presence(identity.device(), lobby != null)));
  }

  /**
   * Repeats its latest heartbeat to who is looking for the group, who else would wait for the next.
   * In a large group some of all do.
   */
  private void answer(Address newcomer) {
    Bytes beat = latestBeat;
    if (seat == null || beat == null || !seat.peer.keying().isMember()) {
      return;
    }
    if (now.millisSince(answeringSince) >= RuntimeLimits.PRESENCE_MILLIS) {
      answeringSince = now;
      answered = 0;
    }
    int members = seat.peer.keying().state().memberCount();
    if (answered < RuntimeLimits.PRESENCES_ANSWERED
        && Integer.toUnsignedLong(draw()) % members < RuntimeLimits.PRESENCE_ANSWERERS) {
      answered++;
      out.add(new NodeEffect.OfPeer(seat, new PeerEffect.Unicast(newcomer, beat)));
    }
  }

  private void lookForGroups(Bytes message) {
    if (SideCodec.typeOf(message).filter(MessageType.HEARTBEAT::equals).isEmpty()
        || !(HeartbeatCodec.decode(message) instanceof Decoded.Ok<HeartbeatMessage> ok)) {
      return;
    }
    GroupId group = ok.value().beat().group();
    if (seat == null) {
      lobby = null;
      sit(join(group));
    } else if (!group.equals(seat.peer.keying().group())
        && others.size() < RuntimeLimits.GROUPS_HEARD
        && others.add(group)) {
      boolean moves = isAloneByChance() || isStillOutside();
      out.add(new NodeEffect.OtherGroup(group, moves));
      if (moves) {
        if (candidates.isEmpty() && next == null) {
          moveAt = now.plusMillis(patienceBefore(seat, group));
        }
        candidates.add(group);
      }
    }
  }

  /** Of two who are alone, one must stay: the other comes meanwhile. Who asks is given time too. */
  private long patienceBefore(Seat at, GroupId group) {
    boolean mayStay = at.peer.keying().group().hash().compareTo(group.hash()) < 0;
    return isStillOutside() || mayStay ? RuntimeLimits.MOVE_AFTER_MILLIS : 0;
  }

  /** It knows its group by name alone, and nobody there has let it in: it may be nobody's group. */
  private boolean isStillOutside() {
    return (wish instanceof Wish.JoinAny || wish instanceof Wish.JoinOrFound)
        && !wasLetIn
        && seat != null
        && seat.peer.keying().state().count() == 0;
  }

  /** In a group that it founded for want of another, with nobody else in it. */
  private boolean isAloneByChance() {
    return wish instanceof Wish.JoinOrFound
        && seat != null
        && seat.peer.keying().state().memberCount() == 1
        && seat.peer.keying().state().count() > 0
        && seat.peer.keying().isMember();
  }

  private void giveUpMove() {
    Seat given = next;
    if (given != null) {
      next = null;
      if (isStillOutside()) {
        candidates.add(given.peer.keying().group());
      }
      out.add(new NodeEffect.GaveUp(given));
    }
  }

  private void tryCandidate() {
    GroupId group = candidates.poll();
    if (group != null && (isAloneByChance() || isStillOutside())) {
      beginMove(group);
    }
  }

  private void beginMove(GroupId group) {
    if (seat == null) {
      lobby = null;
      sit(join(group));
    } else if (next == null && !group.equals(seat.peer.keying().group())) {
      boolean hurries = isStillOutside();
      moveAt =
          now.plusMillis(
              hurries ? RuntimeLimits.MOVE_AFTER_MILLIS : RuntimeLimits.MOVE_PATIENCE_MILLIS);
      next = new Seat(join(group));
      begin(next);
    }
  }

  private void endMove() {
    Seat from = seat;
    Seat to = next;
    if (from != null && to != null && to.peer.keying().isMember()) {
      // Whatever became of this device there, it is in here.
      for (PeerEffect effect : from.peer.step(now, new PeerInput.Leave())) {
        if (!(effect instanceof PeerEffect.Status)) {
          out.add(new NodeEffect.OfPeer(from, effect));
        }
      }
      seat = to;
      next = null;
      knockAt = null;
      news = null;
      isPutOut = false;
      candidates.clear();
      out.add(new NodeEffect.Moved(from, to));
    }
  }

  // ---- falling with others

  /** Nobody put this device out, so it does not go. */
  private void fall(Seat at) {
    if (knockAt == null) {
      knockAt = now.plusMillis(RuntimeLimits.KNOCK_AGAIN_MILLIS);
      news = new LateNews(at.peer);
      PeerEffect told =
          new PeerEffect.Status(
              Effect.State.SYNCING,
              "whoever let this device in was put out, so it was never in; it asks the others");
      out.add(new NodeEffect.OfPeer(at, told));
    }
  }

  /** As a new member, which knows who is out from the moment in which it is let in. */
  private void knockAgain() {
    Seat from = Objects.requireNonNull(seat);
    FlatKeying known = from.peer.keying();
    knockAt = null;
    wasLetIn = true;
    candidates.clear();
    // Who is let in has nothing to say to newcomers before it speaks itself.
    latestBeat = null;
    Seat to = new Seat(join(known.group(), known.credential()));
    seat = to;
    out.add(new NodeEffect.Anew(from, to));
    begin(to, Remembered.worthKeeping(known));
    from.peer.fall().ifPresent(fall -> step(to, new PeerInput.Shun(fall.with())));
    announceAt = now;
  }

  /** Whoever put out its introducer may put it out next, and it would ask for ever. */
  private void hearAfterTheFall(Bytes message) {
    Seat at = seat;
    if (at == null || news == null) {
      return;
    }
    if (at.peer.keying().isMember()) {
      news = null;
    } else if (news.putsOut(message)) {
      news = null;
      knockAt = null;
      isPutOut = true;
      out.add(
          new NodeEffect.OfPeer(
              at,
              new PeerEffect.Status(
                  Effect.State.OUT,
                  "this device was put out by the others, as whoever let it in was")));
    }
  }

  private void stopKnocking() {
    if (knockAt != null && seat != null) {
      knockAt = null;
      news = null;
      out.add(
          new NodeEffect.OfPeer(seat, new PeerEffect.Status(Effect.State.OUT, "this device left")));
    }
  }

  // ---- a seat

  private void sit(Peer peer) {
    Seat taken = new Seat(peer);
    seat = taken;
    out.add(new NodeEffect.Seated(taken));
    begin(taken);
  }

  private void begin(Seat at) {
    begin(at, List.of());
  }

  /**
   * @param learnt what a stay before this one knew, beside what is on disk
   */
  private void begin(Seat at, List<Bytes> learnt) {
    step(at, new PeerInput.Start(wall.get()));
    if (self != null) {
      step(at, new PeerInput.ReachedAt(self));
    }
    if (!opinion.lists().isEmpty()) {
      // Before anybody can ask: who was revoked is not let in first.
      step(at, new PeerInput.Revocations(opinion.lists()));
    }
    // Read here and now, before this device can be let in: nothing is believed first and mended
    // later.
    List<Bytes> facts = new ArrayList<>(memory.apply(at.peer.keying().group()));
    facts.addAll(learnt);
    step(at, new PeerInput.Remember(facts));
  }

  private Peer found(FlatKeying.Founding plan) {
    return Peer.found(
        plan, identity.key(), identity.credential().encode(), opinion.policy(), entropy, shared());
  }

  private Peer join(GroupId group) {
    return join(group, identity.credential().encode());
  }

  private Peer join(GroupId group, Bytes credential) {
    return Peer.join(group, identity.key(), credential, opinion.policy(), entropy, shared());
  }

  private Peer.Shared shared() {
    return new Peer.Shared(
        FlatKeying.Shared.of(network.chains(), new FactVerifier(network.signatures())),
        new Rosters());
  }

  private long jitter(long most) {
    return Integer.toUnsignedLong(draw()) % (most + 1);
  }

  private int draw() {
    byte[] bytes = entropy.bytes(Integer.BYTES);
    return (bytes[0] & 0xff) << 24
        | (bytes[1] & 0xff) << 16
        | (bytes[2] & 0xff) << 8
        | (bytes[3] & 0xff);
  }

  /** Its keys are wiped, and those of the frames. */
  @Override
  public void close() {
    if (seat != null) {
      seat.close();
    }
    if (next != null) {
      next.close();
    }
  }
}
