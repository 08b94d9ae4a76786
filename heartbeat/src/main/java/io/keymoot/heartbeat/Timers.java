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
  private long earliest = NEVER;

  Timers() {
    Arrays.fill(at, NEVER);
  }

  void set(Name name, long millis) {
    at[name.ordinal()] = millis;
    earliest = NEVER;
    for (long each : at) {
      earliest = Math.min(earliest, each);
    }
  }

  boolean isDue(Name name, long now) {
    return at[name.ordinal()] <= now;
  }

  boolean anyDue(long now) {
    return earliest <= now;
  }

  Optional<Tick> deadline() {
    return earliest == NEVER ? Optional.empty() : Optional.of(new Tick(earliest));
  }
}
