package io.keymoot.simulator.world;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** Who reaches whom: partitions, and links that are cut in one direction. */
public final class Topology {
  private int[] sides = new int[16];

  /** How often each is cut: who mends it mends its own cut. */
  private final Map<Long, Integer> cuts = new TreeMap<>();

  private boolean isParted;

  /** On which side of a partition the node is; 0 for all when the network is whole. */
  public int side(Node node) {
    return node.index() < sides.length ? sides[node.index()] : 0;
  }

  public void side(Node node, int side) {
    if (node.index() >= sides.length) {
      sides = Arrays.copyOf(sides, Math.max(2 * sides.length, node.index() + 1));
    }
    sides[node.index()] = side;
    isParted |= side != 0;
  }

  public void cut(Node from, Node to) {
    cuts.merge(link(from, to), 1, Integer::sum);
  }

  public void mend(Node from, Node to) {
    cuts.computeIfPresent(link(from, to), (link, times) -> times > 1 ? times - 1 : null);
  }

  public boolean isCut(Node from, Node to) {
    return cuts.containsKey(link(from, to));
  }

  /** Ends partitions; cuts stay. */
  public void join() {
    Arrays.fill(sides, 0);
    isParted = false;
  }

  public void mendAll() {
    join();
    cuts.clear();
  }

  boolean reaches(Node from, Node to) {
    return (!isParted || side(from) == side(to)) && (cuts.isEmpty() || !isCut(from, to));
  }

  private static long link(Node from, Node to) {
    return (long) from.index() << 32 | to.index();
  }
}
