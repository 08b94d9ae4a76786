package io.keymoot.runtime.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.runtime.soak.Village.Heap;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

/** Of an hour: 360 faults that make seven or eight facts each, and 200 kB of noise. */
class HeapJudgeTest {
  private static final int FAULTS = 360;

  /**
   * @param leaked kilobytes by then
   */
  private static List<Heap> hour(IntToDoubleFunction leaked) {
    Random random = new Random(5);
    List<Heap> looks = new ArrayList<>();
    int facts = 100;
    for (int fault = 0; fault < FAULTS; fault++) {
      facts += 7 + random.nextInt(2);
      double kilobytes = 14_000 + 1.2 * facts + leaked.applyAsDouble(fault);
      looks.add(new Heap(Math.round(kilobytes + 200 * random.nextGaussian()), facts));
    }
    return looks;
  }

  private static boolean isFound(List<Heap> hour) {
    return HeapJudge.trend(hour).isPresent();
  }

  @Test
  void whatFactsTakeIsNoLeak() {
    List<Heap> hour = hour(fault -> 0);
    assertThat(HeapJudge.trend(hour)).isEmpty();
    for (int looks = 1; looks <= FAULTS; looks++) {
      assertThat(HeapJudge.growth(hour.subList(0, looks))).isEmpty();
    }
  }

  @Test
  void whatFillsInTheFirstHalfAndThenNoMoreIsNone() {
    assertThat(isFound(hour(fault -> 20.0 * Math.min(fault, FAULTS / 2)))).isFalse();
  }

  @Test
  void tenKilobytesOfEachFaultAreALeak() {
    assertThat(isFound(hour(fault -> 10.0 * fault))).isTrue();
  }

  /** Each fault leaves 40 bytes more behind than the one before: 2.6 MB in all. */
  @Test
  void soIsWhatGrowsWithEachFault() {
    List<Heap> hour = hour(fault -> 0.04 * fault * (fault + 1) / 2);
    assertThat(HeapJudge.growth(hour)).as("too little to be seen by its size").isEmpty();
    assertThat(isFound(hour)).isTrue();
  }

  @Test
  void whatDoublesAgainAndAgainIsSeenBeforeTheEnd() {
    List<Heap> hour = hour(fault -> Math.pow(2, fault / 10.0));
    assertThat(HeapJudge.growth(hour.subList(0, 150))).isPresent();
  }

  /** The line through all of it would be less steep than the one through the part that counts. */
  @Test
  void whatBeginsInTheSecondHalfIsALeak() {
    assertThat(isFound(hour(fault -> 8.0 * Math.max(0, fault - FAULTS / 2)))).isTrue();
  }
}
