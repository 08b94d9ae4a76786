package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.wire.Hash32;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
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
final class IdMap<V extends IdMap.Keyed> {
  private static final IdMap<?> EMPTY = new IdMap<>(null, 0);

  /** What a map holds says itself under which id. */
  interface Keyed {
    Hash32 key();
  }

  private static final int BITS = 4;

  private final @Nullable Object root;
  private final int size;

  private IdMap(@Nullable Object root, int size) {
    this.root = root;
    this.size = size;
  }

  @SuppressWarnings("unchecked") // holds no value
  static <V extends Keyed> IdMap<V> empty() {
    return (IdMap<V>) EMPTY;
  }

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
    return at instanceof Keyed value && value.key().equals(key) ? (V) value : null;
  }

  IdMap<V> with(V value) {
    Object old = get(value.key());
    if (old == value) {
      return this;
    }
    return new IdMap<>(put(root, value, value.key(), 0), old == null ? size + 1 : size);
  }

  IdMap<V> without(Hash32 key) {
    return get(key) == null ? this : new IdMap<>(remove(root, key, 0), size - 1);
  }

  private static Object put(@Nullable Object at, Keyed value, Hash32 key, int depth) {
    if (at == null) {
      return value;
    }
    int symbol = key.symbol(depth, BITS);
    if (at instanceof Keyed other) {
      if (other.key().equals(key)) {
        return value;
      }
      int its = other.key().symbol(depth, BITS);
      if (its == symbol) {
        return new Node(1 << symbol, new Object[] {put(other, value, key, depth + 1)});
      }
      Object[] two = its < symbol ? new Object[] {other, value} : new Object[] {value, other};
      return new Node(1 << symbol | 1 << its, two);
    }
    Node node = (Node) at;
    int index = node.index(symbol);
    if (node.has(symbol)) {
      Object[] children = node.children.clone();
      children[index] = put(children[index], value, key, depth + 1);
      return new Node(node.bitmap, children);
    }
    Object[] children = new Object[node.children.length + 1];
    System.arraycopy(node.children, 0, children, 0, index);
    children[index] = value;
    System.arraycopy(node.children, index, children, index + 1, node.children.length - index);
    return new Node(node.bitmap | 1 << symbol, children);
  }

  /** Removes a key that is there. A branch left with one value gives way to it. */
  private static @Nullable Object remove(@Nullable Object at, Hash32 key, int depth) {
    if (!(at instanceof Node node)) {
      return null;
    }
    int symbol = key.symbol(depth, BITS);
    int index = node.index(symbol);
    Object rest = remove(node.children[index], key, depth + 1);
    if (rest != null) {
      if (node.children.length == 1 && rest instanceof Keyed) {
        return rest;
      }
      Object[] children = node.children.clone();
      children[index] = rest;
      return new Node(node.bitmap, children);
    }
    if (node.children.length == 1) {
      return null;
    }
    if (node.children.length == 2 && node.children[1 - index] instanceof Keyed last) {
      return last;
    }
    Object[] children = new Object[node.children.length - 1];
    System.arraycopy(node.children, 0, children, 0, index);
    System.arraycopy(node.children, index + 1, children, index, children.length - index);
    return new Node(node.bitmap & ~(1 << symbol), children);
  }

  /** Every value, in the order of the keys. */
  void forEach(Consumer<V> action) {
    walk(
        root,
        value -> {
          action.accept(value);
          return false;
        });
  }

  /** Values in the order of the keys, up to the first that {@code enough} accepts. */
  void until(Predicate<V> enough) {
    walk(root, enough);
  }

  List<V> values() {
    List<V> all = new ArrayList<>(size);
    forEach(all::add);
    return all;
  }

  @SuppressWarnings("unchecked") // only V is ever put
  private boolean walk(@Nullable Object at, Predicate<V> enough) {
    if (at instanceof Node node) {
      for (Object child : node.children) {
        if (walk(child, enough)) {
          return true;
        }
      }
      return false;
    }
    return at != null && enough.test((V) at);
  }

  /**
   * Visits each key that has another value (not the same object) here than in {@code other}, with
   * both values, either of which may be missing. What the two maps share is not looked at.
   */
  void difference(IdMap<V> other, BiConsumer<@Nullable V, @Nullable V> visit) {
    difference(root, other.root, 0, visit);
  }

  @SuppressWarnings("unchecked") // only V is ever put
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
      // The other side has at most one value here: find its partner among ours.
      againstOne(a, (V) there, visit);
    } else if (there instanceof Node b) {
      againstOne(b, (V) here, (its, ours) -> visit.accept(ours, its));
    } else {
      V a = (V) here;
      V b = (V) there;
      if (a != null && b != null && a.key().equals(b.key())) {
        visit.accept(a, b);
        return;
      }
      if (a != null) {
        visit.accept(a, null);
      }
      if (b != null) {
        visit.accept(null, b);
      }
    }
  }

  private void againstOne(Node many, @Nullable V one, BiConsumer<@Nullable V, @Nullable V> visit) {
    boolean[] met = {false};
    walk(
        many,
        value -> {
          if (one == null || !one.key().equals(value.key())) {
            visit.accept(value, null);
            return false;
          }
          met[0] = true;
          if (one != value) {
            visit.accept(value, one);
          }
          return false;
        });
    if (one != null && !met[0]) {
      visit.accept(null, one);
    }
  }

  private static @Nullable Object child(Node node, int symbol) {
    return node.has(symbol) ? node.children[node.index(symbol)] : null;
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
    if (at instanceof Keyed value) {
      sha.update((byte) 0);
      return Hash32.of(sha.digest(value.key().toArray()));
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
