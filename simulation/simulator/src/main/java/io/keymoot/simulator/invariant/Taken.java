package io.keymoot.simulator.invariant;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Ledger;
import io.keymoot.simulator.world.Node;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What a node took in one step. */
final class Taken {
  private Taken() {}

  static List<Known> since(GroupState before, Node node) {
    Ledger ledger = node.peer().keying().ledger();
    Set<Known> taken = new LinkedHashSet<>();
    for (FactId head : node.known().heads()) {
      Known fact = ledger.get(head);
      if (fact != null) {
        taken.addAll(ledger.lacking(before, fact));
      }
    }
    return List.copyOf(taken);
  }
}
