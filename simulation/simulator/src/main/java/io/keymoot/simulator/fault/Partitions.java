package io.keymoot.simulator.fault;

import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Timeline;

/**
 * The network falls into two to four parts, each of which goes on by itself, and heals. Meanwhile
 * some come on some sides, and some are put out: by others of their side, or by another that knows
 * nothing of whom they let in since.
 */
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
    long which = which(trouble);
    long lasts = trouble.spread(1_000, 60_000);
    trouble.afterwards(lasts, () -> heal(trouble, which));
    for (int side = 0; trouble.isHeavy() && side < parts; side++) {
      live(trouble, which, lasts, side);
    }
  }

  /** What happens on a side while it is alone. */
  private void live(Trouble trouble, long which, long lasts, int side) {
    if (trouble.random().nextBoolean()) {
      meanwhile(trouble, which, lasts, () -> trouble.people().comes(side));
    }
    if (trouble.random().nextInt(3) == 0) {
      boolean isAcross = trouble.random().nextBoolean();
      meanwhile(trouble, which, lasts, () -> trouble.people().expels(side, isAcross));
    }
  }

  private void meanwhile(Trouble trouble, long which, long lasts, Timeline.Event event) {
    trouble.at(
        trouble.world().now() + trouble.between(0, lasts - 1),
        () -> {
          if (which(trouble) == which) {
            event.happen();
          }
        });
  }

  private long which(Trouble trouble) {
    return trouble.world().injected().getOrDefault(name(), 0L);
  }

  /** A later partition ends in its own time. */
  private void heal(Trouble trouble, long which) {
    if (which(trouble) == which) {
      trouble.world().topology().join();
      trouble.world().mended(name());
    }
  }

  @Override
  public void end(Trouble trouble) {
    trouble.world().topology().join();
  }
}
