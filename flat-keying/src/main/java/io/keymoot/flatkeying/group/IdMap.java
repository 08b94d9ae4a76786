package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.wire.Hash32;
import java.security.MessageDigest;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
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
  private static final IdMap<?> EMPTY = new IdMap<>(null);

  /** What a map holds says itself under which id. */
  interface Keyed {
    Hash32 hash();
  }

  private static final int BITS = 4;

  private final @Nullable Object root;

  private IdMap(@Nullable Object root) {
    this.root = root;
  }

  @SuppressWarnings("unchecked") // holds no value
  static <V extends Keyed> IdMap<V> empty() {
    return (IdMap<V>) EMPTY;
  }

  private static final class Node {
    final int bitmap;

    /** How many values lie below. */
    final int size;

    final Object[] children;

    /** Written once, by whoever asks first; a second writer writes an equal immutable value. */
    @Nullable Hash32 digest;

    Node(int bitmap, Object[] children) {
      this.bitmap = bitmap;
      this.children = children;
      int below = 0;
      for (Object child : children) {
        below += IdMap.size(child);
      }
      this.size = below;
    }

    int index(int symbol) {
      return Integer.bitCount(bitmap & ((1 << symbol) - 1));
    }

    boolean has(int symbol) {
      return (bitmap & (1 << symbol)) != 0;
    }
  }

  int size() {
    return root == null ? 0 : size(root);
  }

  private static int size(Object at) {
    return at instanceof Node node ? node.size : 1;
  }

  boolean isEmpty() {
    return root == null;
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
    return at instanceof Keyed value && value.hash().equals(key) ? (V) value : null;
  }

  /** How many keys stand before this one; -1 if it is not there. */
  int place(Hash32 key) {
    Object at = root;
    int before = 0;
    for (int depth = 0; at instanceof Node node; depth++) {
      int symbol = key.symbol(depth, BITS);
      if (!node.has(symbol)) {
        return -1;
      }
      int index = node.index(symbol);
      for (int i = 0; i < index; i++) {
        before += size(node.children[i]);
      }
      at = node.children[index];
    }
    return at instanceof Keyed value && value.hash().equals(key) ? before : -1;
  }

  IdMap<V> with(V value) {
    return get(value.hash()) == value ? this : new IdMap<>(put(root, value, value.hash(), 0));
  }

  IdMap<V> without(Hash32 key) {
    return get(key) == null ? this : new IdMap<>(remove(root, key, 0));
  }

  private static Object put(@Nullable Object at, Keyed value, Hash32 key, int depth) {
    if (at == null) {
      return value;
    }
    int symbol = key.symbol(depth, BITS);
    if (at instanceof Keyed other) {
      if (other.hash().equals(key)) {
        return value;
      }
      int its = other.hash().symbol(depth, BITS);
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
    List<V> all = new ArrayList<>(size());
    forEach(all::add);
    return all;
  }

  /**
   * The values in the order of the keys: a look at this map and no copy, so that to ask for it
   * costs nothing and to hold it holds no more than the map. A place costs a few steps down; who
   * wants many, again and again, copies the list.
   */
  List<V> asList() {
    return new Values<>(this);
  }

  private static final class Values<V extends Keyed> extends AbstractList<V> {
    private final IdMap<V> map;

    Values(IdMap<V> map) {
      this.map = map;
    }

    @Override
    @SuppressWarnings("unchecked") // only V is ever put
    public V get(int place) {
      Objects.checkIndex(place, size());
      Object at = map.root;
      int before = 0;
      while (at instanceof Node node) {
        int index = 0;
        for (int more = IdMap.size(node.children[0]);
            before + more <= place;
            more = IdMap.size(node.children[index])) {
          before += more;
          index++;
        }
        at = node.children[index];
      }
      return (V) Objects.requireNonNull(at);
    }

    @Override
    public int size() {
      return map.size();
    }

    @Override
    public boolean contains(@Nullable Object value) {
      return value instanceof Keyed keyed && keyed.equals(map.get(keyed.hash()));
    }

    @Override
    public Iterator<V> iterator() {
      return new Walk<>(map.root);
    }

    @Override
    public void forEach(Consumer<? super V> action) {
      map.forEach(action::accept);
    }
  }

  private static final class Walk<V extends Keyed> implements Iterator<V> {
    /** What lies ahead, the next on top. */
    private Object[] ahead = new Object[4 << BITS];

    private int count;

    Walk(@Nullable Object root) {
      if (root != null) {
        ahead[count++] = root;
      }
    }

    @Override
    public boolean hasNext() {
      return count > 0;
    }

    @Override
    @SuppressWarnings("unchecked") // only V is ever put
    public V next() {
      if (count == 0) {
        throw new NoSuchElementException("all values have been visited");
      }
      Object at = ahead[--count];
      while (at instanceof Node node) {
        int more = node.children.length;
        if (count + more > ahead.length) {
          ahead = Arrays.copyOf(ahead, 2 * ahead.length);
        }
        while (--more > 0) {
          ahead[count++] = node.children[more];
        }
        at = node.children[0];
      }
      return (V) at;
    }
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
    difference(root, other.root, visit);
  }

  @SuppressWarnings("unchecked") // only V is ever put
  private void difference(
      @Nullable Object here, @Nullable Object there, BiConsumer<@Nullable V, @Nullable V> visit) {
    if (here == there) {
      return;
    }
    if (here instanceof Node a && there instanceof Node b) {
      int ofA = 0;
      int ofB = 0;
      for (int rest = a.bitmap | b.bitmap; rest != 0; rest &= rest - 1) {
        int symbol = Integer.numberOfTrailingZeros(rest);
        Object one = a.has(symbol) ? a.children[ofA++] : null;
        Object other = b.has(symbol) ? b.children[ofB++] : null;
        if (one != other) {
          difference(one, other, visit);
        }
      }
    } else if (here instanceof Node a) {
      // The other side has at most one value here: find its partner among ours.
      againstOne(a, (V) there, visit);
    } else if (there instanceof Node b) {
      againstOne(b, (V) here, (its, ours) -> visit.accept(ours, its));
    } else {
      V a = (V) here;
      V b = (V) there;
      if (a != null && b != null && a.hash().equals(b.hash())) {
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
          if (one == null || !one.hash().equals(value.hash())) {
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
      return Hash32.of(sha.digest(value.hash().toArray()));
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
