package io.keymoot.runtime.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LongRunTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long HOUR = TimeUnit.HOURS.toNanos(1);

  /** Each third fault takes 19 s, and the first one comes late. */
  @Test
  void anHourHas360FaultsThoughSomeTakeLongerThanTheirTurn() {
    long begun = -5 * SECOND;
    long now = begun + 12 * SECOND;
    int faults = 0;
    while (now < begun + HOUR) {
      assertThat(now).as("none comes early").isGreaterThanOrEqualTo(begun + faults * 10 * SECOND);
      now += (faults % 3 == 2 ? 19 : 5) * SECOND;
      faults++;
      now += LongRun.rest(begun, faults, now);
    }
    assertThat(faults).isEqualTo(360);
  }
}
