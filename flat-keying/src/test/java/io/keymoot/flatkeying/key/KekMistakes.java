package io.keymoot.flatkeying.key;

import io.keymoot.flatkeying.crypto.Hkdf;
import io.keymoot.flatkeying.crypto.Info;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Slot;
import net.bytebuddy.asm.Advice;

/** Mistakes in how KEKs step, for the planted bugs of {@code keying}. */
public final class KekMistakes {
  private KekMistakes() {}

  /** The next epoch's KEK is the last one's. */
  public static final class NoStep {
    private NoStep() {}

    @Advice.OnMethodExit
    public static void exit(
        @Advice.Argument(0) Secret before,
        @Advice.Argument(1) Slot slot,
        @Advice.FieldValue("epoch") FactId epoch,
        @Advice.Return(readOnly = false) Kek kek) {
      kek = new Kek(before.alive().clone(), slot, epoch);
    }
  }

  /** It steps, but without the epoch's own secret: so alike on every branch. */
  public static final class AlikeOnBranches {
    private AlikeOnBranches() {}

    @Advice.OnMethodExit
    public static void exit(
        @Advice.Argument(0) Secret before,
        @Advice.Argument(1) Slot slot,
        @Advice.FieldValue("epoch") FactId epoch,
        @Advice.Return(readOnly = false) Kek kek) {
      kek = new Kek(Hkdf.expand(before.alive(), Info.of("kek")), slot, epoch);
    }
  }
}
