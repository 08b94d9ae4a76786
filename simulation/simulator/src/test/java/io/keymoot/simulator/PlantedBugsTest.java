package io.keymoot.simulator;

import static org.assertj.core.api.Assertions.assertThat;

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
    return Stream.of(
        "sends-under-an-unclean-epoch",
        "every-epoch-is-clean",
        "grants-one-revision-too-early",
        "wraps-for-whoever-held-the-epoch-before",
        "seals-to-whoever-was-in",
        "one-vote-expels");
  }

  @ParameterizedTest
  @MethodSource("names")
  void aMistakeIsFound(String name) {
    Planted planted = Planted.byName(Optional.of(name));
    try {
      Optional<RunResult> found = Telling.firstFailure(name, Telling.SEEDS);
      assertThat(found).as(name).isPresent();
    } finally {
      planted.close();
    }
  }
}
