package io.keymoot.flatkeying.key;

import net.bytebuddy.asm.Advice;

/** Mistakes of the key schedule, for the simulator to plant. */
final class PlantedStep {
  private PlantedStep() {}

  /** Every revision has the bytes of the one before. */
  static final class StandsStill {
    private StandsStill() {}

    @Advice.OnMethodExit
    static void exit(
        @Advice.This EpochSecret self,
        @Advice.Argument(0) int later,
        @Advice.Return(readOnly = false) EpochSecret secret) {
      secret = new EpochSecret(self.alive().clone(), later);
    }
  }
}
