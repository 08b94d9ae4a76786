package io.keymoot.simulator.fault;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.simulator.world.Node;
import java.util.ArrayList;
import java.util.List;

/** All who hold a slot are gone at once: of one that at most half of the members hold. */
final class HoldersVanish implements Fault {
  @Override
  public String name() {
    return "holders-vanish";
  }

  @Override
  public void plan(Trouble trouble) {
    trouble.nowAndThen(90_000, () -> vanish(trouble));
    trouble.at(trouble.between(trouble.until() / 4, trouble.until()), () -> vanish(trouble));
  }

  private void vanish(Trouble trouble) {
    List<Node> there = trouble.world().members();
    Profile profile = trouble.world().setup().profile();
    List<List<Node>> rows = new ArrayList<>();
    for (int position = 0; position < Limits.ADDRESS_SYMBOLS; position++) {
      for (int symbol = 0; symbol < profile.radix(); symbol++) {
        Slot slot = new Slot(position, symbol);
        List<Node> holders =
            there.stream().filter(node -> slot.isHeldBy(node.member(), profile)).toList();
        if (holders.size() > 1 && holders.size() <= there.size() / 2) {
          rows.add(holders);
        }
      }
    }
    if (rows.isEmpty()) {
      return;
    }
    trouble.world().injected(name());
    for (Node node : rows.get(trouble.random().nextInt(rows.size()))) {
      node.crash();
      trouble.afterwards(trouble.between(5_000, 60_000), () -> trouble.people().comesAgain(node));
    }
  }
}
