package io.keymoot.simulator.world;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

/** Who reaches whom: partitions, and links that are cut in one direction. */
public final class Topology {
  private int[] sides = new int[16];
  private final Set<Long> cuts = new TreeSet<>();
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
    cuts.add(link(from, to));
  }

  public void mend(Node from, Node to) {
    cuts.remove(link(from, to));
  }

  public boolean isCut(Node from, Node to) {
    return cuts.contains(link(from, to));
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
