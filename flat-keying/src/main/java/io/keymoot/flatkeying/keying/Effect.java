package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Duty;
import io.keymoot.flatkeying.fact.Approval;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Found;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.SignedJoinRequest;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.group.Refusal;
import io.keymoot.flatkeying.key.Tek;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;

/** All that the core wants done, to be done in order. */
public sealed interface Effect {

  // ---- to the others

  record Multicast(Bytes message) implements Effect {}

  record ToMember(MemberId to, Bytes message) implements Effect {}

  record ToAddress(Bytes to, Bytes message) implements Effect {}

  /** A fact of this peer's own, already multicast: to be repeated a few times. */
  record Authored(FactId fact, Bytes message) implements Effect {}

  /**
   * Facts that others know and this peer lacks.
   *
   * @param facts what is to be asked for first is first: who says much has no more turns for it
   */
  record Lacks(List<FactId> facts) implements Effect {}

  // ---- keys for frames

  /** From now on frames under this key open. It is the receiver's to close when it is retired. */
  record Install(Tek tek) implements Effect {}

  /** From now on frames are sealed under this key, installed before. */
  record SendUnder(FactId epoch, int revision) implements Effect {}

  /** No key may be sent under: hold frames. */
  record HoldFrames() implements Effect {}

  record Retire(FactId epoch, int revision) implements Effect {}

  // ---- to whoever decides

  record AskPolicy(SignedJoinRequest request, Bytes credential) implements Effect {}

  /**
   * This newcomer was let in and has the facts that show it: does this device want this group, and
   * believe this member about it? Answered by {@link Input.Believed}; until then it takes no part.
   *
   * @param key of the member whose Grant it is, with the credential of its newest stay
   */
  record AskBelief(
      MemberId granter, Bytes key, Bytes credential, Found found, Bytes founderCredential)
      implements Effect {}

  /** A member signed that it wants somebody let in or put out. */
  record Approved(MemberId by, Approval approval) implements Effect {}

  /**
   * Who vouches for what this newcomer was told of the group.
   *
   * @param second another certified member that knows the same; none as long as one vouches alone
   */
  record VouchedBy(MemberId introducer, Optional<MemberId> second) implements Effect {}

  /**
   * Members approve of this, {@code by} so far; {@code needed} devices must, or one with the role
   * for it.
   *
   * @param subject the member to admit, or the device to expel or pardon
   */
  record Approvals(Approval.Action action, Hash32 subject, List<MemberId> by, int needed)
      implements Effect {}

  /**
   * Somebody must do this; the heartbeat's ranks say when it is this peer.
   *
   * @param going who is to go by it, and so cannot do it
   */
  record Owed(Duty duty, String why, SortedSet<MemberId> going) implements Effect {}

  record NoLongerOwed(Duty duty) implements Effect {}

  /**
   * Of this peer's own slots these need a fresh key now, and no others; ranks say when it is this
   * peer that makes it.
   */
  record ResealOwed(List<Slot> slots) implements Effect {}

  /** Another watcher finds {@code member} silent too. */
  record Seconded(MemberId member, MemberId by) implements Effect {}

  // ---- to people

  record Status(State state, String cause) implements Effect {}

  /** Facts were taken, so the roster or what is usable may have changed. */
  record Taken(List<FactId> facts) implements Effect {}

  /** A fact of somebody, or an act of this peer's own, was refused. */
  record Refused(FactId fact, Refusal why) implements Effect {}

  /** What a Rekey of this peer's own cost. */
  record Rekeyed(FactId epoch, CoverReport report) implements Effect {}

  /** Somebody's word that could not be used: for counters and logs, never a reason to act. */
  record Ignored(String what) implements Effect {}

  /** What others see of this peer. */
  enum State {
    /** Sends and reads under an epoch that everybody who is in may hold. */
    SETTLED,
    /** An epoch is owed; what was held before still serves for a moment. */
    REKEYING,
    /** No key may be sent under. */
    HOLDING,
    /** Learning the facts; not yet able to take part. */
    SYNCING,
    /** Not a member any more. */
    OUT
  }
}
