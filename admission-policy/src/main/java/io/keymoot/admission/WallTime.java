package io.keymoot.admission;

import java.time.DateTimeException;
import java.time.Instant;

/**
 * A date and time as people and certificates know it, in seconds. Given from outside and used for
 * certificates, invites and revocation lists alone; what needs a steady clock takes a Tick.
 */
public record WallTime(long epochSecond) implements Comparable<WallTime> {

  public WallTime plusSeconds(long seconds) {
    return new WallTime(epochSecond + seconds);
  }

  public WallTime plusDays(long days) {
    return plusSeconds(days * 86_400);
  }

  public boolean isBefore(WallTime other) {
    return epochSecond < other.epochSecond;
  }

  public boolean isAfter(WallTime other) {
    return epochSecond > other.epochSecond;
  }

  @Override
  public int compareTo(WallTime other) {
    return Long.compare(epochSecond, other.epochSecond);
  }

  /** ISO 8601 in UTC, the same in every locale. */
  @Override
  public String toString() {
    try {
      return Instant.ofEpochSecond(epochSecond).toString();
    } catch (DateTimeException e) {
      return epochSecond + " s";
    }
  }
}
