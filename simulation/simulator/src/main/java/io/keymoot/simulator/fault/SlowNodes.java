package io.keymoot.simulator.fault;

import io.keymoot.simulator.world.Node;

/** Some machines take 2 to 100 times as long. */
final class SlowNodes implements Fault {
  @Override
  public String name() {
    return "slow";
  }

  @Override
  public void plan(Trouble trouble) {
    trouble.nowAndThen(
        60_000,
        () -> {
          for (Node node : trouble.some(3)) {
            trouble.world().injected(name());
            node.slow((int) trouble.spread(2, 100));
            trouble.afterwards(trouble.between(1_000, 60_000), () -> node.slow(1));
          }
        });
  }
}
