package io.keymoot.simulator.invariant;

import io.keymoot.flatkeying.crypto.Remembered;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.peer.PeerEffect;
import io.keymoot.simulator.world.Frame;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Watcher;
import io.keymoot.simulator.world.World;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * I4: no key is used twice with one nonce. A frame's nonce is its counter; its key the sender's.
 * All else is sealed under keys that seal one thing, with a nonce that never changes: which key
 * sealed what is noted where it is sealed, but in runs in which nothing is noted.
 */
final class Nonces implements Watcher {
  private record Used(FactId epoch, int revision, StayId stay, long counter) {}

  private final World world;
  private final Set<Used> used = new HashSet<>();

  Nonces(World world) {
    this.world = world;
  }

  @Override
  public void stepped(Node node, GroupState before, List<PeerEffect> effects) {
    if (Remembered.someKeySealedTwice()) {
      world.violated("I4", "in a step of " + node + " or before it a key sealed a second thing");
    }
  }

  @Override
  public void sealed(Node from, Frame frame) {
    Used once = new Used(frame.epoch(), frame.revision(), frame.stay(), frame.number());
    if (!used.add(once)) {
      world.violated("I4", from + " sealed two frames under one key and counter: " + once);
    }
  }
}
