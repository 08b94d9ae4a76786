package io.keymoot.simulator.invariant;

import io.keymoot.flatkeying.fact.Admit;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Ledger;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.peer.PeerEffect;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Watcher;
import io.keymoot.simulator.world.World;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * I6: who was expelled stays out through every merge. Nobody is pardoned here, so a stay of a
 * device that an Admit begins after an expulsion of it is one too many, and so is one that began
 * before or beside it and is still live.
 */
final class StaysOut implements Watcher {
  private final World world;
  private final Map<Fingerprint, Set<FactId>> expulsions = new TreeMap<>();

  StaysOut(World world) {
    this.world = world;
  }

  @Override
  public void stepped(Node node, GroupState before, List<PeerEffect> effects) {
    GroupState now = node.known();
    if (now == before || now.count() == 0) {
      return;
    }
    Ledger ledger = node.peer().keying().ledger();
    for (Known fact : Taken.since(before, node)) {
      if (fact.fact() instanceof Rekey rekey) {
        for (Target target : rekey.targets()) {
          if (target instanceof Target.Expelled expelled) {
            expulsions.computeIfAbsent(expelled.device(), d -> new TreeSet<>()).add(fact.id());
            checkThatItIsOut(node, fact, expelled.device());
          }
        }
      }
    }
    for (Stay stay : now.newlyBegun(before)) {
      boolean isAdmitted = stay.begunBy().fact() instanceof Admit;
      for (FactId each :
          isAdmitted
              ? expulsions.getOrDefault(stay.person().device(), Set.of())
              : Set.<FactId>of()) {
        Known expulsion = ledger.get(each);
        if (expulsion != null && ledger.isAfter(stay.begunBy(), expulsion)) {
          world.violated("I6", "for " + node + " " + stay + " began though its device was put out");
        }
      }
    }
  }

  private void checkThatItIsOut(Node node, Known expulsion, Fingerprint device) {
    Ledger ledger = node.peer().keying().ledger();
    boolean isIn =
        node.known().members().stream()
            .filter(person -> person.device().equals(device))
            .flatMap(person -> node.known().liveStays(person.id()).stream())
            .anyMatch(stay -> !ledger.isAfter(stay.begunBy(), expulsion));
    if (isIn) {
      world.violated("I6", "for " + node + " " + device + " is in after " + expulsion);
    }
  }
}
