package io.keymoot.benchmarks;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.crypto.VerifyKey;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.frame.Authentication;
import io.keymoot.flatkeying.frame.FrameOpener;
import io.keymoot.flatkeying.frame.FrameSealer;
import io.keymoot.flatkeying.frame.FrameSender;
import io.keymoot.flatkeying.frame.FrameStream;
import io.keymoot.flatkeying.frame.KeyRing;
import io.keymoot.flatkeying.frame.Opening;
import io.keymoot.flatkeying.frame.SFrameSuite;
import io.keymoot.flatkeying.frame.Sealing;
import io.keymoot.flatkeying.frame.TekEpoch;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Frames of 1,200 bytes beside the raw cipher, which is what they cannot be faster than, and beside
 * Bouncy Castle's MLS, which signs each message.
 *
 * <p>What opens a frame remembers it, so frames to be opened are sealed beforehand and come to a
 * fresh receiver {@value #BATCH} at a time; its first frame pays for deriving the key.
 */
@SuppressWarnings("NullAway.Init") // JMH calls the setup before all else.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FrameBenchmark {
  public static final int BATCH = 1_024;

  /** Of these with {@link #openAmongForged}, beside one more. */
  public static final int FORGED_AMONG = 490;

  private static final int HEADER = 11;

  /** What is signed of a voucher: a label, three hashes and a number. */
  private static final int VOUCHER_SIGNED = 17 + 3 * 32 + 8;

  private static final Tick NOW = new Tick(1_000_000);
  private static final FrameStream PLAIN = FrameStream.of(Authentication.NONE, 0);
  private static final FrameStream AMORTISED = FrameStream.of(Authentication.AMORTISED, 0);

  @Param({"AES_128_GCM_SHA256_128", "AES_256_GCM_SHA512_128"})
  public SFrameSuite suite = SFrameSuite.AES_256_GCM_SHA512_128;

  /** Bytes of a frame's text. */
  public int size = 1_200;

  /** How many a receiver may hear frames from. */
  public int members = 1;

  private byte[] text = {};
  private byte[] out = {};
  private byte[] back = {};
  private final byte[] voucher = new byte[FrameSealer.MAX_VOUCHER];
  private final Random random = new Random(1);
  private final GroupId group = new GroupId(hash());
  private final EpochSecret secret = EpochSecret.fresh(random::nextBytes);
  private final FactId epoch = new FactId(hash());
  private final FrameSender alice = new FrameSender(new StayId(hash()), new MemberId(hash()));
  private final SigningKey signingKey =
      SigningKey.generate(SignatureKind.ED25519, random::nextBytes);
  private final VerifyKey verifyKey = VerifyKey.parse(signingKey.spki()).orThrow();

  private final byte[] toVerify = new byte[VOUCHER_SIGNED];
  private final Bytes signature = signingKey.sign(toVerify);

  private FrameSealer sealer;
  private FrameOpener opener;
  private List<FrameSender> senders = List.of();
  private List<byte[]> plain = List.of();
  private List<byte[]> amortised = List.of();
  private List<byte[]> forged = List.of();
  private List<byte[]> mixed = List.of();

  // ---- the raw cipher, used as well as it can be: one object, one key object, new nonce

  private Cipher rawSeal;
  private Cipher rawOpen;
  private SecretKeySpec rawKey;
  private final byte[] rawNonce = new byte[12];
  private final List<byte[]> rawFrames = new ArrayList<>();
  private final List<byte[]> rawForged = new ArrayList<>();

  @Setup
  public void sealFrames() throws GeneralSecurityException {
    text = new byte[size];
    out = new byte[size + 2 * FrameSealer.MAX_OVERHEAD];
    back = new byte[out.length];
    random.nextBytes(text);
    senders = new ArrayList<>(List.of(alice));
    while (senders.size() < members) {
      senders.add(new FrameSender(new StayId(hash()), new MemberId(hash())));
    }
    KeyRing ring = new KeyRing(group, suite);
    sealer = ring.beginStay(alice, signingKey::sign);
    ring.install(new TekEpoch(secret.tek(group, epoch)));
    ring.activate(epoch, 0);
    plain = frames(PLAIN);
    amortised = frames(AMORTISED);
    forged = new ArrayList<>();
    for (byte[] frame : plain) {
      byte[] other = frame.clone();
      other[100] ^= 1;
      forged.add(other);
    }
    // Good ones first, so that the thread trusts; then it is on the edge all the time.
    mixed = new ArrayList<>(plain);
    mixed.set(BATCH - 2 * FORGED_AMONG, forged.get(BATCH - 2 * FORGED_AMONG));
    for (int i = 1; i < 2 * FORGED_AMONG; i += 2) {
      mixed.set(BATCH - i, forged.get(BATCH - i));
    }

    rawKey =
        new SecretKeySpec(new byte[suite == SFrameSuite.AES_128_GCM_SHA256_128 ? 16 : 32], "AES");
    rawSeal = Cipher.getInstance("AES/GCM/NoPadding");
    rawOpen = Cipher.getInstance("AES/GCM/NoPadding");
    for (int i = 0; i < BATCH; i++) {
      byte[] frame = new byte[HEADER + size + 16];
      nextNonce();
      rawSeal.init(Cipher.ENCRYPT_MODE, rawKey, new GCMParameterSpec(128, rawNonce));
      rawSeal.updateAAD(frame, 0, HEADER);
      rawSeal.doFinal(text, 0, size, frame, HEADER);
      rawFrames.add(frame);
      byte[] other = frame.clone();
      other[100] ^= 1;
      rawForged.add(other);
    }
    Arrays.fill(rawNonce, (byte) 1);
  }

  @Setup(Level.Invocation)
  public void bringAFreshReceiver() {
    KeyRing ring = new KeyRing(group, suite);
    opener = ring.newOpener((member, message, signature) -> verifyKey.verify(message, signature));
    ring.admit(senders);
    ring.install(new TekEpoch(secret.tek(group, epoch)));
  }

  private List<byte[]> frames(FrameStream stream) {
    List<byte[]> frames = new ArrayList<>();
    for (int i = 0; i < BATCH; i++) {
      Sealing.Sealed sealed = seal(stream);
      frames.add(Arrays.copyOf(out, sealed.length()));
      if (sealed.voucherDue()
          && sealer.nextVoucher(NOW, voucher, 0) instanceof Sealing.Sealed due) {
        frames.add(Arrays.copyOf(voucher, due.length()));
      }
    }
    return frames;
  }

  // ---- sealing

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public byte[] sealRaw() throws GeneralSecurityException {
    for (int i = 0; i < BATCH; i++) {
      nextNonce();
      rawSeal.init(Cipher.ENCRYPT_MODE, rawKey, new GCMParameterSpec(128, rawNonce));
      rawSeal.updateAAD(out, 0, HEADER);
      rawSeal.doFinal(text, 0, size, out, HEADER);
    }
    return out;
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public byte[] seal() {
    for (int i = 0; i < BATCH; i++) {
      seal(PLAIN);
    }
    return out;
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public byte[] sealAmortised() {
    for (int i = 0; i < BATCH; i++) {
      if (seal(AMORTISED).voucherDue()) {
        sealer.nextVoucher(NOW, voucher, 0);
      }
    }
    return out;
  }

  private Sealing.Sealed seal(FrameStream stream) {
    if (sealer.seal(NOW, stream, text, 0, size, out, 0) instanceof Sealing.Sealed sealed) {
      return sealed;
    }
    throw new IllegalStateException("the frame was not sealed");
  }

  // ---- opening

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public byte[] openRaw() throws GeneralSecurityException {
    Arrays.fill(rawNonce, (byte) 0);
    for (byte[] frame : rawFrames) {
      nextNonce();
      rawOpen.init(Cipher.DECRYPT_MODE, rawKey, new GCMParameterSpec(128, rawNonce));
      rawOpen.updateAAD(frame, 0, HEADER);
      rawOpen.doFinal(frame, HEADER, size + 16, out, 0);
    }
    return out;
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public byte[] open() {
    return openAll(plain, BATCH);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public byte[] openAmortised() {
    return openAll(amortised, BATCH);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public byte[] refuseForged() {
    return openAll(forged, 0);
  }

  /**
   * Every other frame is forged, and one more: of all orders the one in which forgeries cost most,
   * for each has its exception, and the good one after it is checked first.
   */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public byte[] openAmongForged() {
    return openAll(mixed, BATCH - FORGED_AMONG - 1);
  }

  /** One forged frame, sent over and over. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public byte[] refuseTheSameForgeryAgain() {
    return openAll(Collections.nCopies(BATCH, forged.get(0)), 0);
  }

  /** What a forgery costs where it is left to the platform's exception. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public int refuseForgedRaw() throws GeneralSecurityException {
    Arrays.fill(rawNonce, (byte) 0);
    int refused = 0;
    for (byte[] frame : rawForged) {
      nextNonce();
      rawOpen.init(Cipher.DECRYPT_MODE, rawKey, new GCMParameterSpec(128, rawNonce));
      rawOpen.updateAAD(frame, 0, HEADER);
      try {
        rawOpen.doFinal(frame, HEADER, size + 16, out, 0);
      } catch (AEADBadTagException e) {
        refused++;
      }
    }
    return refused;
  }

  // ---- what amortised authentication is made of: a hash of each frame on either side, and of 32
  // frames one signature here and one check there; the rest is the book-keeping

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public Hash32 hashEach() {
    Hash32 last = Hash32.ZERO;
    for (byte[] frame : plain) {
      last = Hash32.sha256(frame);
    }
    return last;
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public Bytes signOneIn32() {
    Bytes last = Bytes.EMPTY;
    for (int i = 0; i < BATCH / Limits.VOUCHED_FRAMES; i++) {
      last = signingKey.sign(toVerify);
    }
    return last;
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public int verifyOneIn32() {
    int verified = 0;
    for (int i = 0; i < BATCH / Limits.VOUCHED_FRAMES; i++) {
      verified += verifyKey.verify(toVerify, signature) ? 1 : 0;
    }
    return verified;
  }

  private byte[] openAll(List<byte[]> frames, int expected) {
    int opened = 0;
    for (byte[] frame : frames) {
      if (opener.open(NOW, 1, frame, 0, frame.length, out, 0) instanceof Opening.Opened) {
        opened++;
      }
    }
    if (opened != expected) {
      throw new IllegalStateException("opened " + opened + ", not " + expected);
    }
    return out;
  }

  // ---- both, as a relay does on one core

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public byte[] sealAndOpen() {
    byte[] opened = back;
    for (int i = 0; i < BATCH; i++) {
      int length = seal(PLAIN).length();
      if (!(opener.open(NOW, 1, out, 0, length, opened, 0) instanceof Opening.Opened)) {
        throw new IllegalStateException("not opened");
      }
    }
    return opened;
  }

  private void nextNonce() {
    for (int i = 11; ++rawNonce[i] == 0; i--) {}
  }

  private Hash32 hash() {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    return Hash32.of(bytes);
  }
}
