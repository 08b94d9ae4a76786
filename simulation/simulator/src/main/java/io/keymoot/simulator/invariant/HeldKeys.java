package io.keymoot.simulator.invariant;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.frame.FrameEpoch;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.keying.Eavesdropper;
import io.keymoot.peer.PeerEffect;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Watcher;
import io.keymoot.simulator.world.World;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * I3, as far as keys tell that devices really had: who is out in a member's view never held a key
 * at or before the one that this member sends under. Cheap, so for groups of every size; what
 * frames are sealed under is {@link Sealed}'s; small groups also answer to {@link RealBytes}.
 */
final class HeldKeys implements Watcher {
  private final World world;

  /** By epoch and member: the lowest revision it ever held; all later ones follow from it. */
  private final Map<FactId, Map<MemberId, Integer>> lowest = new TreeMap<>();

  HeldKeys(World world) {
    this.world = world;
  }

  /**
   * Among liars only what was checked against the commitment: who is out asks on, and is told false
   * keys, which are nobody's. What that leaves out is {@link RealBytes}'s.
   */
  @Override
  public void installed(Node node, FrameEpoch key) {
    if (world.somebodyLies() && !Eavesdropper.isProved(node.peer().keying(), key.epoch())) {
      return;
    }
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
    for (PeerEffect effect : effects) {
      if (effect instanceof PeerEffect.Activate under) {
        check(node, now, under);
      }
    }
  }

  /** Who ever held a key of the epoch, and the lowest revision that it held. */
  Map<MemberId, Integer> holders(FactId epoch) {
    return lowest.getOrDefault(epoch, Map.of());
  }

  /** It was in, as these facts show, and is not. */
  static boolean isOut(GroupState state, MemberId member) {
    return !state.isMember(member) && state.person(member).isPresent();
  }

  private void check(Node node, GroupState now, PeerEffect.Activate under) {
    Known epoch = node.peer().keying().ledger().get(under.epoch());
    if (epoch == null || !node.peer().keying().ledger().isClean(now, epoch)) {
      return; // for a moment more it may use what a soft end made unclean: Sealed times that
    }
    for (Map.Entry<MemberId, Integer> each : holders(under.epoch()).entrySet()) {
      if (each.getValue() <= under.revision() && isOut(now, each.getKey())) {
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
