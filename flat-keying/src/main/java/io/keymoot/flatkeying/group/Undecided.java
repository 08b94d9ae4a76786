package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/**
 * Facts that cannot be decided yet, in the order in which they came.
 *
 * <p>Bounded in number and in bytes. Of a source that has too much the oldest goes; of all together
 * the oldest of whoever has most: so nobody makes another's give way by sending more.
 */
final class Undecided {
  /** One that waits. */
  static final class Entry {
    final Envelope fact;
    final String source;

    /** Its author was in when it came, and signed it. */
    final boolean isMembers;

    /** Why it could not be decided when it was looked at last. */
    Ledger.Decision lacks;

    /** It was there already when was looked last for what waits too long. */
    boolean isOld;

    Entry(Envelope fact, String source, boolean isMembers, Ledger.Decision lacks) {
      this.fact = fact;
      this.source = source;
      this.isMembers = isMembers;
      this.lacks = lacks;
    }
  }

  /**
   * A fact as somebody sent it. An id does not cover the signature: a copy that is wrongly signed
   * must not keep the right one out.
   */
  private record Copy(FactId id, Bytes signature) {
    static Copy of(Envelope fact) {
      return new Copy(fact.id(), fact.signature());
    }
  }

  private static final class Share {
    final LinkedHashSet<Copy> facts = new LinkedHashSet<>();
    long bytes;
  }

  /** How much may wait. */
  record Bounds(int factsOfOne, int facts, long bytesOfOne, long bytes) {}

  private final Bounds bounds;
  private final Map<Copy, Entry> waiting = new LinkedHashMap<>();
  private final Map<FactId, List<Entry>> copies = new TreeMap<>();
  private final Map<String, Share> shares = new LinkedHashMap<>();
  private long bytes;
  private long changes;

  Undecided(Bounds bounds) {
    this.bounds = bounds;
  }

  boolean has(Envelope fact) {
    return waiting.containsKey(Copy.of(fact));
  }

  /** Some copy of it. */
  boolean has(FactId id) {
    return copies.containsKey(id);
  }

  List<Entry> copiesOf(FactId id) {
    return Collections.unmodifiableList(copies.getOrDefault(id, List.of()));
  }

  Collection<Entry> all() {
    return waiting.values();
  }

  int size() {
    return waiting.size();
  }

  long bytes() {
    return bytes;
  }

  /** Counts on whenever one comes or goes. */
  long changes() {
    return changes;
  }

  /** Its source pays for the room. */
  void add(Entry entry) {
    Copy copy = Copy.of(entry.fact);
    if (waiting.putIfAbsent(copy, entry) != null) {
      return;
    }
    changes++;
    copies.computeIfAbsent(copy.id, id -> new ArrayList<>(1)).add(entry);
    Share its = shares.computeIfAbsent(entry.source, source -> new Share());
    its.facts.add(copy);
    its.bytes += entry.fact.length();
    bytes += entry.fact.length();
    while (its.facts.size() > bounds.factsOfOne || its.bytes > bounds.bytesOfOne) {
      removeOldest(its);
    }
    while (waiting.size() > bounds.facts) {
      removeOldest(most(share -> share.facts.size()));
    }
    while (bytes > bounds.bytes) {
      removeOldest(most(share -> share.bytes));
    }
  }

  private Share most(ToLongFunction<Share> what) {
    Share most = shares.values().iterator().next();
    for (Share each : shares.values()) {
      if (what.applyAsLong(each) > what.applyAsLong(most)) {
        most = each;
      }
    }
    return most;
  }

  private void removeOldest(Share of) {
    Entry oldest = waiting.get(of.facts.getFirst());
    if (oldest == null) {
      throw new IllegalStateException("a source is charged for what does not wait");
    }
    remove(oldest);
  }

  void remove(Entry entry) {
    Copy copy = Copy.of(entry.fact);
    if (waiting.remove(copy) == null) {
      return;
    }
    changes++;
    copies.computeIfPresent(
        copy.id,
        (id, its) -> {
          its.remove(entry);
          return its.isEmpty() ? null : its;
        });
    Share its = shares.get(entry.source);
    if (its != null) {
      its.facts.remove(copy);
      its.bytes -= entry.fact.length();
      if (its.facts.isEmpty()) {
        shares.remove(entry.source);
      }
    }
    bytes -= entry.fact.length();
  }
}
