package io.keymoot.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.simulator.plant.Planted;
import io.keymoot.simulator.result.Plan;
import io.keymoot.simulator.result.RunResult;
import io.keymoot.simulator.result.Violation;
import io.keymoot.simulator.run.Simulation;
import io.keymoot.simulator.world.Trace;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** A run that failed is told as the smallest that fails alike. */
@Isolated("it changes the code that others would run")
class ShrinkingTest {
  /** Shows without faults, in a small group, as soon as somebody leaves. */
  private static final String MISTAKE = "ends-end-nothing";

  private static final Plan LARGE =
      new Plan(
          8,
          40_000,
          "conference",
          List.of("loss", "slow"),
          0,
          1,
          "conference",
          1,
          5,
          0,
          0,
          Optional.of(MISTAKE),
          false);

  private final Planted planted = Planted.byName(Optional.of(MISTAKE));

  @AfterEach
  void putTheCodeBack() {
    planted.close();
  }

  private static RunResult run(Plan plan) {
    return Runs.run(plan, new Trace(Optional.empty(), Optional.empty()), Simulation.Progress.NONE);
  }

  @Test
  void whatFailedIsShownWithFewerMembersAndFaultsInLessTimeAndFailsWhenReplayed() {
    RunResult failed = run(LARGE);
    Violation first = failed.violations().getFirst();
    Plan small = new Shrinking().smallest(failed).plan();
    assertThat(small.members()).isLessThan(LARGE.members());
    assertThat(small.millis()).isLessThan(LARGE.millis());
    assertThat(small.faults()).isEmpty();
    Violation shown = run(small).violations().getFirst();
    assertThat(shown.property()).isEqualTo(first.property());
    String words = Failure.inWords(run(small));
    assertThat(words)
        .contains("--replay " + small.seed())
        .contains("--members " + small.members())
        .contains(shown.property());
  }
}
