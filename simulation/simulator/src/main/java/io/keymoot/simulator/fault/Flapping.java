package io.keymoot.simulator.fault;

import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Topology;
import java.util.List;

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
    Topology topology = trouble.world().topology();
    // Who comes meanwhile is reached, and what else was cut stays cut.
    List<Node> others = trouble.world().up().stream().filter(other -> other != node).toList();
    for (Node other : others) {
      topology.cut(node, other);
      topology.cut(other, node);
    }
    trouble.afterwards(
        down,
        () -> {
          for (Node other : others) {
            topology.mend(node, other);
            topology.mend(other, node);
          }
          if (trouble.world().now() < Math.min(end, trouble.until())) {
            trouble.at(
                trouble.world().now() + trouble.spread(20, 30_000), () -> flap(trouble, node, end));
          }
        });
  }
}
