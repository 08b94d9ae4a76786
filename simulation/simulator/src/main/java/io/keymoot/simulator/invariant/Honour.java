package io.keymoot.simulator.invariant;

import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.keying.Eavesdropper;
import io.keymoot.peer.PeerEffect;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Watcher;
import io.keymoot.simulator.world.World;
import java.util.List;

/** P10: nobody comes to hold a proof against somebody who kept to the rules. */
final class Honour implements Watcher {
  private static final int EVERY = 16;

  private final World world;

  Honour(World world) {
    this.world = world;
  }

  @Override
  public void stepped(Node node, GroupState before, List<PeerEffect> effects) {
    if (node.known().count() == 0
        || world.steps() % EVERY != 0
        || node.known().memberCount() > Invariants.SMALL) {
      return;
    }
    for (Node other : world.nodes()) {
      boolean isCaught =
          !other.isByzantine()
              && other.known().count() > 0
              && Eavesdropper.hasProofAgainst(node.peer().keying(), other.member());
      if (isCaught) {
        world.violated("P10", node + " holds a proof against " + other + ", who did no wrong");
      }
    }
  }
}
