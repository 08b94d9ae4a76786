package io.keymoot.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.simulator.plant.Planted;
import io.keymoot.simulator.result.Plan;
import io.keymoot.simulator.result.RunResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** What a campaign makes of its plan, and of a run that breaks off. */
@Isolated("it changes the code that others would run")
class RunsTest {
  private static final Plan MIXED =
      new Plan(
          8,
          60_000,
          Plan.MIXED,
          List.of("heavy"),
          0,
          1,
          "conference",
          1,
          0,
          0,
          0,
          Optional.empty(),
          false);

  /** Of a kind that nobody catches by name; the others of the campaign run all the same. */
  @Test
  void anExceptionIsAViolationWithItsSeedAndTheCampaignGoesOn() {
    Planted planted = Planted.byName(Optional.of("an-exception-of-a-kind-that-nobody-thought-of"));
    List<RunResult> results = new ArrayList<>();
    try {
      new Runs(MIXED.withMillis(5_000).withSeed(70), null)
          .all(3, 1, 100, result -> results.add(result));
    } finally {
      planted.close();
    }
    assertThat(results).extracting(result -> result.plan().seed()).containsExactly(70L, 71L, 72L);
    for (RunResult result : results) {
      assertThat(result.violations().get(0).property()).isEqualTo("BUG");
      assertThat(Failure.inWords(result))
          .contains("ConcurrentModificationException")
          .contains("--replay " + result.plan().seed());
    }
  }
}
