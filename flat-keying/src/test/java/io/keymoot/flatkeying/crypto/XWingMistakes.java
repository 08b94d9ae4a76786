package io.keymoot.flatkeying.crypto;

import java.util.Arrays;
import net.bytebuddy.asm.Advice;

/** Combiners that forget a half. */
public final class XWingMistakes {
  private XWingMistakes() {}

  /** The secret depends on X25519 alone. */
  public static final class NoLattice {
    private NoLattice() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(0) byte[] lattice) {
      Arrays.fill(lattice, (byte) 0);
    }
  }

  /** The secret depends on ML-KEM alone. */
  public static final class NoCurve {
    private NoCurve() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(1) byte[] curve) {
      Arrays.fill(curve, (byte) 0);
    }
  }
}
