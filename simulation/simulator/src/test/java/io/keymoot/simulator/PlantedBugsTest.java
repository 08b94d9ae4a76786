package io.keymoot.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.simulator.plant.Plant;
import io.keymoot.simulator.plant.Planted;
import io.keymoot.simulator.result.RunResult;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A check that cannot fail is a defect: each mistake, put into the running code, is found. {@code
 * -Dplants=name,name} for some of them.
 */
@Isolated("it changes the code that others would run")
class PlantedBugsTest {
  static Stream<String> names() {
    String some = System.getProperty("plants", "");
    return Plant.all().stream()
        .map(Plant::name)
        .filter(name -> some.isEmpty() || List.of(some.split(",")).contains(name));
  }

  @ParameterizedTest
  @MethodSource("names")
  void aMistakeIsFound(String name) {
    Planted planted = Planted.byName(Optional.of(name));
    try {
      Optional<RunResult> found = Telling.firstFailure(name, Telling.SEEDS);
      found.ifPresent(
          run ->
              System.out.println(name + ": " + run.plan().seed() + " " + run.violations().get(0)));
      assertThat(found).as(name).isPresent();
    } finally {
      planted.close();
    }
  }
}
