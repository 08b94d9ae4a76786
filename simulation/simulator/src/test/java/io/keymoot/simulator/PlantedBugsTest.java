package io.keymoot.simulator;

import static io.keymoot.simulator.run.Simulation.Progress.NONE;
import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.simulator.plant.Plant;
import io.keymoot.simulator.plant.Planted;
import io.keymoot.simulator.world.Trace;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A check that cannot fail is a defect: each mistake, put into the running code, is found by the
 * property that it must break, most in their first run. {@code -Dplants=name,name} for some, with
 * more runs.
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
    return WANTED.isEmpty() ? Plant.all().stream().map(Plant::name) : WANTED.stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  void aMistakeIsFound(String name) {
    Planted planted = Planted.byName(Optional.of(name));
    try {
      int seeds = WANTED.isEmpty() ? FIRST_RUNS : Telling.SEEDS;
      assertThat(Telling.firstThatBreaksWhatItNames(name, seeds)).as(name).isPresent();
    } finally {
      planted.close();
    }
  }

  /** What finds them finds nothing where nothing is wrong. */
  @Test
  void whereNoneIsPlantedNothingIsFound() {
    assertThat(
            Telling.plansOfNothing().parallelStream()
                .map(plan -> Runs.run(plan, new Trace(Optional.empty(), Optional.empty()), NONE))
                .filter(result -> !result.isGood())
                .map(Failure::inWords)
                .toList())
        .isEmpty();
  }
}
