package io.keymoot.simulator.invariant;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.frame.FrameEpoch;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.peer.PeerEffect;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Watcher;
import io.keymoot.simulator.world.World;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * I3, as far as keys tell that devices really had: who is out in a member's view never held a key
 * at or before the one that this member sends under. Cheap, so for groups of every size; small ones
 * also answer to {@link RealBytes}.
 */
final class HeldKeys implements Watcher {
  private final World world;

  /** By epoch and member: the lowest revision it ever held; all later ones follow from it. */
  private final Map<FactId, Map<MemberId, Integer>> lowest = new TreeMap<>();

  private final Map<Node, TreeSet<MemberId>> out = new LinkedHashMap<>();

  HeldKeys(World world) {
    this.world = world;
  }

  @Override
  public void installed(Node node, FrameEpoch key) {
    lowest
        .computeIfAbsent(key.epoch(), epoch -> new TreeMap<>())
        .merge(node.member(), key.revision(), Math::min);
  }

  @Override
  public void stepped(Node node, GroupState before, List<PeerEffect> effects) {
    GroupState now = node.known();
    if (node.isByzantine() || now.count() == 0) {
      return;
    }
    TreeSet<MemberId> gone = out.computeIfAbsent(node, n -> new TreeSet<>());
    if (now != before) {
      for (Stay stay : now.newlyOver(before)) {
        gone.add(stay.person().id());
      }
      gone.removeIf(now::isMember);
    }
    for (PeerEffect effect : effects) {
      if (effect instanceof PeerEffect.Activate under) {
        check(node, now, under, gone);
      }
    }
  }

  private void check(Node node, GroupState now, PeerEffect.Activate under, TreeSet<MemberId> gone) {
    Known epoch = node.peer().keying().ledger().get(under.epoch());
    if (epoch == null || !node.peer().keying().ledger().isClean(now, epoch)) {
      return; // for a moment more it may use what a soft end made unclean: RealBytes times that
    }
    Map<MemberId, Integer> held = lowest.getOrDefault(under.epoch(), Map.of());
    for (Map.Entry<MemberId, Integer> each : held.entrySet()) {
      if (each.getValue() <= under.revision() && gone.contains(each.getKey())) {
        world.violated(
            "I3",
            node
                + " sends under "
                + under.epoch()
                + " at "
                + under.revision()
                + ", which "
                + each.getKey()
                + " held, who is out");
      }
    }
  }
}
