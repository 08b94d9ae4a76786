package io.keymoot.simulator;

import io.keymoot.simulator.plant.Plant;
import io.keymoot.simulator.result.Plan;
import io.keymoot.simulator.result.RunResult;
import io.keymoot.simulator.run.Simulation;
import io.keymoot.simulator.world.Trace;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Small runs in which much happens, so that a planted mistake shows soon. */
final class Telling {
  /** As many are tried before it is said that a mistake was not found. */
  static final int SEEDS = 40;

  private static final int MEMBERS = 7;
  private static final long MILLIS = 60_000;

  /** Where another than the first shows it sooner. */
  private static final Map<String, Long> SEEDS_THAT_SHOW = Map.of();

  private Telling() {}

  static Plan plan(String name) {
    int liars =
        Plant.all().stream()
            .filter(plant -> plant.name().equals(name))
            .mapToInt(Plant::byzantine)
            .findFirst()
            .orElse(0);
    return new Plan(
        MEMBERS,
        MILLIS,
        "adversarial",
        List.of("heavy"),
        2,
        1,
        "conference",
        SEEDS_THAT_SHOW.getOrDefault(name, 1L),
        3,
        3,
        liars,
        Optional.of(name),
        false);
  }

  /** The first of so many seeds, from its own on, in which the planted mistake is found. */
  static Optional<RunResult> firstFailure(String name, int seeds) {
    Plan plan = plan(name);
    for (int i = 0; i < seeds; i++) {
      Trace trace = new Trace(Optional.empty(), Optional.empty());
      RunResult result =
          new Simulation(plan.withSeed(plan.seed() + i), trace, Simulation.Progress.NONE).run();
      if (!result.isGood()) {
        return Optional.of(result);
      }
    }
    return Optional.empty();
  }
}
