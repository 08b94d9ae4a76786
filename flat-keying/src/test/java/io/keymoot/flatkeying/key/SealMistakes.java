package io.keymoot.flatkeying.key;

import io.keymoot.flatkeying.crypto.Hkdf;
import io.keymoot.flatkeying.crypto.Info;
import io.keymoot.flatkeying.fact.StayId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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

  /** A sender's frames stay under the first key that it ever had, whatever they say. */
  public static final class FirstKeyOfAStay {
    private static final Map<StayId, byte[]> FIRST = new ConcurrentHashMap<>();

    private FirstKeyOfAStay() {}

    @Advice.OnMethodExit
    public static void exit(
        @Advice.This Tek self,
        @Advice.Argument(0) StayId sender,
        @Advice.Return(readOnly = false) SenderBaseKey key) {
      key = first(self, sender, key);
    }

    public static SenderBaseKey first(Tek self, StayId sender, SenderBaseKey key) {
      byte[] first = FIRST.computeIfAbsent(sender, its -> key.alive().clone());
      return new SenderBaseKey(first.clone(), sender, self.epoch(), self.revision());
    }
  }
}
