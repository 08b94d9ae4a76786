package io.keymoot.simulator.invariant;

import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.keying.Eavesdropper;
import io.keymoot.flatkeying.keying.Effect;
import io.keymoot.peer.PeerEffect;
import io.keymoot.simulator.world.Memory;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Watcher;
import io.keymoot.simulator.world.World;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * I6 over a restart: a device that starts again counts with what it kept from the very step on that
 * lets it in, so that nobody whom it saw put out is in for it again, not even for a moment. Unless
 * whoever put it out is out itself: then a member has to speak for that first (the closed door of
 * section 5). And where certificates are asked for, an expulsion waits for one that the device had
 * no more when it wrote what it kept.
 */
final class Remembers implements Watcher {
  private final World world;
  private final Set<Node> checked = new LinkedHashSet<>();

  Remembers(World world) {
    this.world = world;
  }

  @Override
  public void stepped(Node node, GroupState before, List<PeerEffect> effects) {
    if (node.memory().isEmpty() || !isLetIn(node) || !checked.add(node)) {
      return;
    }
    if (world.isCertified() && Eavesdropper.waiting(node.peer().keying()) > 0) {
      return;
    }
    GroupState now = node.known();
    for (Memory.Expulsion each : node.memory().expulsions()) {
      Known fact = node.peer().keying().ledger().get(each.id());
      boolean isTaken = fact != null && now.contains(fact);
      if (!isTaken && now.isMember(each.by()) && !now.isFaulty(each.by())) {
        world.violated(
            "I6", node + " is let in and has forgotten " + each.id() + ", which it kept");
      }
    }
  }

  /** Or was, by somebody who is out by what it remembers. */
  private static boolean isLetIn(Node node) {
    return node.known().count() > 0
        && (node.isMember() || node.status().state() == Effect.State.OUT);
  }
}
