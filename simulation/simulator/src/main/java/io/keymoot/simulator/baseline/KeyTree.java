package io.keymoot.simulator.baseline;

import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.crypto.Hkdf;
import io.keymoot.flatkeying.paper.KeyName;
import io.keymoot.flatkeying.paper.KeyTable;
import io.keymoot.flatkeying.paper.Posted;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * A manager's tree of keys, four children to a node; the root is the key of traffic. Node 0 is the
 * root, the children of node i are 4i + 1 to 4i + 4; members sit at the lowest level, and the tree
 * grows a level when it is full.
 */
final class KeyTree {
  private static final int DEGREE = 4;

  /** What one change made of the tree. */
  record Change(int wraps, int nodes, long readers) {}

  private final Entropy entropy;
  private final KeyTable managers = new KeyTable();
  private final Map<Integer, KeyName> current = new LinkedHashMap<>();
  private final Map<Integer, Integer> versions = new LinkedHashMap<>();
  private final Map<Integer, Integer> leafOf = new LinkedHashMap<>();
  private final Map<Integer, Integer> below = new LinkedHashMap<>();
  private final Map<Integer, KeyTable> kept = new LinkedHashMap<>();
  private final Deque<Integer> free = new ArrayDeque<>();
  private final List<Posted> wire = new ArrayList<>();

  /**
   * @param mostMembers that are in at once: the tree is made high enough for them at the start
   */
  KeyTree(int mostMembers, Entropy entropy) {
    this.entropy = entropy;
    int first = 0;
    int width = 1;
    while (width < mostMembers) {
      first = DEGREE * first + 1;
      width *= DEGREE;
    }
    for (int i = 0; i < width; i++) {
      free.add(first + i);
    }
    fresh(0);
  }

  private static List<Integer> pathFrom(int leaf) {
    List<Integer> path = new ArrayList<>();
    for (int node = leaf; node > 0; node = (node - 1) / DEGREE) {
      path.add(node);
    }
    path.add(0);
    return path;
  }

  private void fresh(int node) {
    KeyName name =
        new KeyName(node == 0 ? KeyName.TEK : node, versions.merge(node, 1, Integer::sum), 0);
    managers.put(name, Bytes.owning(entropy.bytes(Hkdf.KEY_BYTES)));
    current.put(node, name);
  }

  int size() {
    return leafOf.size();
  }

  boolean has(int member) {
    return leafOf.containsKey(member);
  }

  /** The keys on the newcomer's path take a step, and it is handed them. */
  Change join(int member) {
    int leaf = free.remove();
    leafOf.put(member, leaf);
    fresh(leaf);
    KeyTable own = new KeyTable();
    List<Integer> path = pathFrom(leaf);
    for (int node : path) {
      below.merge(node, 1, Integer::sum);
      if (node != leaf && current.containsKey(node)) {
        KeyName old = name(node);
        Posted step = Posted.derived(List.of(old), old.stepped());
        wire.add(step);
        managers.read(step);
        current.put(node, old.stepped());
      } else if (node != leaf) {
        fresh(node);
      }
      own.put(name(node), managers.get(name(node)));
    }
    kept.put(member, own);
    return new Change(0, path.size(), size() - 1L);
  }

  /** All that these held is replaced, from the leaves up, once for all of them. */
  Change leave(List<Integer> members) {
    TreeSet<Integer> dirty = new TreeSet<>();
    for (int member : members) {
      Integer leaf = leafOf.remove(member);
      if (leaf != null) {
        pathFrom(leaf).forEach(node -> below.merge(node, -1, Integer::sum));
        dirty.addAll(pathFrom(leaf));
        current.remove(leaf);
        dirty.remove(leaf);
        free.add(leaf);
      }
    }
    int before = wire.size();
    long readers = 0;
    for (int node : dirty.descendingSet()) {
      if (below.getOrDefault(node, 0) == 0 && node != 0) {
        current.remove(node);
        continue;
      }
      fresh(node);
      for (int child = DEGREE * node + 1; child <= DEGREE * node + DEGREE; child++) {
        KeyName under = current.get(child);
        if (under != null && below.getOrDefault(child, 0) > 0) {
          wire.add(Posted.wrapped(List.of(under), managers, name(node)));
          readers += below.getOrDefault(child, 0);
        }
      }
    }
    return new Change(wire.size() - before, dirty.size(), readers);
  }

  private KeyName name(int node) {
    KeyName name = current.get(node);
    if (name == null) {
      throw new IllegalStateException("node " + node + " has no key");
    }
    return name;
  }

  KeyTable kept(int member) {
    return kept.getOrDefault(member, new KeyTable());
  }

  List<Posted> wire() {
    return wire;
  }

  KeyName tek() {
    return name(0);
  }

  Bytes tekBytes() {
    return managers.get(tek());
  }

  int depth(int member) {
    Integer leaf = leafOf.get(member);
    return leaf == null ? 0 : pathFrom(leaf).size();
  }
}
