package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * How fast facts are taken (section 8): ten a second of each {@code K}, with ten seconds' worth
 * saved up by who said little. The rest wait, bounded in number and in bytes, and who has most
 * waiting gives way; what finds no room is asked for again like anything that was lost. So a flood
 * costs the others no more than that, and holds up nobody else's.
 *
 * @param <K> who pays for a fact: the author whose signature it bears, or, where that cannot be
 *     told yet, the address it came from. Never an author that it only names: anybody could spend
 *     what is that author's.
 */
final class Pace<K> {
  private final Map<K, Bucket> buckets =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<K, Bucket> eldest) {
          return size() > Limits.PACED_AUTHORS;
        }
      };

  private final Map<K, Queue> waiting = new LinkedHashMap<>();

  /** An id does not cover the signature: a wrongly signed copy must not keep the right one out. */
  private final Map<FactId, Set<Bytes>> signatures = new TreeMap<>();

  private final long bytesOfOne;
  private final long bytesOfAll;
  private int inAll;
  private long bytes;
  private long changes;

  /**
   * @param from where it came from
   */
  record Waiting(Bytes from, Envelope fact) {}

  private static final class Queue {
    final Deque<Waiting> facts = new ArrayDeque<>();
    long bytes;

    void putFirst(Set<FactId> wanted) {
      List<Waiting> first = new ArrayList<>();
      for (Waiting each : facts) {
        if (wanted.contains(each.fact.id())) {
          first.add(each);
        }
      }
      facts.removeAll(first);
      first.reversed().forEach(facts::addFirst);
    }
  }

  /**
   * @param bytesOfOne that may wait of one who pays, and of all
   */
  Pace(long bytesOfOne, long bytesOfAll) {
    this.bytesOfOne = bytesOfOne;
    this.bytesOfAll = bytesOfAll;
  }

  /** Whether the fact may be taken now; else it waits, if there is room. */
  boolean mayTake(K payer, Bytes from, Envelope fact, Tick now) {
    // In order: what waits is older.
    if (!waiting.containsKey(payer) && bucket(payer).take(now)) {
      return true;
    }
    if (signatures.computeIfAbsent(fact.id(), id -> new LinkedHashSet<>()).add(fact.signature())) {
      await(payer, new Waiting(from, fact));
    }
    return false;
  }

  private void await(K payer, Waiting next) {
    Queue its = waiting.computeIfAbsent(payer, k -> new Queue());
    changes++;
    its.facts.addLast(next);
    its.bytes += next.fact.length();
    bytes += next.fact.length();
    inAll++;
    if (its.facts.size() > Limits.PACED_PER_AUTHOR || its.bytes > bytesOfOne) {
      dropLast(payer, its);
    }
    while (inAll > Limits.PACED_IN_ALL || bytes > bytesOfAll) {
      dropLastOfMost(inAll > Limits.PACED_IN_ALL);
    }
  }

  private void dropLastOfMost(boolean byNumber) {
    K most = null;
    Queue its = null;
    for (Map.Entry<K, Queue> each : waiting.entrySet()) {
      Queue queue = each.getValue();
      boolean isMore =
          its == null
              || (byNumber ? queue.facts.size() > its.facts.size() : queue.bytes > its.bytes);
      if (isMore) {
        most = each.getKey();
        its = queue;
      }
    }
    if (most != null && its != null) {
      dropLast(most, its);
    }
  }

  /** What stays is what came first, without a gap. */
  private void dropLast(K payer, Queue its) {
    gone(its, its.facts.removeLast());
    if (its.facts.isEmpty()) {
      waiting.remove(payer);
    }
  }

  /** Takes one fact's worth of what may be taken: for work that came to nothing. */
  void charge(K payer, Tick now) {
    bucket(payer).take(now);
  }

  long bytesWaiting() {
    return bytes;
  }

  /** Counts on whenever a fact begins or ceases to wait. */
  long changes() {
    return changes;
  }

  private Bucket bucket(K payer) {
    return buckets.computeIfAbsent(
        payer,
        k -> new Bucket(Limits.FACTS_PER_SECOND, Limits.FACTS_PER_SECOND * Limits.PACE_SECONDS));
  }

  /**
   * Those whose turn has come. First in each queue is what others hang on, {@code lacked} and what
   * that hangs on itself: or who floods would hold up, behind the rest of its flood, whoever built
   * on a fact of its.
   */
  List<Waiting> due(Tick now, Collection<FactId> lacked) {
    List<Waiting> due = new ArrayList<>();
    Set<FactId> first = lacked.stream().anyMatch(this::isWaiting) ? reached(lacked) : Set.of();
    for (Map.Entry<K, Queue> each : List.copyOf(waiting.entrySet())) {
      Queue its = each.getValue();
      if (!first.isEmpty()) {
        its.putFirst(first);
      }
      while (!its.facts.isEmpty() && bucket(each.getKey()).take(now)) {
        Waiting next = its.facts.removeFirst();
        gone(its, next);
        due.add(next);
      }
      if (its.facts.isEmpty()) {
        waiting.remove(each.getKey());
      }
    }
    return due;
  }

  /** With all that waits before them. */
  private Set<FactId> reached(Collection<FactId> from) {
    Map<FactId, List<FactId>> before = new LinkedHashMap<>();
    for (Queue each : waiting.values()) {
      each.facts.forEach(one -> before.put(one.fact.id(), one.fact.header().heads()));
    }
    Set<FactId> reached = new LinkedHashSet<>(from);
    Deque<FactId> toFollow = new ArrayDeque<>(from);
    for (FactId id = toFollow.poll(); id != null; id = toFollow.poll()) {
      for (FactId parent : before.getOrDefault(id, List.of())) {
        if (reached.add(parent)) {
          toFollow.add(parent);
        }
      }
    }
    return reached;
  }

  private void gone(Queue its, Waiting one) {
    changes++;
    its.bytes -= one.fact.length();
    bytes -= one.fact.length();
    inAll--;
    Set<Bytes> copies = signatures.getOrDefault(one.fact.id(), new LinkedHashSet<>());
    copies.remove(one.fact.signature());
    if (copies.isEmpty()) {
      signatures.remove(one.fact.id());
    }
  }

  boolean isWaiting(FactId fact) {
    return signatures.containsKey(fact);
  }

  Optional<Tick> next(Tick now) {
    return waiting.isEmpty()
        ? Optional.empty()
        : Optional.of(now.plusMillis(1_000 / Limits.FACTS_PER_SECOND));
  }
}
