package io.keymoot.simulator.baseline;

import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.paper.KeyName;
import io.keymoot.flatkeying.paper.KeyTable;
import io.keymoot.flatkeying.paper.Posted;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.ArrayList;
import java.util.List;

/**
 * A central key tree (LKH), either acting at once or in epochs: at most one change of keys in so
 * long, used one epoch later, so that all have it by then.
 */
final class CentralTree implements Scheme {
  /** "Of the order of several seconds"; the paper's example has ten. */
  static final long EPOCH_MILLIS = 10_000;

  private final KeyTree tree;
  private final boolean isInEpochs;
  private final List<Integer> joining = new ArrayList<>();
  private final List<Integer> leaving = new ArrayList<>();
  private long epoch;

  private CentralTree(KeyTree tree, boolean isInEpochs) {
    this.tree = tree;
    this.isInEpochs = isInEpochs;
  }

  static CentralTree atOnce(int mostMembers, Entropy entropy) {
    return new CentralTree(new KeyTree(mostMembers, entropy), false);
  }

  static CentralTree inEpochs(int mostMembers, Entropy entropy) {
    return new CentralTree(new KeyTree(mostMembers, entropy), true);
  }

  @Override
  public String name() {
    return isInEpochs ? "key tree in epochs of 10 s" : "central key tree";
  }

  @Override
  public String source() {
    return isInEpochs
        ? "Mukkamalla, Katz: A Scalable Framework for Secure Multicast, section 3"
        : "Wallner et al. RFC 2627; Wong, Gouda, Lam 1998; four children to a node";
  }

  @Override
  public String manager() {
    return "one, holds all keys";
  }

  @Override
  public Cost join(int member) {
    if (isInEpochs) {
      joining.add(member);
      return Cost.NONE;
    }
    return joined(tree.join(member));
  }

  private static Cost joined(KeyTree.Change change) {
    long handed = HEADER_BYTES + ENCAPSULATION_BYTES + (long) change.nodes() * WRAP_BYTES;
    return new Cost(HEADER_BYTES, handed, 2L * change.nodes(), change.readers(), 0);
  }

  @Override
  public Cost leave(int member) {
    if (joining.remove(Integer.valueOf(member))) {
      return Cost.NONE;
    }
    if (!tree.has(member)) {
      return Cost.NONE;
    }
    if (isInEpochs) {
      leaving.add(member);
      return Cost.NONE;
    }
    return left(tree.leave(List.of(member)), 1);
  }

  private static Cost left(KeyTree.Change change, int members) {
    return new Cost(
        HEADER_BYTES + members * (long) ID_BYTES + change.wraps() * (long) WRAP_BYTES,
        0,
        change.wraps(),
        change.readers(),
        0);
  }

  @Override
  public Cost tick(long atMillis) {
    long current = atMillis / EPOCH_MILLIS;
    if (!isInEpochs || current == epoch) {
      return Cost.NONE;
    }
    epoch = current;
    Cost cost = Cost.NONE;
    if (!leaving.isEmpty()) {
      cost = cost.plus(left(tree.leave(List.copyOf(leaving)), leaving.size()));
      leaving.clear();
    }
    for (int member : joining) {
      Cost one = joined(tree.join(member));
      // All of an epoch are told of in one message.
      cost = cost.plus(new Cost(0, one.unicast(), one.author(), one.followers(), 0));
    }
    if (!joining.isEmpty()) {
      cost = cost.plus(new Cost(HEADER_BYTES, 0, 0, 0, 0));
    }
    joining.clear();
    return cost;
  }

  /** In epochs: until the next begins, and one more until the key that was made then is used. */
  @Override
  public long exposureMillis(long atMillis, long hopMillis) {
    return isInEpochs
        ? hopMillis + EPOCH_MILLIS - atMillis % EPOCH_MILLIS + EPOCH_MILLIS
        : 2 * hopMillis; // the manager is told, then tells all
  }

  @Override
  public boolean owesLeaves() {
    return !leaving.isEmpty();
  }

  @Override
  public int size() {
    return tree.size() + joining.size() - leaving.size();
  }

  @Override
  public KeyTable kept(int member) {
    return tree.kept(member);
  }

  @Override
  public List<Posted> wire() {
    return tree.wire();
  }

  @Override
  public KeyName tek() {
    return tree.tek();
  }

  @Override
  public Bytes tekBytes() {
    return tree.tekBytes();
  }
}
