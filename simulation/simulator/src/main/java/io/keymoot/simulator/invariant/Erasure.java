package io.keymoot.simulator.invariant;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.keying.Eavesdropper;
import io.keymoot.peer.PeerEffect;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Watcher;
import io.keymoot.simulator.world.World;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** P8: what is superseded is erased after the grace period, while the device runs. */
final class Erasure implements Watcher {
  private static final long SLACK = 500;
  private static final long EVERY_MILLIS = 250;

  private final World world;
  private final Map<Node, Map<FactId, Long>> supersededSince = new LinkedHashMap<>();
  private final Map<Node, Long> lookedAt = new HashMap<>();

  Erasure(World world) {
    this.world = world;
  }

  @Override
  public void stepped(Node node, GroupState before, List<PeerEffect> effects) {
    GroupState now = node.known();
    long tick = node.tick().millis();
    // The first thing it does after a sleep is looked at, too.
    boolean isSoon = tick - lookedAt.getOrDefault(node, -EVERY_MILLIS) < EVERY_MILLIS;
    if (now.count() == 0 || (now == before && isSoon)) {
      return;
    }
    lookedAt.put(node, tick);
    List<FactId> usable = now.usable().stream().map(Known::id).toList();
    List<FactId> held = Eavesdropper.heldEpochs(node.peer().keying());
    Map<FactId, Long> since = supersededSince.computeIfAbsent(node, n -> new TreeMap<>());
    since.keySet().retainAll(held);
    // A key that is only held at a revision to come is not one that the device may use.
    boolean holdsUsable = Eavesdropper.holdsUsable(node.peer().keying()) && node.canSend();
    for (FactId epoch : held) {
      if (!holdsUsable || usable.contains(epoch)) {
        since.remove(epoch);
        continue;
      }
      long began = since.computeIfAbsent(epoch, e -> tick);
      if (tick - began > Limits.GRACE_MILLIS + SLACK && node.isUp()) {
        world.violated(
            "P8",
            node
                + " still holds "
                + epoch
                + ", superseded "
                + (tick - began)
                + " ms ago; "
                + Eavesdropper.standing(node.peer().keying(), epoch));
      }
    }
  }
}
