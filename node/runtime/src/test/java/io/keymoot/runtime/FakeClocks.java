package io.keymoot.runtime;

import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The machine's clocks, where the test has not moved them. */
final class FakeClocks implements Clocks {
  final AtomicLong steadyAhead = new AtomicLong();
  final AtomicLong wallAhead = new AtomicLong();
  final AtomicLong bootAhead = new AtomicLong();
  volatile boolean tellsBoot = true;

  private static long millis() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  @Override
  public long steadyMillis() {
    return millis() + steadyAhead.get();
  }

  @Override
  public long wallMillis() {
    return millis() + wallAhead.get();
  }

  @Override
  public OptionalLong bootMillis() {
    return tellsBoot ? OptionalLong.of(millis() + bootAhead.get()) : OptionalLong.empty();
  }

  /** All of them go on. */
  void pass(long millis) {
    steadyAhead.addAndGet(millis);
    wallAhead.addAndGet(millis);
    bootAhead.addAndGet(millis);
  }
}
