package io.keymoot.simulator.run;

import static net.bytebuddy.matcher.ElementMatchers.named;

import io.keymoot.flatkeying.crypto.Aead;
import io.keymoot.flatkeying.crypto.LeafKey;
import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.crypto.Remembered;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactVerifier;
import io.keymoot.flatkeying.message.SideCodec;
import java.util.List;
import java.util.Map;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.agent.ByteBuddyAgent;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.dynamic.loading.ClassReloadingStrategy;

/**
 * What all peers of a run would compute again is remembered from whoever computed it first: see
 * {@link Remembered}. And what is noted there is judged: which key sealed what. The product knows
 * nothing of it, and a run where everybody checks every signature goes without.
 */
public final class Shortcuts {
  private static final List<Change> CHANGES =
      List.of(
          new Change(SigningKey.class, Map.of("sign", Remembered.Sign.class)),
          new Change(FactVerifier.class, Map.of("checkSignature", Remembered.Check.class)),
          new Change(LeafKey.class, Map.of("encapsulate", Remembered.Encapsulate.class)),
          new Change(
              LeafKeyPair.class,
              Map.of(
                  "decapsulate", Remembered.Decapsulate.class,
                  "generate", Remembered.Generate.class)),
          new Change(Aead.class, Map.of("sealOnce", Remembered.SealOnce.class)),
          new Change(FactCodec.class, Map.of("decode", Remembered.DecodeFact.class)),
          new Change(SideCodec.class, Map.of("decode", Remembered.DecodeSideMessage.class)));

  private static boolean isReady;

  /**
   * @param how by method
   */
  private record Change(Class<?> type, Map<String, Class<?>> how) {
    void make() {
      DynamicType.Builder<?> changed = new ByteBuddy().redefine(type);
      for (Map.Entry<String, Class<?>> each : how.entrySet()) {
        changed = changed.visit(Advice.to(each.getValue()).on(named(each.getKey())));
      }
      changed.make().load(type.getClassLoader(), ClassReloadingStrategy.fromInstalledAgent());
    }
  }

  private Shortcuts() {}

  /** For this thread, until {@link #stop}. */
  static void start() {
    makeReady();
    if (!Remembered.isOn()) {
      Remembered.begin();
    }
  }

  static void stop() {
    Remembered.end();
  }

  /** Changes the code, once in a JVM; without a thread that starts it changes nothing. */
  public static synchronized void makeReady() {
    if (!isReady) {
      ByteBuddyAgent.install();
      CHANGES.forEach(Change::make);
      isReady = true;
    }
  }

  /** Somebody else changed this class, and took its change back. */
  public static synchronized void makeReadyAgain(Class<?> type) {
    CHANGES.stream().filter(each -> each.type == type).forEach(Change::make);
  }
}
