package io.keymoot.simulator.invariant;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.frame.FrameEpoch;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.keying.Eavesdropper;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.peer.PeerEffect;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Watcher;
import io.keymoot.simulator.world.World;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * I1: same facts, same members, clean epochs and keys. Peers of a run may share what facts show; in
 * small groups {@link RealBytes} makes it again by itself, in large ones some peers do.
 */
final class Agreement implements Watcher {
  private static final int REMEMBERED = 16_384;

  /** What two who know the same facts must count alike. */
  record View(Hash32 members, List<FactId> usable, List<Integer> revisions) {
    static View of(GroupState state) {
      List<FactId> usable = state.usable().stream().map(Known::id).toList();
      return new View(state.membersDigest(), usable, usable.stream().map(state::revision).toList());
    }
  }

  private record KeyName(FactId epoch, int revision) {}

  private record Key(int prefix, Node of) {}

  private final World world;
  private final Map<List<FactId>, View> views = bounded();
  private final Map<KeyName, Key> keys = bounded();

  Agreement(World world) {
    this.world = world;
  }

  private static <K, V> Map<K, V> bounded() {
    return new LinkedHashMap<>(16, 0.75f, true) {
      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > REMEMBERED;
      }
    };
  }

  @Override
  public void stepped(Node node, GroupState before, List<PeerEffect> effects) {
    GroupState now = node.known();
    if (now == before || now.count() == 0) {
      return;
    }
    View view = View.of(now);
    View other = views.putIfAbsent(now.heads(), view);
    if (other != null && !other.equals(view)) {
      world.violated(
          "I1", node + " and another peer know the same facts and count " + view + " and " + other);
    }
  }

  @Override
  public void installed(Node node, FrameEpoch key) {
    if (node.isByzantine() || !isTrue(node, key.epoch())) {
      return;
    }
    Key own = new Key(key.kidPrefix(), node);
    Key other = keys.putIfAbsent(new KeyName(key.epoch(), key.revision()), own);
    if (other != null && other.prefix != own.prefix) {
      world.violated(
          "I1",
          node
              + " and "
              + other.of
              + " hold different keys of "
              + key.epoch()
              + " at "
              + key.revision());
    }
  }

  /**
   * Where nobody lies; among liars, what was checked against the commitment. Asked when a key is
   * put in, for one that was told may be followed by the true one.
   */
  private boolean isTrue(Node node, FactId epoch) {
    return !world.somebodyLies() || Eavesdropper.isProved(node.peer().keying(), epoch);
  }
}
