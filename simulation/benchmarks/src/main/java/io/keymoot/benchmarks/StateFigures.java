package io.keymoot.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;

/** {@link StateBenchmark} by CPU time of the thread: for machines that do other things too. */
public final class StateFigures {
  private static volatile Object sink = "";

  private StateFigures() {}

  private interface Step {
    Object run();
  }

  public static void main(String[] args) {
    Runnable nothing = () -> {};
    say("nothing: what the clock itself takes", 20_000, nothing, () -> "");
    StateBenchmark benchmark = new StateBenchmark();
    StateBenchmark.Group group = new StateBenchmark.Group();
    group.grow();
    say("members", 20_000, nothing, () -> benchmark.members(group));
    say("  first, last, is one in", 20_000, nothing, () -> benchmark.askMembers(group));
    say("  all 1,127, one by one", 20_000, nothing, () -> benchmark.walkThroughMembers(group));
    say("usable", 20_000, nothing, () -> benchmark.usable(group));
    say("clean, the usable one", 20_000, nothing, () -> benchmark.cleanOfTheUsable(group));
    say("clean, an older one", 20_000, nothing, () -> benchmark.cleanOfAnOlder(group));
    say("clean, one that is not", 20_000, nothing, () -> benchmark.cleanOfOneFromBefore(group));
    StateBenchmark.Newcomers peer = new StateBenchmark.Newcomers();
    peer.grow();
    say("a new state: an Admit of 128", 400, peer::arrive, () -> benchmark.learnAnAdmitOf128(peer));
    say("  members", 400, peer::arrive, () -> benchmark.membersOfANewState(peer));
    say("  first, last, is one in", 400, peer::arrive, () -> benchmark.askMembersOfANewState(peer));
    say("  usable", 400, peer::arrive, () -> benchmark.usableOfANewState(peer));
    say("  clean, the first epoch", 400, peer::arrive, () -> benchmark.cleanOfANewState(peer));
  }

  /** Median and ninth decile of the second half; the first warms up. */
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
        "%-38s %9.2f %9.2f us%n",
        what,
        nanos[nanos.length / 2] / 1e3,
        nanos[nanos.length * 9 / 10] / 1e3);
  }
}
