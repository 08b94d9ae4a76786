package io.keymoot.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;

/** What a step takes in CPU of the thread: for machines that do other things too. */
final class CpuFigures {
  private static volatile Object sink = "";

  private CpuFigures() {}

  interface Step {
    Object run();
  }

  /**
   * Of the second half of so many times; the first warms up.
   *
   * @param before each, and not counted
   */
  static void say(String what, int times, Runnable before, Step step) {
    double[] micros = new double[times - times / 2];
    for (int i = 0; i < times; i++) {
      before.run();
      double took = micros(step);
      if (i >= times / 2) {
        micros[i - times / 2] = took;
      }
    }
    say(what, micros);
  }

  /**
   * The same, each time with another step right after it: what else the machine does at the moment
   * costs both alike, and most of it is gone from their ratio.
   */
  static void say(String what, int times, Runnable before, Step step, String besides, Step beside) {
    int warm = times / 2;
    double[] micros = new double[times - warm];
    double[] others = new double[times - warm];
    double[] ratios = new double[times - warm];
    for (int i = 0; i < times; i++) {
      before.run();
      double took = micros(step);
      double other = micros(beside);
      if (i >= warm) {
        micros[i - warm] = took;
        others[i - warm] = other;
        ratios[i - warm] = took / other;
      }
    }
    say(what, micros);
    say("  " + besides, others);
    Arrays.sort(ratios);
    System.out.printf(
        Locale.ROOT,
        "%-42s %9.2f (median of ratios)%n",
        "  so many of these",
        ratios[ratios.length / 2]);
  }

  static double micros(Step step) {
    var thread = ManagementFactory.getThreadMXBean();
    long start = thread.getCurrentThreadCpuTime();
    sink = step.run();
    return (thread.getCurrentThreadCpuTime() - start) / 1e3;
  }

  static void say(String what, double[] micros) {
    double[] sorted = micros.clone();
    Arrays.sort(sorted);
    System.out.printf(
        Locale.ROOT,
        "%-42s %9.2f us (median), %9.2f (first decile), %9.2f (ninth)%n",
        what,
        sorted[sorted.length / 2],
        sorted[sorted.length / 10],
        sorted[sorted.length * 9 / 10]);
  }
}
