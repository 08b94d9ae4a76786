package io.keymoot.flatkeying.crypto;

import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.keying.Draws;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
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
 * What one thread computed of functions that have one answer: whether a signature holds, for
 * whoever made it knows; what an encapsulation holds, for whoever made it chose it; and what bytes
 * say. Where all peers of a group run on one thread, that is most of the work. Nothing is taken for
 * granted: only the very bytes that were made are known again, all others are computed.
 *
 * <p>One answer is another than the computed one: bytes that were made for one leaf key give every
 * other key a secret that nobody else has, and here another such secret. Neither opens anything.
 *
 * <p>A thread that never calls {@link #begin} computes everything.
 */
public final class Remembered {
  private static final int MOST = 1 << 15;
  private static final VarHandle BYTES = bytes();
  private static final ThreadLocal<Remembered> OWN = new ThreadLocal<>();

  private final Map<Bytes, Signed> signatures = bounded();
  private final Map<Bytes, Made> made = bounded();
  private final Map<Name, byte[]> opened = bounded();

  /** By the hash of a key that seals once: the hash of what it sealed. */
  private final Map<Hash32, Hash32> sealedOnce = bounded();

  private boolean someKeySealedTwice;
  private final Read facts = new Read();
  private final Read sideMessages = new Read();

  private record Signed(Bytes spki, byte[] message) {}

  /** An encapsulation's secret, and the key it was made for. */
  private record Made(Hash32 to, byte[] secret) {}

  private record Name(Hash32 key, Bytes encapsulation) {}

  /** What very messages say that came lately: the same object, not equal bytes. */
  private static final class Read {
    private static final int PLACES = 1 << 12;

    private final @Nullable Answer[] answers = new @Nullable Answer[PLACES];

    private record Answer(Bytes message, Decoded<?> says) {}

    private static int place(Bytes message) {
      int hash = System.identityHashCode(message);
      return (hash ^ hash >>> 12) & (PLACES - 1);
    }

    @Nullable Decoded<?> of(Bytes message) {
      Answer answer = answers[place(message)];
      return answer != null && answer.message == message ? answer.says : null;
    }

    void is(Bytes message, Decoded<?> says) {
      answers[place(message)] = new Answer(message, says);
    }
  }

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

  /** Whoever has the randomness is told what came of it, too. */
  public static void encapsulated(LeafKey to, Entropy entropy, LeafKey.Encapsulated encapsulated) {
    Remembered own = OWN.get();
    if (own != null) {
      byte[] secret = bytesOf(encapsulated.secret()).clone();
      own.made.put(encapsulated.encapsulation(), new Made(to.hash(), secret));
    }
    if (entropy instanceof Draws draws) {
      draws.noteEncapsulation(encapsulated.encapsulation());
    }
  }

  public static void grown(Entropy entropy, LeafKeyPair pair) {
    if (entropy instanceof Draws draws) {
      draws.noteKey(pair.publicKey());
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
    if (own == null) {
      return null;
    }
    Made its = own.made.get(encapsulation);
    if (its != null) {
      return its.to.equals(key.hash())
          ? new SharedSecret(its.secret.clone())
          : nobodys(key, encapsulation);
    }
    byte[] secret = own.opened.get(new Name(key.hash(), encapsulation));
    return secret == null ? null : new SharedSecret(secret.clone());
  }

  private static SharedSecret nobodys(LeafKey key, Bytes encapsulation) {
    byte[] end = encapsulation.slice(encapsulation.length() - 32, 32).toArray();
    return new SharedSecret(Hash32.sha256(key.hash().toArray(), end).toArray());
  }

  public static void decapsulated(LeafKey key, Bytes encapsulation, SharedSecret secret) {
    Remembered own = OWN.get();
    if (own != null) {
      own.opened.put(new Name(key.hash(), encapsulation), bytesOf(secret).clone());
    }
  }

  public static void sealed(byte[] key, byte[] associated, byte[] plaintext) {
    Remembered own = OWN.get();
    if (own != null) {
      byte[] length = {(byte) (associated.length >> 8), (byte) associated.length};
      Hash32 what = Hash32.sha256(length, associated, plaintext);
      Hash32 before = own.sealedOnce.put(Hash32.sha256(key), what);
      own.someKeySealedTwice |= before != null && !before.equals(what);
    }
  }

  public static @Nullable Decoded<?> knownFact(Bytes message) {
    Remembered own = OWN.get();
    return own == null ? null : own.facts.of(message);
  }

  public static void isFact(Bytes message, Decoded<?> answer) {
    Remembered own = OWN.get();
    if (own != null) {
      own.facts.is(message, answer);
    }
  }

  public static @Nullable Decoded<?> knownSideMessage(Bytes message) {
    Remembered own = OWN.get();
    return own == null ? null : own.sideMessages.of(message);
  }

  public static void isSideMessage(Bytes message, Decoded<?> answer) {
    Remembered own = OWN.get();
    if (own != null) {
      own.sideMessages.is(message, answer);
    }
  }

  // ---- asked by those who go through what others did

  /** Whether what is done on this thread is remembered. */
  public static boolean isOn() {
    return OWN.get() != null;
  }

  /** Whether a key that is to seal one thing has sealed two. */
  public static boolean someKeySealedTwice() {
    Remembered own = OWN.get();
    return own != null && own.someKeySealedTwice;
  }

  /** The secret of an encapsulation that was made for this key, if that is remembered. */
  public static Optional<SharedSecret> madeFor(LeafKey key, Bytes encapsulation) {
    return made(encapsulation)
        .filter(its -> its.to.equals(key.hash()))
        .map(its -> new SharedSecret(its.secret.clone()));
  }

  /** Whether it is remembered that an encapsulation was made for another key. */
  public static boolean isForAnother(LeafKey key, Bytes encapsulation) {
    return made(encapsulation).filter(its -> !its.to.equals(key.hash())).isPresent();
  }

  private static Optional<Made> made(Bytes encapsulation) {
    Remembered own = OWN.get();
    return own == null ? Optional.empty() : Optional.ofNullable(own.made.get(encapsulation));
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
    static void exit(
        @Advice.This LeafKey to,
        @Advice.Argument(0) Entropy entropy,
        @Advice.Return LeafKey.Encapsulated made) {
      Remembered.encapsulated(to, entropy, made);
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
        @Advice.FieldValue("publicKey") LeafKey key,
        @Advice.Argument(0) Bytes encapsulation,
        @Advice.Return(readOnly = false) SharedSecret answer) {
      if (known != null) {
        answer = known;
      } else {
        Remembered.decapsulated(key, encapsulation, answer);
      }
    }
  }

  /** {@link Aead#sealOnce}. */
  public static final class SealOnce {
    private SealOnce() {}

    @Advice.OnMethodEnter
    static void enter(
        @Advice.Argument(0) byte[] key,
        @Advice.Argument(1) byte[] associated,
        @Advice.Argument(2) byte[] plaintext) {
      Remembered.sealed(key, associated, plaintext);
    }
  }

  /** {@link LeafKeyPair#generate}. */
  public static final class Generate {
    private Generate() {}

    @Advice.OnMethodExit
    static void exit(@Advice.Argument(0) Entropy entropy, @Advice.Return LeafKeyPair pair) {
      Remembered.grown(entropy, pair);
    }
  }

  /** {@link FactCodec#decode}; what it answers never changes. */
  @SuppressWarnings("UnusedVariable") // what is assigned there is what the method answers
  public static final class DecodeFact {
    private DecodeFact() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static @Nullable Decoded<?> enter(@Advice.Argument(0) Bytes message) {
      return Remembered.knownFact(message);
    }

    @Advice.OnMethodExit
    static void exit(
        @Advice.Enter @Nullable Decoded<?> known,
        @Advice.Argument(0) Bytes message,
        @Advice.Return(readOnly = false) Decoded<?> answer) {
      if (known != null) {
        answer = known;
      } else {
        Remembered.isFact(message, answer);
      }
    }
  }

  /** {@link SideCodec#decode}; likewise. */
  @SuppressWarnings("UnusedVariable") // what is assigned there is what the method answers
  public static final class DecodeSideMessage {
    private DecodeSideMessage() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static @Nullable Decoded<?> enter(@Advice.Argument(0) Bytes message) {
      return Remembered.knownSideMessage(message);
    }

    @Advice.OnMethodExit
    static void exit(
        @Advice.Enter @Nullable Decoded<?> known,
        @Advice.Argument(0) Bytes message,
        @Advice.Return(readOnly = false) Decoded<?> answer) {
      if (known != null) {
        answer = known;
      } else {
        Remembered.isSideMessage(message, answer);
      }
    }
  }
}
