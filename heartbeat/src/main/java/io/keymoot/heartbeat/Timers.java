package io.keymoot.heartbeat;

import io.keymoot.flatkeying.Tick;
import java.util.Arrays;
import java.util.Optional;

/** When something is to happen next: one entry per name, and the driver sees the earliest. */
final class Timers {
  enum Name {
    BEAT,
    CHECK,
    DUTY,
    SUSPICION,
    FETCH,
    REPEAT
  }

  static final long NEVER = Long.MAX_VALUE;
  private static final Name[] NAMES = Name.values();

  private final long[] at = new long[NAMES.length];

  Timers() {
    Arrays.fill(at, NEVER);
  }

  void set(Name name, long millis) {
    at[name.ordinal()] = millis;
  }

  boolean isDue(Name name, long now) {
    return at[name.ordinal()] <= now;
  }

  boolean anyDue(long now) {
    return next() <= now;
  }

  private long next() {
    long next = NEVER;
    for (long each : at) {
      next = Math.min(next, each);
    }
    return next;
  }

  Optional<Tick> deadline() {
    long next = next();
    return next == NEVER ? Optional.empty() : Optional.of(new Tick(next));
  }
}
