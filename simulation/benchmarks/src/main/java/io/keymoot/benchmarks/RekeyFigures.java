package io.keymoot.benchmarks;

/** {@link RekeyBenchmark} by CPU time of the thread: for machines that do other things too. */
public final class RekeyFigures {
  private RekeyFigures() {}

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
        CpuFigures.say("expel" + where, times, excluder::another, () -> benchmark.expel(excluder));
        if (out == 1) {
          RekeyBenchmark.Receiver receiver = new RekeyBenchmark.Receiver(excluder);
          receiver.grow();
          CpuFigures.say("read" + where, times, receiver::another, () -> benchmark.read(receiver));
          excluder.another();
          CpuFigures.say(
              "step all KEKs", 50 * times, () -> {}, () -> benchmark.stepAllKeks(excluder));
        }
      }
    }
  }
}
