package io.keymoot.simulator.invariant;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.peer.PeerEffect;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Watcher;
import io.keymoot.simulator.world.World;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** I2: over never shrinks, and a fact once taken is never given up. */
final class Monotony implements Watcher {
  private final World world;
  private final Map<Node, Map<StayId, Stay>> over = new LinkedHashMap<>();

  Monotony(World world) {
    this.world = world;
  }

  @Override
  public void stepped(Node node, GroupState before, List<PeerEffect> effects) {
    GroupState now = node.known();
    if (now == before || now.count() == 0) {
      return;
    }
    for (FactId head : before.count() == 0 ? List.<FactId>of() : before.heads()) {
      if (!(node.peer().keying().ledger().get(head) instanceof Known fact) || !now.contains(fact)) {
        world.violated("I2", node + " had taken " + head + " and has it no more");
      }
    }
    if (now.count() < before.count()) {
      world.violated("I2", node + " knows fewer facts than before");
    }
    Map<StayId, Stay> own = over.computeIfAbsent(node, n -> new TreeMap<>());
    for (Stay stay : now.newlyBegun(before)) {
      if (own.containsKey(stay.id())) {
        world.violated("I2", "for " + node + " " + stay + " was over and begins again");
      }
    }
    for (Stay stay : now.newlyOver(before)) {
      own.put(stay.id(), stay);
    }
    if (own.size() <= Invariants.SMALL || world.steps() % 64 == 0) {
      for (Stay stay : own.values()) {
        if (!now.isOver(stay)) {
          world.violated("I2", "for " + node + " " + stay + " was over and is not");
        }
      }
    }
  }
}
