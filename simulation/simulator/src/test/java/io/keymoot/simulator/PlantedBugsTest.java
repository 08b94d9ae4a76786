package io.keymoot.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.simulator.plant.Plant;
import io.keymoot.simulator.plant.Planted;
import io.keymoot.simulator.result.RunResult;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A check that cannot fail is a defect: each mistake, put into the running code, is found. */
@Isolated("it changes the code that others would run")
class PlantedBugsTest {
  static Stream<String> names() {
    return Plant.all().stream().map(Plant::name);
  }

  @ParameterizedTest
  @MethodSource("names")
  void aMistakeIsFound(String name) {
    try (Planted planted = Planted.byName(Optional.of(name))) {
      Optional<RunResult> found = Telling.firstFailure(name, 40);
      assertThat(found).as(name).isPresent();
    }
  }
}
