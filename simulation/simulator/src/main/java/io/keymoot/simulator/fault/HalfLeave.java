package io.keymoot.simulator.fault;

import io.keymoot.simulator.world.Node;
import java.util.List;

/** Every second member leaves, all within one second: a lecture is over. */
final class HalfLeave implements Fault {
  @Override
  public String name() {
    return "half-leave";
  }

  @Override
  public String source() {
    return "own figure: so many go at once, and the group makes as few keys as if one had gone";
  }

  @Override
  public void plan(Trouble trouble) {
    trouble.at(
        trouble.until() / 2,
        () -> {
          trouble.world().injected(name());
          List<Node> there = trouble.world().members();
          long now = trouble.world().now();
          for (int i = 1; i < there.size(); i += 2) {
            Node node = there.get(i);
            trouble.at(now + trouble.between(0, 999), () -> trouble.people().leaves(node));
          }
        });
  }
}
