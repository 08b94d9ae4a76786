package io.keymoot.heartbeat;

import io.keymoot.flatkeying.fact.FactId;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An author says each of its facts three times more: most who lost the first get it from these. */
final class Repeating {
  private static final class Own {
    final long saidAt;
    int repeated;

    Own(long saidAt) {
      this.saidAt = saidAt;
    }

    long due() {
      return saidAt + HeartbeatLimits.REPEATS[repeated];
    }
  }

  private final Map<FactId, Own> facts = new LinkedHashMap<>(4);

  void said(FactId fact, long now) {
    facts.putIfAbsent(fact, new Own(now));
    if (facts.size() > HeartbeatLimits.REPEATING) {
      facts.remove(facts.keySet().iterator().next());
    }
  }

  long next() {
    long next = Timers.NEVER;
    for (Own own : facts.values()) {
      next = Math.min(next, own.due());
    }
    return next;
  }

  void repeat(long now, List<Effect> out) {
    for (Iterator<Map.Entry<FactId, Own>> each = facts.entrySet().iterator(); each.hasNext(); ) {
      Map.Entry<FactId, Own> entry = each.next();
      Own own = entry.getValue();
      if (own.due() > now) {
        continue;
      }
      out.add(new Effect.Repeat(entry.getKey()));
      own.repeated++;
      if (own.repeated == HeartbeatLimits.REPEATS.length) {
        each.remove();
      }
    }
  }
}
