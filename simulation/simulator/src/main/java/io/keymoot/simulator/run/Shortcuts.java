package io.keymoot.simulator.run;

import static net.bytebuddy.matcher.ElementMatchers.named;

import io.keymoot.flatkeying.crypto.LeafKey;
import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.crypto.Remembered;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.FactVerifier;
import java.util.List;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.agent.ByteBuddyAgent;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.dynamic.loading.ClassReloadingStrategy;

/**
 * What all peers of a run would compute again is remembered from whoever computed it first: see
 * {@link Remembered}. The product knows nothing of it, and a run where everybody checks every
 * signature goes without.
 */
public final class Shortcuts {
  private static final List<Change> CHANGES =
      List.of(
          new Change(SigningKey.class, "sign", Remembered.Sign.class),
          new Change(FactVerifier.class, "checkSignature", Remembered.Check.class),
          new Change(LeafKey.class, "encapsulate", Remembered.Encapsulate.class),
          new Change(LeafKeyPair.class, "decapsulate", Remembered.Decapsulate.class));

  private static boolean isReady;

  private record Change(Class<?> type, String method, Class<?> how) {
    void make() {
      new ByteBuddy()
          .redefine(type)
          .visit(Advice.to(how).on(named(method)))
          .make()
          .load(type.getClassLoader(), ClassReloadingStrategy.fromInstalledAgent());
    }
  }

  private Shortcuts() {}

  /** For this thread, until {@link #stop}. */
  static void start() {
    makeReady();
    Remembered.begin();
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
