package io.keymoot.heartbeat;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The giving half of anti-entropy, which must not drown: half of ten thousand may lack one fact and
 * know one member that has it.
 *
 * <ul>
 *   <li>a token bucket for all, and one for each asker, so nobody takes it all; who gets no answer
 *       asks somebody else;
 *   <li>when three ask for one fact it is said to all; whoever asks right after that, or after
 *       somebody else said it to all, had not heard it yet and gets no answer.
 * </ul>
 */
final class Answering {
  private static final class Bucket {
    private final int capacity;
    private final int perSecond;
    private double tokens;
    private long filledAt;

    Bucket(int capacity, int perSecond, long now) {
      this.capacity = capacity;
      this.perSecond = perSecond;
      this.tokens = capacity;
      this.filledAt = now;
    }

    boolean hasOne(long now) {
      tokens = Math.min(capacity, tokens + (now - filledAt) * perSecond / 1_000.0);
      filledAt = now;
      return tokens >= 1;
    }

    void take() {
      tokens--;
    }
  }

  private static final class Asked {
    final Set<MemberId> by = new LinkedHashSet<>();
    long since;
    long saidToAll = Long.MIN_VALUE / 2;
  }

  private final Bucket all;
  private final Map<MemberId, Bucket> askers = new LinkedHashMap<>(4, 0.75f, true);
  private final Map<FactId, Asked> asked = new LinkedHashMap<>(4, 0.75f, true);

  Answering(long now) {
    all = new Bucket(HeartbeatLimits.ANSWERS_AT_ONCE, HeartbeatLimits.ANSWERS_A_SECOND, now);
  }

  /** Whether the request was answered, or need not be. */
  boolean asked(MemberId by, List<FactId> facts, long now, List<Effect> out) {
    List<FactId> open = new ArrayList<>();
    for (FactId fact : facts) {
      if (now - entry(fact, now).saidToAll >= HeartbeatLimits.ANSWERED_ALL) {
        open.add(fact);
      }
    }
    if (open.isEmpty()) {
      return true;
    }
    Bucket its = askers.computeIfAbsent(by, asker -> bucketOfOne(now));
    dropEldest(askers, HeartbeatLimits.ASKERS);
    if (!all.hasOne(now) || !its.hasOne(now)) {
      return false;
    }
    all.take();
    its.take();
    List<FactId> forAll = new ArrayList<>();
    List<FactId> forOne = new ArrayList<>();
    for (FactId fact : open) {
      Asked entry = entry(fact, now);
      entry.by.add(by);
      if (entry.by.size() >= HeartbeatLimits.ASKERS_FOR_ALL) {
        entry.saidToAll = now;
        entry.by.clear();
        forAll.add(fact);
      } else {
        forOne.add(fact);
      }
    }
    if (!forAll.isEmpty()) {
      out.add(new Effect.AnswerAll(List.copyOf(forAll)));
    }
    if (!forOne.isEmpty()) {
      out.add(new Effect.Answer(by, List.copyOf(forOne)));
    }
    return true;
  }

  /** Somebody said these to all. */
  void overheard(List<FactId> facts, long now) {
    for (FactId fact : facts) {
      Asked entry = entry(fact, now);
      entry.saidToAll = now;
      entry.by.clear();
    }
  }

  private Asked entry(FactId fact, long now) {
    Asked entry = asked.computeIfAbsent(fact, id -> new Asked());
    if (now - entry.since > HeartbeatLimits.ASKED_TOGETHER) {
      entry.since = now;
      entry.by.clear();
    }
    dropEldest(asked, HeartbeatLimits.FACTS_ASKED_FOR);
    return entry;
  }

  private static Bucket bucketOfOne(long now) {
    return new Bucket(
        HeartbeatLimits.ANSWERS_AT_ONCE_TO_ONE, HeartbeatLimits.ANSWERS_A_SECOND_TO_ONE, now);
  }

  private static void dropEldest(Map<?, ?> map, int most) {
    Iterator<?> eldest = map.keySet().iterator();
    while (map.size() > most) {
      eldest.next();
      eldest.remove();
    }
  }
}
