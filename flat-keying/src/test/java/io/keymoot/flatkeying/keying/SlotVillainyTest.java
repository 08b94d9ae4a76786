package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Attacks on the slot table come to nothing. That they would: {@link PlantedBugsTest}. */
@Isolated("it changes the running code")
class SlotVillainyTest {
  @ParameterizedTest
  @EnumSource(SlotVillainy.Attack.class)
  void anAttackOnSlotsGivesNothingAway(SlotVillainy.Attack attack) {
    int attempts = 0;
    for (long seed = 0; seed < 3; seed++) {
      SlotVillainy.Outcome outcome = SlotVillainy.of(attack, seed);
      assertThat(outcome.wrong()).as("seed " + seed).isEmpty();
      attempts += outcome.attempts();
    }
    assertThat(attempts).as("times that it was tried").isPositive();
  }
}
