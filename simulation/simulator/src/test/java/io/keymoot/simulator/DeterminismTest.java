package io.keymoot.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.simulator.result.Plan;
import io.keymoot.simulator.result.RunResult;
import io.keymoot.simulator.run.Simulation;
import io.keymoot.simulator.world.Trace;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** One plan and one seed give one run. */
class DeterminismTest {
  private static final Plan PLAN =
      new Plan(
          6,
          40_000,
          "adversarial",
          List.of("heavy"),
          2,
          1,
          "conference",
          7,
          1,
          2,
          1,
          Optional.empty(),
          false);

  private static RunResult run(Plan plan) {
    Trace trace = new Trace(Optional.empty(), Optional.empty());
    return new Simulation(plan, trace, Simulation.Progress.NONE).run();
  }

  @Test
  void theSameSeedGivesTheSameTrace() {
    RunResult once = run(PLAN);
    assertThat(run(PLAN).traceHash()).isEqualTo(once.traceHash());
    assertThat(run(PLAN.withSeed(8)).traceHash()).isNotEqualTo(once.traceHash());
  }

  /** Nothing that is shared, and nothing that is only remembered, may change what happens. */
  @Test
  void whoChecksEverySignatureItselfComesToTheSame() {
    assertThat(run(PLAN.withEverySignature()).traceHash()).isEqualTo(run(PLAN).traceHash());
  }

  @Test
  void anotherJvmGivesTheSameTrace() throws Exception {
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+EnableDynamicAgentLoading",
                "-cp",
                System.getProperty("java.class.path"),
                "io.keymoot.simulator.Simulate",
                "--members",
                "6",
                "--for",
                "40s",
                "--churn",
                "adversarial",
                "--faults",
                "heavy",
                "--loss",
                "2%",
                "--join-rate",
                "1/m",
                "--evict-rate",
                "2/m",
                "--byzantine",
                "1",
                "--seed",
                "7")
            .redirectErrorStream(true)
            .start();
    String said = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(other.waitFor()).as(said).isZero();
    assertThat(said).contains("Trace " + run(PLAN).traceHash());
  }
}
