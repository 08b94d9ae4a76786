package io.keymoot.daemon.api;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Times as the API shows them: RFC 3339 in UTC, to the millisecond. */
public final class Times {
  private Times() {}

  public static String text(Instant time) {
    return time.truncatedTo(ChronoUnit.MILLIS).toString();
  }
}
