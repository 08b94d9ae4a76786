package io.keymoot.heartbeat;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * All that this core is ever told. Whatever comes from others was verified before it gets here, but
 * for the words of strangers, which nobody can verify.
 */
public sealed interface Input {

  /** The deadline is reached, and what came before was read, as far as there was time. */
  record Wake() implements Input {}

  // ---- about this peer

  /**
   * What the facts say now.
   *
   * @param heads those a statement made now would name: ascending, at most 32, at least one
   */
  record Knows(Roster roster, List<FactId> heads) implements Input {}

  /** Which keys this peer holds now. */
  record Holds(Optional<EpochHeld> epoch, int haveMask) implements Input {}

  /** Where the transport reaches this peer. */
  record ReachedAt(Bytes address) implements Input {}

  // ---- about others

  /**
   * A heartbeat whose MAC, and signature if it has one, was checked; or one in the name of somebody
   * whom the facts do not know, which nobody can check.
   *
   * @param unknown those of its heads that this peer has not
   * @param isRecent that it was made since this peer was let in: it has the MAC of a key that this
   *     peer holds, or its heads cover the admission. Others may be recordings of long ago, and
   *     tell nothing but heads
   */
  record Heard(Beat beat, List<FactId> unknown, boolean isRecent) implements Input {}

  // ---- about facts

  /**
   * All the facts that must be had before those at hand can be taken.
   *
   * @param facts what is to be asked for first is first
   */
  record Lacks(List<FactId> facts) implements Input {}

  /**
   * The member has taken a fact that waits here for others: it has those, too.
   *
   * @param isSigned whether it was the member itself that said so; else it may be anybody who holds
   *     the group's key, or, if the facts do not know the member, anybody at all
   */
  record KnowsMore(MemberId member, boolean isSigned) implements Input {}

  /** Facts that are at hand now, taken or waiting: they need not be fetched. */
  record Learnt(List<FactId> facts) implements Input {}

  /** This peer made a fact and said it for the first time. */
  record Said(FactId fact) implements Input {}

  // ---- about duties

  /**
   * @param urgent not to be batched with others: somebody who was expelled still reads
   * @param unable whom it is about, and who so cannot do it: the others' turns come as if they were
   *     not there, each counted once
   */
  record Owed(Duty duty, boolean urgent, SortedSet<MemberId> unable) implements Input {
    public Owed {
      unable = Collections.unmodifiableSortedSet(new TreeSet<>(unable));
    }

    public Owed(Duty duty, boolean urgent) {
      this(duty, urgent, Collections.emptySortedSet());
    }
  }

  /** The duty was done, by whomever, or is no longer owed. */
  record Done(Duty duty) implements Input {}

  /**
   * A Rekey was taken; the next soft one keeps its distance.
   *
   * @param beside how many others stand beside it, made by members that had not heard of it
   */
  record Rekeyed(int beside) implements Input {}

  /** A member signed that it, too, finds {@code target} silent. */
  record Seconded(MemberId target, MemberId by) implements Input {}
}
