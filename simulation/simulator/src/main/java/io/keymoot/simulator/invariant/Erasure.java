package io.keymoot.simulator.invariant;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.frame.FrameEpoch;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Ledger;
import io.keymoot.flatkeying.keying.Eavesdropper;
import io.keymoot.flatkeying.keying.FlatKeying;
import io.keymoot.peer.PeerEffect;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Watcher;
import io.keymoot.simulator.world.World;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * P8: what is superseded is erased after the grace period, while the device runs: an epoch after 30
 * s, or 1 s where an expulsion or a fault made one that is held unclean; a revision 30 s after the
 * next began to run; and what frames and slots derived from an epoch goes with it.
 */
final class Erasure implements Watcher {
  private static final long SLACK = 500;
  private static final long EVERY_MILLIS = 250;

  private final World world;
  private final Map<Node, Ages> ages = new LinkedHashMap<>();

  /** What a node holds, and since when it should not. */
  private static final class Ages {
    long lookedAt = -EVERY_MILLIS;
    final Map<FactId, Long> superseded = new TreeMap<>();
    final Map<FactId, Long> soiledByForce = new TreeMap<>();
    final Map<FactId, TreeMap<Integer, Long>> ranFrom = new TreeMap<>();
    final Map<FactId, Lowest> lowest = new TreeMap<>();

    /** What was proved is dropped for no doubt, and goes for good: its lowest revision. */
    final Map<FactId, Integer> proved = new TreeMap<>();

    final Map<FactId, Integer> erasedBelow = new TreeMap<>();
  }

  /** The lowest revision held of an epoch; one that came late is held no shorter for it. */
  private record Lowest(int revision, long since) {}

  Erasure(World world) {
    this.world = world;
  }

  @Override
  public void stepped(Node node, GroupState before, List<PeerEffect> effects) {
    GroupState now = node.known();
    long tick = node.tick().millis();
    Ages its = ages.computeIfAbsent(node, n -> new Ages());
    // The first thing it does after a sleep is looked at, too.
    boolean isSoon = tick - its.lookedAt < EVERY_MILLIS;
    if (now.count() == 0 || !node.isUp() || (now == before && isSoon)) {
      return;
    }
    its.lookedAt = tick;
    List<FactId> held = Eavesdropper.heldEpochs(node.peer().keying());
    lookAtWhatWasErased(node, its, held);
    its.superseded.keySet().retainAll(held);
    its.soiledByForce.keySet().retainAll(held);
    its.ranFrom.keySet().retainAll(held);
    its.lowest.keySet().retainAll(held);
    lookAtEpochs(node, its, held, tick, now != before);
    lookAtRevisions(node, its, held, tick);
    lookAtWhatFollows(node, held);
  }

  /**
   * What a recording brings back is as good as never erased. Of what was only told nothing is said:
   * that may be dropped for a doubt, and told again.
   */
  private void lookAtWhatWasErased(Node node, Ages its, List<FactId> held) {
    FlatKeying core = node.peer().keying();
    for (FactId epoch : its.proved.keySet()) {
      if (!held.contains(epoch) && !node.known().isUsable(epoch)) {
        its.erasedBelow.put(epoch, Integer.MAX_VALUE);
      }
    }
    its.proved.keySet().retainAll(held);
    for (FactId epoch : held) {
      int revision = Eavesdropper.lowestRevision(core, epoch);
      if (revision < its.erasedBelow.getOrDefault(epoch, 0)) {
        world.violated("P8", node + " holds revision " + revision + " of " + epoch + " again");
      }
      if (Eavesdropper.isProved(core, epoch)) {
        Integer before = its.proved.put(epoch, revision);
        if (before != null && revision > before) {
          its.erasedBelow.put(epoch, revision);
        }
      }
    }
  }

  private void lookAtEpochs(
      Node node, Ages its, List<FactId> held, long tick, boolean factsAreNew) {
    GroupState now = node.known();
    List<FactId> usable = now.usable().stream().map(Known::id).toList();
    if (factsAreNew) {
      for (FactId epoch : held) {
        if (!usable.contains(epoch) && isSoiledByForce(node, epoch)) {
          its.soiledByForce.putIfAbsent(epoch, tick);
        }
      }
    }
    long force = its.soiledByForce.values().stream().min(Long::compareTo).orElse(Long.MAX_VALUE);
    // A key that is only held at a revision to come is not one that the device may use.
    boolean holdsUsable = Eavesdropper.holdsUsable(node.peer().keying()) && node.canSend();
    for (FactId epoch : held) {
      if (!holdsUsable || usable.contains(epoch)) {
        its.superseded.remove(epoch);
        continue;
      }
      long began = its.superseded.computeIfAbsent(epoch, e -> tick);
      long hard = force == Long.MAX_VALUE ? Long.MAX_VALUE : Math.max(began, force);
      boolean isLate = tick - began > Limits.GRACE_MILLIS + SLACK;
      boolean isLateByForce =
          hard != Long.MAX_VALUE && tick - hard > Limits.GRACE_AFTER_EXPULSION_MILLIS + SLACK;
      if (isLate || isLateByForce) {
        world.violated(
            "P8",
            node
                + " still holds "
                + epoch
                + ", superseded "
                + (tick - began)
                + " ms ago"
                + (isLateByForce ? ", and " + (tick - hard) + " ms after somebody was put out" : "")
                + "; "
                + Eavesdropper.standing(node.peer().keying(), epoch));
      }
    }
  }

  /** Whether somebody was put out who was in when the epoch was made. */
  private static boolean isSoiledByForce(Node node, FactId epoch) {
    Ledger ledger = node.peer().keying().ledger();
    Known known = ledger.get(epoch);
    return known != null
        && node.known().contains(known)
        && !ledger.isClean(node.known(), known)
        && !ledger.isOnlySoftlyUnclean(node.known(), known);
  }

  private void lookAtRevisions(Node node, Ages its, List<FactId> held, long tick) {
    for (FactId epoch : held) {
      TreeMap<Integer, Long> ranFrom = its.ranFrom.computeIfAbsent(epoch, e -> new TreeMap<>());
      ranFrom.putIfAbsent(node.known().revision(epoch), tick);
      int revision = Eavesdropper.lowestRevision(node.peer().keying(), epoch);
      Lowest lowest = its.lowest.get(epoch);
      if (lowest == null || revision < lowest.revision) {
        lowest = new Lowest(revision, tick);
      } else {
        lowest = new Lowest(revision, lowest.since);
      }
      its.lowest.put(epoch, lowest);
      Map.Entry<Integer, Long> next = ranFrom.higherEntry(revision);
      long late = next == null ? 0 : tick - Math.max(next.getValue(), lowest.since);
      if (late > Limits.GRACE_MILLIS + SLACK) {
        world.violated(
            "P8",
            node
                + " still holds revision "
                + revision
                + " of "
                + epoch
                + ", "
                + late
                + " ms after a later one began to run");
      }
    }
  }

  private void lookAtWhatFollows(Node node, List<FactId> held) {
    for (FrameEpoch key : node.frameKeys()) {
      if (!held.contains(key.epoch())) {
        world.violated("P8", node + " opens frames with a key of " + key.epoch() + ", erased");
      }
    }
    for (FactId epoch : Eavesdropper.epochsWithKeks(node.peer().keying())) {
      if (!held.contains(epoch)) {
        world.violated("P8", node + " holds KEKs of " + epoch + ", whose secret is erased");
      }
    }
  }
}
