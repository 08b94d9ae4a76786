package io.keymoot.simulator.fault;

import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.peer.PeerEffect;
import io.keymoot.simulator.world.Memory;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Watcher;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A device crashes and starts again with what it keeps on its disk: who was put out, as it knew it
 * last, or, since somebody put an older disk back, as it knew it some expulsions ago.
 */
final class OldStates implements Fault {
  /** So many disks of each device are at hand to be put back. */
  private static final int DISKS = 8;

  private final Map<Fingerprint, Deque<Memory>> disks = new TreeMap<>();

  @Override
  public String name() {
    return "old-state";
  }

  @Override
  public String source() {
    return "what the runtime keeps for the next start, and disks put back; own figures";
  }

  @Override
  public void plan(Trouble trouble) {
    trouble
        .world()
        .watch(
            new Watcher() {
              @Override
              public void stepped(Node node, GroupState before, List<PeerEffect> effects) {
                // What is known only by a process that is gone, or to a liar, is on no disk.
                if (node.isUp()
                    && !node.isByzantine()
                    && effects.stream().anyMatch(OldStates::putsSomebodyOut)) {
                  writes(node);
                }
              }
            });
    trouble.nowAndThen(20_000, () -> trouble.some(2).forEach(node -> startAgain(trouble, node)));
  }

  private static boolean putsSomebodyOut(PeerEffect effect) {
    return effect instanceof PeerEffect.EndStay end && end.atOnce();
  }

  private void writes(Node node) {
    Deque<Memory> its = disks.computeIfAbsent(node.device(), device -> new ArrayDeque<>());
    its.addLast(Memory.of(node));
    if (its.size() > DISKS) {
      its.removeFirst();
    }
  }

  private void startAgain(Trouble trouble, Node node) {
    List<Memory> its = List.copyOf(disks.getOrDefault(node.device(), new ArrayDeque<>()));
    if (its.isEmpty()) {
      return; // it has nothing to remember: that is a mere crash
    }
    trouble.world().injected(name());
    Memory old = its.get(trouble.random().nextInt(its.size()));
    node.crash();
    trouble.afterwards(trouble.spread(200, 30_000), () -> trouble.people().comesAgain(node, old));
  }
}
