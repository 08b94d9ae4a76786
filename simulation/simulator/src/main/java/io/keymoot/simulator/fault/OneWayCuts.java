package io.keymoot.simulator.fault;

import io.keymoot.simulator.world.Node;
import java.util.List;

/** Some hear others who do not hear them. */
final class OneWayCuts implements Fault {
  @Override
  public String name() {
    return "one-way";
  }

  @Override
  public void plan(Trouble trouble) {
    trouble.nowAndThen(40_000, () -> cut(trouble));
  }

  private void cut(Trouble trouble) {
    List<Node> up = trouble.world().members();
    if (up.size() < 2) {
      return;
    }
    trouble.world().injected(name());
    int many = 1 + trouble.random().nextInt(up.size());
    for (int i = 0; i < many; i++) {
      Node from = up.get(trouble.random().nextInt(up.size()));
      Node to = up.get(trouble.random().nextInt(up.size()));
      trouble.world().topology().cut(from, to);
      trouble.afterwards(
          trouble.between(500, 40_000), () -> trouble.world().topology().mend(from, to));
    }
  }
}
