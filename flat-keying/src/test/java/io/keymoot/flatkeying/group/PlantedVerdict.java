package io.keymoot.flatkeying.group;

import net.bytebuddy.asm.Advice;

/** Mistakes about what rules say, for the simulator to plant. */
final class PlantedVerdict {
  private PlantedVerdict() {}

  static final class Holds {
    private Holds() {}

    @Advice.OnMethodExit
    static void exit(@Advice.Return(readOnly = false) Verdict verdict) {
      verdict = Verdict.HOLDS;
    }
  }
}
