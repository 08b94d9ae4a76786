package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * How fast one author's facts are taken (section 4): ten a second, with ten seconds' worth saved up
 * by who said little. The rest wait, bounded; what finds no room is asked for again like anything
 * that was lost. So a flood of one member's facts costs the others no more than that, and holds up
 * nobody else's.
 */
final class Pace {
  private final Map<MemberId, Bucket> buckets =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<MemberId, Bucket> eldest) {
          return size() > Limits.PACED_AUTHORS;
        }
      };

  private final Map<MemberId, Deque<Waiting>> waiting = new LinkedHashMap<>();
  private final Set<FactId> ids = new TreeSet<>();

  /**
   * @param from where it came from
   */
  record Waiting(Bytes from, Envelope fact) {}

  /** Whether the fact may be taken now; else it waits, if there is room. */
  boolean mayTake(Bytes from, Envelope fact, Tick now) {
    MemberId author = fact.header().author();
    Deque<Waiting> queue = waiting.get(author);
    // In order: what waits is older.
    if (queue == null && bucket(author).take(now)) {
      return true;
    }
    boolean hasRoom =
        ids.size() < Limits.PACED_IN_ALL
            && (queue == null || queue.size() < Limits.PACED_PER_AUTHOR)
            && ids.add(fact.id());
    if (hasRoom) {
      waiting.computeIfAbsent(author, a -> new ArrayDeque<>()).add(new Waiting(from, fact));
    }
    return false;
  }

  private Bucket bucket(MemberId author) {
    return buckets.computeIfAbsent(
        author,
        a -> new Bucket(Limits.FACTS_PER_SECOND, Limits.FACTS_PER_SECOND * Limits.PACE_SECONDS));
  }

  /** Those whose turn has come. */
  List<Waiting> due(Tick now) {
    List<Waiting> due = new ArrayList<>();
    for (MemberId author : List.copyOf(waiting.keySet())) {
      Deque<Waiting> queue = waiting.getOrDefault(author, new ArrayDeque<>());
      while (!queue.isEmpty() && bucket(author).take(now)) {
        Waiting next = queue.remove();
        ids.remove(next.fact.id());
        due.add(next);
      }
      if (queue.isEmpty()) {
        waiting.remove(author);
      }
    }
    return due;
  }

  /** Known already, so not lacking. */
  boolean isWaiting(FactId fact) {
    return ids.contains(fact);
  }

  Optional<Tick> next(Tick now) {
    return waiting.isEmpty()
        ? Optional.empty()
        : Optional.of(now.plusMillis(1_000 / Limits.FACTS_PER_SECOND));
  }
}
