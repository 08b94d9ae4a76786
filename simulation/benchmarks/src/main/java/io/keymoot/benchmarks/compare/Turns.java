package io.keymoot.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;

/**
 * Those who are compared take turns, so that what else the machine does meets all of them. Who
 * fails is named, with why, takes no more turns, and ends nobody else's.
 *
 * @param millis after so long no further turn begins, if there were {@code least} already
 */
record Turns(long millis, int least, int most) {

  /** Has a group ready, and measures one round of everything with it. */
  interface Player {
    void turn() throws Exception;

    /** What can be measured but once, when all turns are over. */
    default void end() throws Exception {}
  }

  /** Makes ready, which is not measured. */
  interface Forming {
    Player form() throws Exception;
  }

  /**
   * @param measures what it failed at, if it fails
   */
  record Contender(String who, List<What> measures, Forming forming) {}

  private record Ready(Contender contender, Player player) {}

  void take(Figures figures, int n, List<Contender> contenders) throws InterruptedException {
    List<Ready> ready = new ArrayList<>();
    for (Contender each : contenders) {
      guarded(figures, n, each, () -> ready.add(new Ready(each, each.forming.form())));
    }
    long end = System.nanoTime() + millis * 1_000_000;
    for (int i = 0; i < most && (i < least || System.nanoTime() < end); i++) {
      List<Ready> failed = new ArrayList<>();
      for (Ready each : ready) {
        if (!guarded(figures, n, each.contender, each.player::turn)) {
          failed.add(each);
        }
      }
      ready.removeAll(failed);
    }
    for (Ready each : ready) {
      guarded(figures, n, each.contender, each.player::end);
    }
  }

  /** Whether it worked. */
  private static boolean guarded(Figures figures, int n, Contender contender, Cpu.Work work)
      throws InterruptedException {
    try {
      work.run();
      return true;
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception | LinkageError e) {
      for (What what : contender.measures) {
        figures.fails(contender.who, what, n, Progress.why(e));
      }
      return false;
    }
  }
}
