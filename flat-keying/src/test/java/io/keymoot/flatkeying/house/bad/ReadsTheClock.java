package io.keymoot.flatkeying.house.bad;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Date;

/** Breaks the rule against clocks, once in each method. */
@SuppressWarnings({"JavaUtilDate", "UnusedMethod"})
final class ReadsTheClock {
  Instant instant() {
    return Instant.now();
  }

  Instant byReference() {
    java.util.function.Supplier<Instant> now = Instant::now;
    return now.get();
  }

  LocalDate date() {
    return LocalDate.now(ZoneId.of("UTC"));
  }

  Object clock() {
    return Clock.systemUTC();
  }

  Date oldDate() {
    return new Date();
  }

  long millis() {
    return System.currentTimeMillis();
  }

  long nanos() {
    return System.nanoTime();
  }
}
