package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.keying.SlotVillainy.Attack;
import java.util.List;
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
  @EnumSource
  void theAdversaryFindsOutWhenARuleIsNotKept(PlantedBug.Rule rule) throws Exception {
    String found = null;
    int seed = -1;
    try (PlantedBug bug = new PlantedBug(rule)) {
      while (found == null && seed < SEEDS) {
        found = secretsLost(rule.attack(), ++seed);
      }
    }
    assertThat(found).as("what %d runs without %s give away", SEEDS, rule).isNotNull();
    // It was the mistake, and not the run.
    assertThat(secretsLost(rule.attack(), seed)).as("seed %d as the code is", seed).isNull();
  }

  @Test
  void whatWasPlantedIsGoneAfterwards() throws Exception {
    new PlantedBug(PlantedBug.Rule.SEALS_ONLY_TO_WHO_STAYS).close();
    assertThat(secretsLost(null, 1)).isNull();
  }

  private static @Nullable String secretsLost(@Nullable Attack attack, long seed) {
    if (attack == null) {
      return secretsLost(seed);
    }
    List<String> wrong = SlotVillainy.of(attack, seed).wrong();
    return wrong.isEmpty() ? null : wrong.get(0);
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
