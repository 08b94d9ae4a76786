package io.keymoot.flatkeying.crypto;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/**
 * What one thread computed of two functions that have one answer: whether a signature holds, for
 * whoever made it knows; and what an encapsulation holds, for whoever made it chose it. Where all
 * peers of a group run on one thread, that is most of the work. Nothing is taken for granted: only
 * the very bytes that were made are known again, all others are computed.
 *
 * <p>A thread that never calls {@link #begin} computes everything.
 */
public final class Remembered {
  private static final int MOST = 1 << 15;
  private static final VarHandle BYTES = bytes();
  private static final ThreadLocal<Remembered> OWN = new ThreadLocal<>();

  private final Map<Bytes, Signed> signatures = bounded();
  private final Map<Name, byte[]> secrets = bounded();

  private record Signed(Bytes spki, byte[] message) {}

  private record Name(Hash32 key, Bytes encapsulation) {}

  private Remembered() {}

  private static <K, V> Map<K, V> bounded() {
    return new LinkedHashMap<>() {
      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > MOST;
      }
    };
  }

  public static void begin() {
    OWN.set(new Remembered());
  }

  public static void end() {
    OWN.remove();
  }

  // ---- called from the changed methods

  public static void signed(Bytes spki, byte[] message, Bytes signature) {
    Remembered own = OWN.get();
    if (own != null) {
      own.signatures.put(signature, new Signed(spki, message.clone()));
    }
  }

  public static boolean isKnown(Bytes spki, byte[] message, Bytes signature) {
    Remembered own = OWN.get();
    Signed known = own == null ? null : own.signatures.get(signature);
    return known != null && known.spki.equals(spki) && Arrays.equals(known.message, message);
  }

  public static void encapsulated(LeafKey to, LeafKey.Encapsulated made) {
    Remembered own = OWN.get();
    if (own != null) {
      own.secrets.put(new Name(to.hash(), made.encapsulation()), bytesOf(made.secret()).clone());
    }
  }

  private static byte[] bytesOf(SharedSecret secret) {
    return (byte[]) BYTES.get(secret);
  }

  private static VarHandle bytes() {
    try {
      return MethodHandles.privateLookupIn(SharedSecret.class, MethodHandles.lookup())
          .findVarHandle(SharedSecret.class, "bytes", byte[].class);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a shared secret keeps its bytes in another way now", e);
    }
  }

  public static @Nullable SharedSecret known(LeafKey key, Bytes encapsulation) {
    Remembered own = OWN.get();
    byte[] secret = own == null ? null : own.secrets.get(new Name(key.hash(), encapsulation));
    return secret == null ? null : new SharedSecret(secret.clone());
  }

  // ---- their bodies are copied into the methods they change

  /** {@link SigningKey#sign}. */
  public static final class Sign {
    private Sign() {}

    @Advice.OnMethodExit
    static void exit(
        @Advice.FieldValue("spki") Bytes spki,
        @Advice.Argument(0) byte[] message,
        @Advice.Return Bytes signature) {
      Remembered.signed(spki, message, signature);
    }
  }

  /** {@code FactVerifier.checkSignature}. */
  @SuppressWarnings("UnusedVariable") // what is assigned there is what the method answers
  public static final class Check {
    private Check() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(
        @Advice.Argument(0) Bytes spki,
        @Advice.Argument(1) byte[] message,
        @Advice.Argument(2) Bytes signature) {
      return Remembered.isKnown(spki, message, signature);
    }

    @Advice.OnMethodExit
    static void exit(
        @Advice.Enter boolean known, @Advice.Return(readOnly = false) Optional<?> answer) {
      if (known) {
        answer = Optional.empty();
      }
    }
  }

  /** {@link LeafKey#encapsulate}. */
  public static final class Encapsulate {
    private Encapsulate() {}

    @Advice.OnMethodExit
    static void exit(@Advice.This LeafKey to, @Advice.Return LeafKey.Encapsulated made) {
      Remembered.encapsulated(to, made);
    }
  }

  /** {@link LeafKeyPair#decapsulate}; a closed one refuses as ever. */
  @SuppressWarnings("UnusedVariable") // what is assigned there is what the method answers
  public static final class Decapsulate {
    private Decapsulate() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static @Nullable SharedSecret enter(
        @Advice.FieldValue("closed") boolean closed,
        @Advice.FieldValue("publicKey") LeafKey key,
        @Advice.Argument(0) Bytes encapsulation) {
      return closed ? null : Remembered.known(key, encapsulation);
    }

    @Advice.OnMethodExit
    static void exit(
        @Advice.Enter @Nullable SharedSecret known,
        @Advice.Return(readOnly = false) SharedSecret answer) {
      if (known != null) {
        answer = known;
      }
    }
  }
}
