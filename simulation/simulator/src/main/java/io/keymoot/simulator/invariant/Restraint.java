package io.keymoot.simulator.invariant;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Watcher;
import io.keymoot.simulator.world.World;
import java.util.HashMap;
import java.util.Map;

/**
 * I8: nobody can be made to speak without end. Whoever answers each question by sending the asker
 * on, or asks again for each answer, would have others sign and send as fast as he does.
 */
final class Restraint implements Watcher {
  /** In a busy second of a small group somebody says 40. */
  private static final int MOST_A_SECOND = 256;

  /** Whom all ask at once. */
  private static final int MOST_FOR_EACH = 4;

  private static final class Spoken {
    long second;
    int words;
  }

  private final World world;
  private final Map<Node, Spoken> spoken = new HashMap<>();

  Restraint(World world) {
    this.world = world;
  }

  @Override
  public void meant(Node from, Bytes message) {
    Spoken its = spoken.computeIfAbsent(from, node -> new Spoken());
    long second = world.now() / 1_000;
    if (its.second != second) {
      its.second = second;
      its.words = 0;
    }
    its.words++;
    int most = MOST_A_SECOND + MOST_FOR_EACH * world.nodes().size();
    if (its.words == most) {
      world.violated("I8", from + " says " + most + " things within a second");
    }
  }
}
