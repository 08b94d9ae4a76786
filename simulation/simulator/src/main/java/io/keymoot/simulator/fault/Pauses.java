package io.keymoot.simulator.fault;

import io.keymoot.simulator.world.Node;

/**
 * A process stops for 0.1 to 120 s and goes on as it was: it slept, or was thawed from a snapshot
 * that is some epochs old.
 */
final class Pauses implements Fault {
  @Override
  public String name() {
    return "pause";
  }

  @Override
  public void plan(Trouble trouble) {
    trouble.nowAndThen(
        trouble.isHeavy() ? 30_000 : 200_000,
        () -> {
          for (Node node : trouble.some(3)) {
            trouble.world().injected(name());
            node.stop();
            trouble.afterwards(
                trouble.spread(100, trouble.isHeavy() ? 120_000 : 5_000), node::goOn);
          }
        });
  }
}
