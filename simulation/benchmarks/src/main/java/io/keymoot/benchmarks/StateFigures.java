package io.keymoot.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.Locale;

/** {@link StateBenchmark} by CPU time of the thread: for machines that do other things too. */
public final class StateFigures {
  private static volatile Object sink = "";

  private StateFigures() {}

  private interface Step {
    Object run();
  }

  public static void main(String[] args) {
    StateBenchmark benchmark = new StateBenchmark();
    StateBenchmark.Newcomers newcomers = new StateBenchmark.Newcomers();
    newcomers.grow();
    say(
        "learn an Admit of 128",
        400,
        newcomers::arrive,
        () -> benchmark.learnAnAdmitOf128(newcomers));
    say(
        "members, asked first",
        200,
        newcomers::arrive,
        () -> benchmark.membersOfANewState(newcomers));
    StateBenchmark.Group group = new StateBenchmark.Group();
    group.grow();
    Runnable nothing = () -> {};
    say("members", 20_000, nothing, () -> benchmark.members(group));
    say("usable", 20_000, nothing, () -> benchmark.usable(group));
    say("clean, the usable one", 20_000, nothing, () -> benchmark.cleanOfTheUsable(group));
    say("clean, an older one", 20_000, nothing, () -> benchmark.cleanOfAnOlder(group));
    say("clean, one that is not", 20_000, nothing, () -> benchmark.cleanOfOneFromBefore(group));
  }

  /** The mean of the second half; the first warms up. */
  private static void say(String what, int times, Runnable before, Step step) {
    var thread = ManagementFactory.getThreadMXBean();
    long nanos = 0;
    for (int i = 0; i < times; i++) {
      before.run();
      long start = thread.getCurrentThreadCpuTime();
      sink = step.run();
      long took = thread.getCurrentThreadCpuTime() - start;
      nanos += i < times / 2 ? 0 : took;
    }
    System.out.printf(Locale.ROOT, "%-24s %9.2f us%n", what, nanos / 1e3 / (times - times / 2));
  }
}
