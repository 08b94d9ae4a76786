package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.wire.Hash32;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An immutable map from ids to values: a trie over the id's half-bytes. Changing it makes a new map
 * that shares all but one path with the old.
 *
 * <p>By hand, because three things are wanted at once that no library map has: a shape that depends
 * only on the keys, so that iteration is in id order and {@link #digest} (a Merkle hash of the
 * keys) is the same on every peer; a digest that costs one path after a change; and {@link
 * #difference} between two maps of common descent that looks only where they differ.
 */
final class IdMap<V> {
  private static final IdMap<?> EMPTY = new IdMap<>(null, 0);
  private static final int BITS = 4;

  private final @Nullable Object root;
  private final int size;

  private IdMap(@Nullable Object root, int size) {
    this.root = root;
    this.size = size;
  }

  @SuppressWarnings("unchecked") // holds no value
  static <V> IdMap<V> empty() {
    return (IdMap<V>) EMPTY;
  }

  private record Leaf(Hash32 key, Object value) {}

  private static final class Node {
    final int bitmap;
    final Object[] children;

    /** Written once, by whoever asks first; a second writer writes an equal immutable value. */
    @Nullable Hash32 digest;

    Node(int bitmap, Object[] children) {
      this.bitmap = bitmap;
      this.children = children;
    }

    int index(int symbol) {
      return Integer.bitCount(bitmap & ((1 << symbol) - 1));
    }

    boolean has(int symbol) {
      return (bitmap & (1 << symbol)) != 0;
    }
  }

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  boolean contains(Hash32 key) {
    return get(key) != null;
  }

  @SuppressWarnings("unchecked") // only V is ever put
  @Nullable V get(Hash32 key) {
    Object at = root;
    for (int depth = 0; at instanceof Node node; depth++) {
      int symbol = key.symbol(depth, BITS);
      if (!node.has(symbol)) {
        return null;
      }
      at = node.children[node.index(symbol)];
    }
    return at instanceof Leaf leaf && leaf.key.equals(key) ? (V) leaf.value : null;
  }

  IdMap<V> with(Hash32 key, V value) {
    Object old = get(key);
    if (old == value) {
      return this;
    }
    return new IdMap<>(put(root, new Leaf(key, value), 0), old == null ? size + 1 : size);
  }

  IdMap<V> without(Hash32 key) {
    return get(key) == null ? this : new IdMap<>(remove(root, key, 0), size - 1);
  }

  private static Object put(@Nullable Object at, Leaf leaf, int depth) {
    if (at == null) {
      return leaf;
    }
    int symbol = leaf.key.symbol(depth, BITS);
    if (at instanceof Leaf other) {
      if (other.key.equals(leaf.key)) {
        return leaf;
      }
      int its = other.key.symbol(depth, BITS);
      if (its == symbol) {
        return new Node(1 << symbol, new Object[] {put(other, leaf, depth + 1)});
      }
      Object[] two = its < symbol ? new Object[] {other, leaf} : new Object[] {leaf, other};
      return new Node(1 << symbol | 1 << its, two);
    }
    Node node = (Node) at;
    int index = node.index(symbol);
    if (node.has(symbol)) {
      Object[] children = node.children.clone();
      children[index] = put(children[index], leaf, depth + 1);
      return new Node(node.bitmap, children);
    }
    Object[] children = new Object[node.children.length + 1];
    System.arraycopy(node.children, 0, children, 0, index);
    children[index] = leaf;
    System.arraycopy(node.children, index, children, index + 1, node.children.length - index);
    return new Node(node.bitmap | 1 << symbol, children);
  }

  /** Removes a key that is there. A branch left with one leaf gives way to the leaf. */
  private static @Nullable Object remove(@Nullable Object at, Hash32 key, int depth) {
    if (!(at instanceof Node node)) {
      return null;
    }
    int symbol = key.symbol(depth, BITS);
    int index = node.index(symbol);
    Object rest = remove(node.children[index], key, depth + 1);
    if (rest != null) {
      if (node.children.length == 1 && rest instanceof Leaf) {
        return rest;
      }
      Object[] children = node.children.clone();
      children[index] = rest;
      return new Node(node.bitmap, children);
    }
    if (node.children.length == 1) {
      return null;
    }
    if (node.children.length == 2 && node.children[1 - index] instanceof Leaf last) {
      return last;
    }
    Object[] children = new Object[node.children.length - 1];
    System.arraycopy(node.children, 0, children, 0, index);
    System.arraycopy(node.children, index + 1, children, index, children.length - index);
    return new Node(node.bitmap & ~(1 << symbol), children);
  }

  /** Every value, in the order of the keys. */
  void forEach(Consumer<V> action) {
    walk(root, leaf -> action.accept(value(leaf)));
  }

  List<V> values() {
    List<V> all = new ArrayList<>(size);
    forEach(all::add);
    return all;
  }

  private static void walk(@Nullable Object at, Consumer<Leaf> action) {
    if (at instanceof Leaf leaf) {
      action.accept(leaf);
    } else if (at instanceof Node node) {
      for (Object child : node.children) {
        walk(child, action);
      }
    }
  }

  /**
   * Visits each key that has another value (not the same object) here than in {@code other}, with
   * both values, either of which may be missing. What the two maps share is not looked at.
   */
  void difference(IdMap<V> other, BiConsumer<@Nullable V, @Nullable V> visit) {
    difference(root, other.root, 0, visit);
  }

  private void difference(
      @Nullable Object here,
      @Nullable Object there,
      int depth,
      BiConsumer<@Nullable V, @Nullable V> visit) {
    if (here == there) {
      return;
    }
    if (here instanceof Node a && there instanceof Node b) {
      for (int symbol = 0; symbol < 1 << BITS; symbol++) {
        difference(child(a, symbol), child(b, symbol), depth + 1, visit);
      }
    } else if (here instanceof Node a) {
      // The other side has at most a leaf here: find its partner among ours.
      againstOne(a, (Leaf) there, visit);
    } else if (there instanceof Node b) {
      againstOne(b, (Leaf) here, (its, ours) -> visit.accept(ours, its));
    } else {
      Leaf a = (Leaf) here;
      Leaf b = (Leaf) there;
      if (a != null && b != null && a.key.equals(b.key)) {
        if (a.value != b.value) {
          visit.accept(value(a), value(b));
        }
        return;
      }
      if (a != null) {
        visit.accept(value(a), null);
      }
      if (b != null) {
        visit.accept(null, value(b));
      }
    }
  }

  private void againstOne(
      Node many, @Nullable Leaf one, BiConsumer<@Nullable V, @Nullable V> visit) {
    boolean[] met = {false};
    walk(
        many,
        leaf -> {
          if (one == null || !one.key.equals(leaf.key)) {
            visit.accept(value(leaf), null);
            return;
          }
          met[0] = true;
          if (one.value != leaf.value) {
            visit.accept(value(leaf), value(one));
          }
        });
    if (one != null && !met[0]) {
      visit.accept(null, value(one));
    }
  }

  private static @Nullable Object child(Node node, int symbol) {
    return node.has(symbol) ? node.children[node.index(symbol)] : null;
  }

  @SuppressWarnings("unchecked") // only V is ever put
  private V value(Leaf leaf) {
    return (V) leaf.value;
  }

  @Override
  public String toString() {
    return values().toString();
  }

  /** A collision-free name of the set of keys. */
  Hash32 digest() {
    return root == null ? Hash32.ZERO : digest(root, Hash32.newSha256());
  }

  private static Hash32 digest(Object at, MessageDigest sha) {
    if (at instanceof Leaf leaf) {
      sha.update((byte) 0);
      return Hash32.of(sha.digest(leaf.key.toArray()));
    }
    Node node = (Node) at;
    Hash32 known = node.digest;
    if (known == null) {
      byte[] below = new byte[Hash32.LENGTH * node.children.length];
      for (int i = 0; i < node.children.length; i++) {
        digest(node.children[i], sha).write(below, i * Hash32.LENGTH);
      }
      sha.update((byte) 1);
      sha.update((byte) (node.bitmap >>> 8));
      sha.update((byte) node.bitmap);
      known = Hash32.of(sha.digest(below));
      node.digest = known;
    }
    return known;
  }
}
