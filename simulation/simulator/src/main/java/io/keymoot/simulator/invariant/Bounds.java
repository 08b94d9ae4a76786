package io.keymoot.simulator.invariant;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.keying.Eavesdropper;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.PeerEffect;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Watcher;
import io.keymoot.simulator.world.World;
import java.util.List;

/** I8: queues, tables and messages are bounded. */
final class Bounds implements Watcher {
  /** Keys of two dozen epochs at once is more than any story needs within the grace period. */
  private static final int MOST_EPOCHS_HELD = 512;

  /** A pass over a hundred tables. */
  private static final int TABLES_EVERY = 64;

  private final World world;

  Bounds(World world) {
    this.world = world;
  }

  /** What a peer itself wants to say, not what a fault threw in. */
  @Override
  public void meant(Node from, Bytes message) {
    if (message.length() > Limits.MESSAGE_BYTES) {
      world.violated("I8", from + " says " + message.length() + " bytes at once");
    }
  }

  @Override
  public void stepped(Node node, GroupState before, List<PeerEffect> effects) {
    var keying = node.peer().keying();
    if (Eavesdropper.waiting(keying) > Limits.WAITING_IN_ALL) {
      world.violated("I8", node + " keeps too many facts waiting");
    }
    boolean isNewcomer = node.known().count() == 0;
    if (!isNewcomer && Eavesdropper.atDoor(keying) > Limits.AT_DOOR) {
      world.violated("I8", node + " keeps too many facts at its door");
    }
    if (world.steps() % 16 == 0 && Eavesdropper.heldEpochs(keying).size() > MOST_EPOCHS_HELD) {
      world.violated("I8", node + " holds too many epochs");
    }
    if (world.steps() % TABLES_EVERY == 0) {
      lookAtTables(node);
    }
  }

  /** Whatever others can make it keep. */
  void lookAtTables(Node node) {
    for (Tables.Table each : Tables.of(node.peer())) {
      int size = each.size();
      each.most()
          .filter(most -> size > most)
          .ifPresent(
              most ->
                  world.violated(
                      "I8", node + " keeps " + size + " in " + each.name() + ", not " + most));
    }
  }
}
