package io.keymoot.simulator.fault;

import io.keymoot.simulator.world.Node;

/** The network falls into two to four parts, each of which goes on by itself, and heals. */
final class Partitions implements Fault {
  @Override
  public String name() {
    return "partition";
  }

  @Override
  public void plan(Trouble trouble) {
    trouble.nowAndThen(trouble.isHeavy() ? 70_000 : 300_000, () -> part(trouble));
  }

  private void part(Trouble trouble) {
    trouble.world().injected(name());
    int parts = 2 + trouble.random().nextInt(Math.max(1, trouble.parts() - 1));
    for (Node node : trouble.world().nodes()) {
      trouble.world().topology().side(node, trouble.random().nextInt(parts));
    }
    long which = trouble.world().injected().getOrDefault(name(), 0L);
    trouble.afterwards(trouble.spread(1_000, 60_000), () -> heal(trouble, which));
  }

  /** A later partition ends in its own time. */
  private void heal(Trouble trouble, long which) {
    if (trouble.world().injected().getOrDefault(name(), 0L) == which) {
      trouble.world().topology().join();
      trouble.world().mended(name());
    }
  }

  @Override
  public void end(Trouble trouble) {
    trouble.world().topology().join();
  }
}
