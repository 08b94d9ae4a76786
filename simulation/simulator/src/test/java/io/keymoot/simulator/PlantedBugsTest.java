package io.keymoot.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.simulator.plant.Plant;
import io.keymoot.simulator.plant.Planted;
import io.keymoot.simulator.result.Plan;
import io.keymoot.simulator.result.RunResult;
import io.keymoot.simulator.run.Simulation;
import io.keymoot.simulator.world.Trace;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A check that cannot fail is a defect: each mistake, put into the running code, is found, most in
 * their first run; but for those that need the right liars at the right time. {@code
 * -Dplants=name,name} for some, those too, with more runs.
 */
@Isolated("it changes the code that others would run")
class PlantedBugsTest {
  /** A change of the product changes what happens in a run, so the next ones have their turn. */
  private static final int FIRST_RUNS = 12;

  private static final List<String> WANTED =
      Stream.of(System.getProperty("plants", "").split(","))
          .filter(each -> !each.isEmpty())
          .toList();

  static Stream<String> names() {
    return WANTED.isEmpty()
        ? Plant.all().stream().filter(each -> each.byzantine() == 0).map(Plant::name)
        : WANTED.stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  void aMistakeIsFound(String name) {
    Planted planted = Planted.byName(Optional.of(name));
    try {
      assertThat(Telling.firstFailure(name, WANTED.isEmpty() ? FIRST_RUNS : Telling.SEEDS))
          .as(name)
          .isPresent();
    } finally {
      planted.close();
    }
  }

  /** What finds them finds nothing where nothing is wrong. */
  @Test
  void whereNoneIsPlantedNothingIsFound() {
    for (Plan plan : Telling.plansOfNothing()) {
      RunResult result =
          new Simulation(
                  plan, new Trace(Optional.empty(), Optional.empty()), Simulation.Progress.NONE)
              .run();
      assertThat(result.violations()).as(Failure.command(plan)).isEmpty();
    }
  }
}
