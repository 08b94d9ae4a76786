package io.keymoot.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;

/** {@link RekeyBenchmark} by CPU time of the thread: for machines that do other things too. */
public final class RekeyFigures {
  private static volatile Object sink = "";

  private RekeyFigures() {}

  private interface Step {
    Object run();
  }

  /**
   * Arguments: how many times each, 4,000 if none. What runs once in a Rekey is compiled well only
   * after some thousands: the first 500 take two to three times as long.
   */
  public static void main(String[] args) {
    int times = args.length == 0 ? 4_000 : Integer.parseInt(args[0]);
    for (int members : new int[] {1_000, 50}) {
      for (int out : new int[] {1, 8}) {
        RekeyBenchmark benchmark = new RekeyBenchmark();
        RekeyBenchmark.Excluder excluder = new RekeyBenchmark.Excluder();
        excluder.members = members;
        excluder.out = out;
        excluder.grow();
        String where = " N=" + members + " c=" + out;
        say("expel" + where, times, excluder::another, () -> benchmark.expel(excluder));
        if (out == 1) {
          RekeyBenchmark.Receiver receiver = new RekeyBenchmark.Receiver(excluder);
          receiver.grow();
          say("read" + where, times, receiver::another, () -> benchmark.read(receiver));
          excluder.another();
          say("step all KEKs", 50 * times, () -> {}, () -> benchmark.stepAllKeks(excluder));
        }
      }
    }
  }

  /** Median and first decile of the second half; the first warms up. */
  private static void say(String what, int times, Runnable before, Step step) {
    var thread = ManagementFactory.getThreadMXBean();
    long[] nanos = new long[times - times / 2];
    for (int i = 0; i < times; i++) {
      before.run();
      long start = thread.getCurrentThreadCpuTime();
      sink = step.run();
      long took = thread.getCurrentThreadCpuTime() - start;
      if (i >= times / 2) {
        nanos[i - times / 2] = took;
      }
    }
    Arrays.sort(nanos);
    System.out.printf(
        Locale.ROOT,
        "%-24s %9.1f us, first decile %9.1f us%n",
        what,
        nanos[nanos.length / 2] / 1e3,
        nanos[nanos.length / 10] / 1e3);
  }
}
