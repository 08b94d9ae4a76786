package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Duty;
import io.keymoot.flatkeying.fact.Approval;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.SignedHeader;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.List;
import java.util.Optional;

/** All that can happen to the core. */
public sealed interface Input {

  /** The first input: found the group, or start to join it. */
  record Start() implements Input {}

  /** Nothing but time passed. */
  record TimePassed() implements Input {}

  /**
   * A fact or side message came.
   *
   * @param from the transport's name for the sender; proves nothing
   */
  record Received(Bytes from, Bytes message) implements Input {}

  /** The same, from this device's own disk: it is taken at once, however much it is. */
  record Recalled(Bytes from, Bytes message) implements Input {}

  /** Somebody who may let this device in was seen. */
  record IntroducerSeen(Bytes address) implements Input {}

  /**
   * A member was heard, its heartbeat checked. What it says of its KEKs is read where it is kept
   * ({@link FlatKeying#readFrom}).
   *
   * @param word present if the heartbeat was signed
   * @param held the newest epoch it says it holds; none if it may be a recording: what was signed
   *     stays signed, but its author may hold something else by now
   * @param key whether its MAC was made with the key that this peer holds of that epoch
   * @param members its digest of the members
   */
  record Heard(
      MemberId member,
      Optional<SignedHeader> word,
      Optional<FactId> held,
      KeyCheck key,
      Hash32 members)
      implements Input {}

  /** What a heartbeat's MAC says of a key. */
  enum KeyCheck {
    SAME,
    OTHER,
    /** This peer does not hold that epoch at that revision. */
    UNTESTED
  }

  /** It is this peer's turn to do what is owed. */
  record Act(Duty duty) implements Input {}

  /** It is this peer's turn to give this slot of its own a fresh key. */
  record Reseal(Slot slot) implements Input {}

  /** Ask {@code of} for facts. */
  record Fetch(MemberId of, List<FactId> facts) implements Input {}

  /** The policy's answer about who wants in. */
  record Decided(MemberId newcomer, boolean admitted) implements Input {}

  /** What this device thinks of whoever let it in, and of the group. */
  record Believed(MemberId granter, Belief belief) implements Input {}

  /** The answer to an {@link Effect.AskBelief}. */
  enum Belief {
    YES,
    /** Let others of the group say what is in it. */
    NOT_THIS_INTRODUCER,
    NOT_THIS_GROUP
  }

  /** Sign an approval and tell all; nothing else follows from it here. */
  record Approve(Approval.Action action, Hash32 subject) implements Input {}

  /** Fetch credentials that facts name. */
  record Recognise(MemberId of, List<Hash32> credentials) implements Input {}

  /** A watcher of {@code member} finds it silent: say so, for the other watchers. */
  record Second(MemberId member) implements Input {}

  /** This watcher's turn to suspend {@code member}, which another seconded. */
  record Suspend(MemberId member) implements Input {}

  // ---- what the application wants

  record Expel(Fingerprint device) implements Input {}

  /** This peer would have a device that was expelled let in again, if it asks. */
  record Pardon(Fingerprint device) implements Input {}

  record Leave() implements Input {}

  /** A fresh epoch, whether due or not. */
  record Refresh() implements Input {}

  /** A new stay with a new leaf key: after a leak, a snapshot, a renewed certificate. */
  record Renew(Optional<Bytes> credential) implements Input {}
}
