package io.keymoot.benchmarks;

/** {@link StateBenchmark} by CPU time of the thread: for machines that do other things too. */
public final class StateFigures {
  private StateFigures() {}

  public static void main(String[] args) {
    Runnable nothing = () -> {};
    CpuFigures.say("nothing: what the clock itself takes", 20_000, nothing, () -> "");
    StateBenchmark benchmark = new StateBenchmark();
    StateBenchmark.Group group = new StateBenchmark.Group();
    group.grow();
    CpuFigures.say("members", 20_000, nothing, () -> benchmark.members(group));
    CpuFigures.say("  first, last, is one in", 20_000, nothing, () -> benchmark.askMembers(group));
    CpuFigures.say(
        "  all 1,127, one by one", 20_000, nothing, () -> benchmark.walkThroughMembers(group));
    CpuFigures.say("usable", 20_000, nothing, () -> benchmark.usable(group));
    CpuFigures.say(
        "clean, the usable one", 20_000, nothing, () -> benchmark.cleanOfTheUsable(group));
    CpuFigures.say("clean, an older one", 20_000, nothing, () -> benchmark.cleanOfAnOlder(group));
    CpuFigures.say(
        "clean, one that is not", 20_000, nothing, () -> benchmark.cleanOfOneFromBefore(group));
    StateBenchmark.Newcomers peer = new StateBenchmark.Newcomers();
    peer.grow();
    CpuFigures.say(
        "a new state: an Admit of 128", 400, peer::arrive, () -> benchmark.learnAnAdmitOf128(peer));
    CpuFigures.say("  members", 400, peer::arrive, () -> benchmark.membersOfANewState(peer));
    CpuFigures.say(
        "  first, last, is one in", 400, peer::arrive, () -> benchmark.askMembersOfANewState(peer));
    CpuFigures.say("  usable", 400, peer::arrive, () -> benchmark.usableOfANewState(peer));
    CpuFigures.say(
        "  clean, the first epoch", 400, peer::arrive, () -> benchmark.cleanOfANewState(peer));
  }
}
