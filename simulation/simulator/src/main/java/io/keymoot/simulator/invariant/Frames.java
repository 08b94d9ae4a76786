package io.keymoot.simulator.invariant;

import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.peer.PeerEffect;
import io.keymoot.simulator.world.Frame;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Watcher;
import io.keymoot.simulator.world.World;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * I7: no frame opens that names a sender who is out among the reader's facts, but for a second
 * after it learnt of that (two, where the sender left by itself). And P7: none opens twice.
 */
final class Frames implements Watcher {
  private static final long AFTER_A_HARD_END = 1_000;
  private static final long AFTER_LEAVING = 2_000;

  /** Clocks drift, and a tick is a whole millisecond. */
  private static final long SLACK = 50;

  private final World world;
  private final Map<Node, Map<StayId, Long>> overSince = new LinkedHashMap<>();
  private final Map<Node, Set<Frame>> opened = new HashMap<>();

  Frames(World world) {
    this.world = world;
  }

  @Override
  public void stepped(Node node, GroupState before, List<PeerEffect> effects) {
    GroupState now = node.known();
    if (now != before && now.count() > 0) {
      for (Stay stay : now.newlyOver(before)) {
        long until =
            node.tick().millis()
                + Math.max(AFTER_A_HARD_END, now.isPutOut(stay) ? 0 : AFTER_LEAVING);
        overSince.computeIfAbsent(node, n -> new HashMap<>()).put(stay.id(), until + SLACK);
      }
    }
  }

  @Override
  public void opened(Node by, Frame frame) {
    Long until = overSince.getOrDefault(by, Map.of()).get(frame.stay());
    if (until != null && by.tick().millis() > until) {
      world.violated(
          "I7", by + " opens a frame of " + frame.from() + ", who is out among its facts for long");
    }
    if (!opened.computeIfAbsent(by, n -> new HashSet<>()).add(frame)) {
      world.violated("P7", by + " opens a frame of " + frame.from() + " for the second time");
    }
  }
}
