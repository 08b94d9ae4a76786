package io.keymoot.simulator.fault;

import io.keymoot.simulator.world.Node;
import java.util.List;

/** Nine in ten leave within five seconds. */
final class MassLeave implements Fault {
  @Override
  public String name() {
    return "mass-leave";
  }

  @Override
  public void plan(Trouble trouble) {
    trouble.at(trouble.between(trouble.until() / 2, trouble.until()), () -> leave(trouble));
  }

  private void leave(Trouble trouble) {
    trouble.world().injected(name());
    List<Node> there = trouble.world().members();
    for (int i = 1; i < there.size(); i++) {
      Node node = there.get(i);
      if (trouble.random().nextInt(10) < 9) {
        long at = trouble.world().now() + trouble.between(0, 5_000);
        trouble.at(
            at,
            () -> {
              trouble.people().leaves(node);
              trouble.afterwards(
                  trouble.between(10_000, 60_000), () -> trouble.people().comesAgain(node));
            });
      }
    }
  }
}
