package io.keymoot.flatkeying.key;

import net.bytebuddy.asm.Advice;

/** Mistakes in how an epoch's secret steps, for planted bugs. */
public final class EpochMistakes {
  private EpochMistakes() {}

  /**
   * A later revision has a new number and the same bytes: who is given it reads what was before.
   */
  public static final class NoStep {
    private NoStep() {}

    @Advice.OnMethodExit
    public static void exit(
        @Advice.This EpochSecret self,
        @Advice.Argument(0) int later,
        @Advice.Return(readOnly = false) EpochSecret secret) {
      secret = SeizedEpochs.asOf(self, later);
    }
  }
}
