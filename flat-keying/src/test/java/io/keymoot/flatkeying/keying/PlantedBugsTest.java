package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A check that cannot fail is a defect: each rule that carries secrecy, left out, is missed. */
@Isolated("it changes the code that others would run")
class PlantedBugsTest {
  private static final int SEEDS = 150;

  @ParameterizedTest
  @EnumSource(PlantedBug.Rule.class)
  void theAdversaryFindsOutWhenARuleIsNotKept(PlantedBug.Rule rule) throws Exception {
    String found = null;
    int seed = 0;
    try (PlantedBug bug = new PlantedBug(rule)) {
      while (found == null && seed < SEEDS) {
        found = secretsLost(seed++);
      }
    }
    assertThat(found).as("what %d runs without %s give away", SEEDS, rule).isNotNull();
  }

  @Test
  void whatWasPlantedIsGoneAfterwards() throws Exception {
    new PlantedBug(PlantedBug.Rule.SEALS_ONLY_TO_WHO_STAYS).close();
    assertThat(secretsLost(1)).isNull();
  }

  /** The first secret lost; that somebody waits for ever does not count here. */
  private static @Nullable String secretsLost(long seed) {
    AdversaryRun run = new AdversaryRun(seed);
    try {
      for (String each : run.run()) {
        if (!each.startsWith("P2")) {
          return each;
        }
      }
    } catch (IllegalStateException e) {
      // The code noticed by itself that it is broken; that counts for nothing here.
      return null;
    }
    return null;
  }
}
