package io.keymoot.flatkeying;

import org.jspecify.annotations.Nullable;

/**
 * A moment of a monotonic clock, in milliseconds since some fixed start. Never the wall clock: a
 * device whose date jumps must neither erase nor keep anything because of it.
 */
public record Tick(long millis) implements Comparable<Tick> {
  public static final Tick ZERO = new Tick(0);

  public Tick plusMillis(long more) {
    return new Tick(millis + more);
  }

  public long millisSince(Tick earlier) {
    return millis - earlier.millis;
  }

  /** The earlier of two that may not be set. */
  public static @Nullable Tick earlier(@Nullable Tick one, @Nullable Tick other) {
    return one == null || (other != null && other.isBefore(one)) ? other : one;
  }

  public boolean isBefore(Tick other) {
    return millis < other.millis;
  }

  @Override
  public int compareTo(Tick other) {
    return Long.compare(millis, other.millis);
  }
}
