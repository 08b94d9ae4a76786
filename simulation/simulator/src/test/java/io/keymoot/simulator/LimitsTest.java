package io.keymoot.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.simulator.result.Campaign;
import io.keymoot.simulator.result.Campaign.Share;
import io.keymoot.simulator.result.Plan;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LimitsTest {
  private static final Limits TEN_SECONDS =
      new Limits(Optional.empty(), Optional.of(10_000L), Optional.empty());

  private static Campaign of(long runs, Share converged) {
    Plan plan =
        new Plan(4, 1_000, "none", List.of(), 0, 1, "paper", 1, 0, 0, 0, Optional.empty(), false);
    Share none = new Share(0, -1, -1, -1);
    return new Campaign(
        plan, runs, 0, 1, List.of(), 1, 1, 1, 1, 1, converged, none, none, Map.of(), 0, 0, 0, 1);
  }

  @Test
  void whoAgreesAgainInTimeMissesNothing() {
    assertThat(TEN_SECONDS.missedBy(of(200, new Share(200, 0, 10_000, 30_000)))).isEmpty();
  }

  @Test
  void oneInAHundredThatTakesLongerIsMissed() {
    assertThat(TEN_SECONDS.missedBy(of(200, new Share(200, 0, 10_100, 10_100))))
        .singleElement()
        .asString()
        .contains("within 10100 ms");
  }

  @Test
  void oneThatTakesThreeTimesAsLongIsMissed() {
    assertThat(TEN_SECONDS.missedBy(of(200, new Share(200, 0, 100, 30_100)))).hasSize(1);
  }

  @Test
  void aRunThatNeverAgreesIsMissed() {
    assertThat(TEN_SECONDS.missedBy(of(200, new Share(199, 0, 100, 100))))
        .singleElement()
        .asString()
        .startsWith("Missed: 1 runs");
  }
}
