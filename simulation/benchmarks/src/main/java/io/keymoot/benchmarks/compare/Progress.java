package io.keymoot.benchmarks.compare;

import java.io.PrintStream;
import java.util.Locale;

/** Says on the terminal what is going on, and since when. */
final class Progress {
  private final PrintStream out;
  private final long start = System.nanoTime();

  Progress(PrintStream out) {
    this.out = out;
  }

  void say(String what) {
    out.println(String.format(Locale.ROOT, "%4d s  %s", seconds(), what));
  }

  long seconds() {
    return (System.nanoTime() - start) / 1_000_000_000L;
  }
}
