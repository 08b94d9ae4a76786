package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
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
 * saved up by who said little. The rest wait, bounded; what finds no room is asked for again like
 * anything that was lost. So a flood costs the others no more than that, and holds up nobody
 * else's.
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

  private final Map<K, Deque<Waiting>> waiting = new LinkedHashMap<>();

  /** An id does not cover the signature: a wrongly signed copy must not keep the right one out. */
  private final Map<FactId, Set<Bytes>> signatures = new TreeMap<>();

  private int inAll;

  /**
   * @param from where it came from
   */
  record Waiting(Bytes from, Envelope fact) {}

  /** Whether the fact may be taken now; else it waits, if there is room. */
  boolean mayTake(K payer, Bytes from, Envelope fact, Tick now) {
    Deque<Waiting> queue = waiting.get(payer);
    // In order: what waits is older.
    if (queue == null && bucket(payer).take(now)) {
      return true;
    }
    boolean hasRoom =
        inAll < Limits.PACED_IN_ALL
            && (queue == null || queue.size() < Limits.PACED_PER_AUTHOR)
            && signatures
                .computeIfAbsent(fact.id(), id -> new LinkedHashSet<>())
                .add(fact.signature());
    if (hasRoom) {
      inAll++;
      waiting.computeIfAbsent(payer, k -> new ArrayDeque<>()).add(new Waiting(from, fact));
    }
    return false;
  }

  private Bucket bucket(K payer) {
    return buckets.computeIfAbsent(
        payer,
        k -> new Bucket(Limits.FACTS_PER_SECOND, Limits.FACTS_PER_SECOND * Limits.PACE_SECONDS));
  }

  /** Those whose turn has come. */
  List<Waiting> due(Tick now) {
    List<Waiting> due = new ArrayList<>();
    for (K payer : List.copyOf(waiting.keySet())) {
      Deque<Waiting> queue = waiting.getOrDefault(payer, new ArrayDeque<>());
      while (!queue.isEmpty() && bucket(payer).take(now)) {
        Waiting next = queue.remove();
        forget(next.fact);
        due.add(next);
      }
      if (queue.isEmpty()) {
        waiting.remove(payer);
      }
    }
    return due;
  }

  private void forget(Envelope fact) {
    inAll--;
    Set<Bytes> copies = signatures.getOrDefault(fact.id(), new LinkedHashSet<>());
    copies.remove(fact.signature());
    if (copies.isEmpty()) {
      signatures.remove(fact.id());
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
