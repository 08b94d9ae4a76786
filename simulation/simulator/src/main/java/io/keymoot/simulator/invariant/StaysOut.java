package io.keymoot.simulator.invariant;

import io.keymoot.flatkeying.fact.Admit;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.peer.PeerEffect;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Watcher;
import io.keymoot.simulator.world.World;
import java.util.List;

/**
 * I6: who was expelled stays out through every merge. Nobody is pardoned here, so a stay of a
 * device that begins with an expulsion of it in its past is one too many.
 */
final class StaysOut implements Watcher {
  private final World world;

  StaysOut(World world) {
    this.world = world;
  }

  @Override
  public void stepped(Node node, GroupState before, List<PeerEffect> effects) {
    GroupState now = node.known();
    if (now == before || now.count() == 0) {
      return;
    }
    for (Stay stay : now.newlyBegun(before)) {
      if (stay.begunBy().fact() instanceof Admit && isExpelledBefore(node, stay)) {
        world.violated("I6", "for " + node + " " + stay + " began though its device was expelled");
      }
    }
    for (Known epoch : now.usable()) {
      if (epoch.fact() instanceof Rekey rekey) {
        for (Target target : rekey.targets()) {
          if (target instanceof Target.Expelled expelled && isIn(node, expelled.device(), epoch)) {
            world.violated("I6", "for " + node + " " + expelled.device() + " is in after " + epoch);
          }
        }
      }
    }
  }

  /** In by a stay that is not after the expulsion. */
  private static boolean isIn(Node node, Fingerprint device, Known expulsion) {
    return node.known().members().stream()
        .filter(person -> person.device().equals(device))
        .flatMap(person -> node.known().liveStays(person.id()).stream())
        .anyMatch(stay -> !node.peer().keying().ledger().isAfter(stay.begunBy(), expulsion));
  }

  private static boolean isExpelledBefore(Node node, Stay stay) {
    GroupState past = node.peer().keying().ledger().past(stay.begunBy());
    for (Known epoch : past.usable()) {
      if (epoch.fact() instanceof Rekey rekey) {
        for (Target target : rekey.targets()) {
          if (target instanceof Target.Expelled expelled
              && expelled.device().equals(stay.person().device())) {
            return true;
          }
        }
      }
    }
    return false;
  }
}
