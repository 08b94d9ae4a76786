package io.keymoot.heartbeat;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.List;
import java.util.Optional;

/** All that this core ever wants done. */
public sealed interface Effect {

  /**
   * Sign it if it says so, put the MAC on it, and send it to all.
   *
   * <p>A signed beat is a statement: it has to be signed before anything else is signed or taken,
   * or it might not cover what this peer said last.
   */
  record SendBeat(Beat beat) implements Effect {}

  /** Ask this member for these facts and what leads to them. */
  record Fetch(MemberId from, List<FactId> facts) implements Effect {}

  /** Say this fact of ours once more, to all. */
  record Repeat(FactId fact) implements Effect {}

  /** It is this peer's turn. Several of one step go into one fact where they can. */
  record Act(Duty duty) implements Effect {}

  /** Sign an approval of this member's suspension, and send it to all. */
  record Second(MemberId target) implements Effect {}

  /** A slot's keys are now made, when they have to be, by somebody else. */
  record KeyHolderPassed(Slot slot, Optional<MemberId> from, Optional<MemberId> to)
      implements Effect {}

  /** This member has the same facts and says that other people are in: one of us has a bug. */
  record RosterDisagrees(MemberId with, Hash32 theirs, Hash32 ours) implements Effect {}

  /**
   * Whether this peer may trust its roster changed.
   *
   * @param heard members with a fresh signed heartbeat, this one among them
   */
  record RosterIs(Freshness freshness, int heard, int members) implements Effect {}
}
