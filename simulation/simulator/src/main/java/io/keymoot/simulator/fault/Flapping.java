package io.keymoot.simulator.fault;

import io.keymoot.simulator.world.Node;

/** Somebody's link goes down and up, each for 20 ms to 30 s. */
final class Flapping implements Fault {
  @Override
  public String name() {
    return "flapping";
  }

  @Override
  public void plan(Trouble trouble) {
    trouble.nowAndThen(
        90_000,
        () -> {
          for (Node node : trouble.some(2)) {
            trouble.world().injected(name());
            flap(trouble, node, trouble.world().now() + trouble.between(2_000, 60_000));
          }
        });
  }

  private void flap(Trouble trouble, Node node, long end) {
    long down = trouble.spread(20, 30_000);
    link(trouble, node, true);
    trouble.afterwards(
        down,
        () -> {
          link(trouble, node, false);
          if (trouble.world().now() < Math.min(end, trouble.until())) {
            trouble.at(
                trouble.world().now() + trouble.spread(20, 30_000), () -> flap(trouble, node, end));
          }
        });
  }

  private static void link(Trouble trouble, Node node, boolean isDown) {
    for (Node other : trouble.world().up()) {
      if (other != node && isDown) {
        trouble.world().topology().cut(node, other);
        trouble.world().topology().cut(other, node);
      } else if (other != node) {
        trouble.world().topology().mend(node, other);
        trouble.world().topology().mend(other, node);
      }
    }
  }
}
