package io.keymoot.runtime;

import io.keymoot.flatkeying.Tick;
import java.util.concurrent.TimeUnit;

/**
 * Time since this clock was made, which nobody can set. On Linux it stands still while the machine
 * sleeps: what must not outlive a sleep needs another watch.
 */
final class MonotonicClock {
  private final long start = System.nanoTime();

  Tick now() {
    return new Tick(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
  }

  /** How long until that moment; nothing or less if it is here. */
  long nanosUntil(Tick moment) {
    long wholeMillis = Math.min(moment.millis(), Long.MAX_VALUE / 2_000_000);
    return TimeUnit.MILLISECONDS.toNanos(wholeMillis) - (System.nanoTime() - start);
  }
}
