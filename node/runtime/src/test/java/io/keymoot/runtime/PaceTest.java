package io.keymoot.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {
  private final Pace pace = new Pace();
  private long now = 5_000_000;

  /** How many go in so many milliseconds, of so many tried in each. */
  private int go(long millis, int triedEach) {
    int gone = 0;
    for (long i = 0; i < millis; i++) {
      now++;
      for (int j = 0; j < triedEach; j++) {
        if (pace.mayGo(now)) {
          gone++;
        }
      }
    }
    return gone;
  }

  @Test
  void allGoWhileNobodySaysThatItIsTooFast() {
    assertThat(go(1_000, 100)).isEqualTo(100_000);
  }

  @Test
  void whoIsToldSendsAFifthLessThanItDid() {
    go(1_000, 100);
    pace.tooFast(now);
    assertThat(go(50, 100)).isBetween(3_900, 4_200);
  }

  @Test
  void aBurstAfterALongRestIsMeasuredByItself() {
    go(10_000, 1);
    now += 10_000;
    go(30, 40);
    pace.tooFast(now);
    assertThat(go(50, 100)).as("0.8 of 1,200 in 50 ms").isBetween(900, 1_050);
  }

  @Test
  void itBeginsWithTheFirstFrameWhateverTheClockShows() {
    now = Long.MIN_VALUE / 4;
    go(1_000, 100);
    pace.tooFast(now);
    assertThat(go(50, 100)).isBetween(3_900, 4_200);
  }

  @Test
  void whatIsSaidAgainAtOnceIsNotHeeded() {
    go(1_000, 100);
    for (int i = 0; i < 90; i++) {
      pace.tooFast(now + i);
    }
    now += 90;
    assertThat(go(10, 100)).as("two steps of growth among them").isBetween(700, 1_000);
  }

  @Test
  void whoeverSaysSoFalselyLeavesEnoughForAConference() {
    go(1_000, 100);
    int gone = 0;
    for (int i = 0; i < 100; i++) {
      pace.tooFast(now);
      gone += go(100, 100);
    }
    pace.tooFast(now);
    assertThat(go(1_000, 100)).isBetween(RuntimeLimits.FRAMES_PER_SECOND_AT_LEAST, 2_700);
    assertThat(gone).isGreaterThan(10_000);
  }

  @Test
  void whoSentLessThanTheLeastAnywayLosesNothing() {
    go(1_000, 1);
    pace.tooFast(now);
    assertThat(go(1_000, 1)).isBetween(980, 1_000);
  }

  @Test
  void itGrowsUntilItIsUnboundedAgain() {
    go(1_000, 100);
    pace.tooFast(now);
    go(100, 100);
    now += 20_000;
    assertThat(go(1_000, 200)).isEqualTo(200_000);
  }
}
