package io.keymoot.flatkeying.key;

import io.keymoot.flatkeying.crypto.Hkdf;
import io.keymoot.flatkeying.crypto.Info;
import net.bytebuddy.asm.Advice;

/** Mistakes by which a key that is to seal one thing seals two, for planted bugs. */
public final class SealMistakes {
  private SealMistakes() {}

  /** A session's chain stands still, on both sides. */
  public static final class NoStep {
    private NoStep() {}

    @Advice.OnMethodEnter
    public static byte[] enter(@Advice.Argument(0) byte[] chainKey) {
      return chainKey.clone();
    }

    @Advice.OnMethodExit
    public static void exit(
        @Advice.Enter byte[] before, @Advice.Return(readOnly = false) byte[] after) {
      after = before;
    }
  }

  /** A slot's key wraps whatever it wraps under one key, whoever wraps it and for which epoch. */
  public static final class OneKeyForAllWraps {
    private OneKeyForAllWraps() {}

    @Advice.OnMethodExit
    public static void exit(@Advice.This Kek self, @Advice.Return(readOnly = false) byte[] key) {
      key = ofNothingElse(self);
    }

    public static byte[] ofNothingElse(Kek kek) {
      return Hkdf.expand(kek.alive(), Info.of("wrap"));
    }
  }
}
