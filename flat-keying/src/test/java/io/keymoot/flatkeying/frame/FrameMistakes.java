package io.keymoot.flatkeying.frame;

import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.key.Tek;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import net.bytebuddy.asm.Advice;

/** Mistakes about the keys of frames, for planted bugs. */
public final class FrameMistakes {
  private FrameMistakes() {}

  /** A sender's frames stay under the first key that it ever had, whatever they say. */
  public static final class FirstKeyOfAStay {
    private static final Map<StayId, byte[]> FIRST = new ConcurrentHashMap<>();

    private FirstKeyOfAStay() {}

    @Advice.OnMethodExit
    public static void exit(
        @Advice.FieldValue("tek") Tek tek,
        @Advice.Argument(0) StayId sender,
        @Advice.Return(readOnly = false) Optional<FrameSecret> secret) {
      secret = first(tek, sender, secret);
    }

    public static Optional<FrameSecret> first(
        Tek tek, StayId sender, Optional<FrameSecret> secret) {
      return secret.map(
          its -> {
            its.close();
            byte[] first =
                FIRST.computeIfAbsent(sender, stay -> tek.senderKey(stay).lend(byte[]::clone));
            return FrameSecret.owning(first.clone(), sender);
          });
    }
  }
}
