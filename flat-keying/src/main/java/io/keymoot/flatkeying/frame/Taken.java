package io.keymoot.flatkeying.frame;

import java.util.concurrent.atomic.AtomicInteger;

/** Counting, from many threads, what there may be so many of. */
final class Taken {
  private Taken() {}

  /** Whether one more may be taken; it is then. */
  static boolean one(AtomicInteger taken, int limit) {
    if (taken.incrementAndGet() <= limit) {
      return true;
    }
    taken.decrementAndGet();
    return false;
  }
}
