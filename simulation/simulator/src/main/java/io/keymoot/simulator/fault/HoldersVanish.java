package io.keymoot.simulator.fault;

import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.simulator.world.Node;
import java.util.List;

/** All who hold a slot are gone at once. */
final class HoldersVanish implements Fault {
  @Override
  public String name() {
    return "holders-vanish";
  }

  @Override
  public void plan(Trouble trouble) {
    trouble.at(trouble.between(trouble.until() / 4, trouble.until()), () -> vanish(trouble));
  }

  private void vanish(Trouble trouble) {
    List<Node> there = trouble.world().members();
    int symbols = trouble.world().setup().profile().radix();
    Slot slot = new Slot(trouble.random().nextInt(32), trouble.random().nextInt(symbols));
    List<Node> holders =
        there.stream()
            .filter(node -> holds(node.member(), slot, trouble))
            .limit(there.size() / 2)
            .toList();
    trouble.world().injected(name());
    for (Node node : holders) {
      node.crash();
      trouble.afterwards(trouble.between(5_000, 60_000), () -> trouble.people().comesAgain(node));
    }
  }

  private static boolean holds(MemberId member, Slot slot, Trouble trouble) {
    return slot.isHeldBy(member, trouble.world().setup().profile());
  }
}
