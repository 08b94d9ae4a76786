package io.keymoot.simulator.fault;

import io.keymoot.simulator.world.Node;

/** Clocks run up to 500 millionths too fast or too slow. */
final class Drift implements Fault {
  @Override
  public String name() {
    return "drift";
  }

  @Override
  public void plan(Trouble trouble) {
    trouble.nowAndThen(
        30_000,
        () -> {
          trouble.world().injected(name());
          for (Node node : trouble.world().up()) {
            node.drift(trouble.between(-500.0, 500.0));
          }
        });
  }
}
