package io.keymoot.runtime;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.frame.FrameSource;
import io.keymoot.flatkeying.frame.Opening;
import io.keymoot.flatkeying.keying.CoverReport;
import io.keymoot.flatkeying.keying.Effect;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.List;

/** What a node tells whoever listens. Never a key, and a payload only to whom it is for. */
public sealed interface NodeEvent {

  /**
   * @param source whether the group or this very sender is proved
   */
  record Message(MemberId from, FrameSource source, Bytes payload) implements NodeEvent {}

  /** A frame came that could not be opened, and why; or not yet, for its key is not held. */
  record Unopened(Opening why) implements NodeEvent {}

  record Status(Effect.State state, String cause) implements NodeEvent {}

  record RosterChanged(List<MemberId> came, List<MemberId> went, int members)
      implements NodeEvent {}

  /** This node made a new key, and what telling it cost. */
  record Rekeyed(FactId epoch, CoverReport cost) implements NodeEvent {}

  /** This node's policy let somebody not in. */
  record TurnedAway(MemberId newcomer, String reason, String remedy) implements NodeEvent {}

  /** A fact was refused: somebody else's, or one this node wanted to make. */
  record Refused(FactId fact, String why) implements NodeEvent {}
}
