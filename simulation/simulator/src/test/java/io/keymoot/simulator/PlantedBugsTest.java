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
 * -Dplants=name,name} for others than those found in the first runs, {@code -Dplants=all} for all.
 */
@Isolated("it changes the code that others would run")
class PlantedBugsTest {
  private static final List<String> QUICK =
      List.of(
          "sends-under-an-unclean-epoch",
          "every-epoch-is-clean",
          "grants-one-revision-too-early",
          "wraps-for-whoever-held-the-epoch-before",
          "seals-to-whoever-was-in",
          "one-vote-expels",
          "ends-end-nothing");

  static Stream<String> names() {
    String some = System.getProperty("plants", "");
    List<String> wanted = some.isEmpty() ? QUICK : List.of(some.split(","));
    return Plant.all().stream()
        .map(Plant::name)
        .filter(name -> some.equals("all") || wanted.contains(name));
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
