package io.keymoot.flatkeying.frame;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.frame.Sealing.NotSealed;
import io.keymoot.flatkeying.frame.Sealing.Sealed;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Seals this device's frames for one stay, from any number of threads at once.
 *
 * <p>A counter is 256 · number + stream. Numbers only ever grow, whatever key is sealed under, and
 * a number is used up before the cipher sees it; there is one sealer for a stay ({@link
 * KeyRing#beginStay}). So no key meets a counter twice.
 *
 * <p>The byte arrays are the fast path. The twins that take ByteBuffers are as fast on buffers with
 * an array; of direct ones they copy, and wipe their copy of the plaintext.
 */
public final class FrameSealer {
  /** Numbers are the upper 56 bits of a counter. */
  static final long LAST_NUMBER = (1L << 56) - 1;

  /** What a frame is longer than its plaintext, at most. */
  public static final int MAX_OVERHEAD =
      SFrameHeader.MAX_BYTES + SFrameSuite.GCM_TAG_BYTES + Limits.SIGNATURE_BYTES;

  /** Room that a voucher takes, at most. */
  public static final int MAX_VOUCHER =
      Voucher.MAX_BYTES + SFrameHeader.MAX_BYTES + SFrameSuite.GCM_TAG_BYTES;

  private static final byte[] NO_METADATA = {};

  private final KeyRing ring;
  private final FrameSender self;
  private final FrameSigner signer;
  private volatile boolean over;

  private final AtomicLongArray numbers;

  /** The batch that each amortised stream adds to. */
  private final AtomicReferenceArray<@Nullable Batch> open =
      new AtomicReferenceArray<>(FrameStream.OF_A_KIND);

  /**
   * Batches not yet signed, the open ones among them; where there is no room the oldest gives way.
   */
  private final AtomicReferenceArray<@Nullable Batch> unsigned =
      new AtomicReferenceArray<>(Limits.UNSIGNED_BATCHES);

  private final AtomicInteger batches = new AtomicInteger();

  FrameSealer(KeyRing ring, FrameSender self, FrameSigner signer) {
    this(ring, self, signer, new AtomicLongArray(FrameStream.COUNT));
  }

  /**
   * @param numbers the next number of each stream
   */
  FrameSealer(KeyRing ring, FrameSender self, FrameSigner signer, AtomicLongArray numbers) {
    this.ring = ring;
    this.self = self;
    this.signer = signer;
    this.numbers = numbers;
  }

  /** Seals without metadata. */
  public Sealing seal(
      Tick now, FrameStream stream, byte[] in, int at, int length, byte[] out, int outAt) {
    return seal(now, stream, in, at, length, NO_METADATA, out, outAt);
  }

  /**
   * Writes a frame at {@code outAt}, where {@link #MAX_OVERHEAD} more bytes than the plaintext's
   * must be free; it may not overlap the plaintext.
   *
   * @param metadata what the receiver knows by other means and the frame is bound to
   */
  public Sealing seal(
      Tick now,
      FrameStream stream,
      byte[] in,
      int at,
      int length,
      byte[] metadata,
      byte[] out,
      int outAt) {
    Objects.checkFromIndexSize(at, length, in.length);
    checkLength(length, metadata);
    Objects.checkFromIndexSize(outAt, length + MAX_OVERHEAD, out.length);
    Desk.checkApart(in, at, length, out, outAt, length + MAX_OVERHEAD);
    if (!stream.isForApplications()) {
      throw new IllegalArgumentException(stream + " is not for applications");
    }
    Desk desk = Desk.ofThisThread();
    while (true) {
      SendKey key = keyNow();
      if (key == null) {
        return over ? NotSealed.STAY_OVER : NotSealed.NO_KEY;
      }
      long number = takeNumber(stream);
      if (number > LAST_NUMBER) {
        return NotSealed.STREAM_SPENT;
      }
      int sealed;
      try {
        sealed =
            key.sframe.seal(desk, counter(number, stream), in, at, length, metadata, out, outAt);
      } catch (CipherKey.Wiped replaced) {
        continue;
      }
      return switch (stream.authentication()) {
        case NONE -> new Sealed(sealed, number, false);
        case SIGNED -> {
          Hash32 digest = FrameDigest.of(desk, out, outAt, sealed, metadata);
          sign(signed(key, stream, number, digest), out, outAt + sealed);
          yield new Sealed(sealed + Limits.SIGNATURE_BYTES, number, false);
        }
        case AMORTISED -> {
          Hash32 digest = FrameDigest.of(desk, out, outAt, sealed, metadata);
          yield new Sealed(sealed, number, addToBatch(now, key, stream, number, digest));
        }
      };
    }
  }

  /** Seals without metadata. */
  public Sealing seal(Tick now, FrameStream stream, ByteBuffer in, ByteBuffer out) {
    return seal(now, stream, in, NO_METADATA, out);
  }

  /** Seals all that remains of {@code in} into {@code out}, and moves both positions. */
  public Sealing seal(
      Tick now, FrameStream stream, ByteBuffer in, byte[] metadata, ByteBuffer out) {
    Desk desk = Desk.ofThisThread();
    int length = in.remaining();
    checkLength(length, metadata);
    if (out.remaining() < length + MAX_OVERHEAD) {
      throw new IndexOutOfBoundsException("the output has no room for the frame");
    }
    boolean inArray = in.hasArray();
    byte[] from = inArray ? in.array() : desk.copyIn(length);
    int at = inArray ? in.arrayOffset() + in.position() : 0;
    boolean outArray = out.hasArray();
    byte[] to = outArray ? out.array() : desk.copyOut(length + MAX_OVERHEAD);
    int outAt = outArray ? out.arrayOffset() + out.position() : 0;
    Sealing sealing;
    try {
      if (!inArray) {
        in.get(in.position(), from, 0, length);
      }
      sealing = seal(now, stream, from, at, length, metadata, to, outAt);
    } finally {
      if (!inArray) {
        Arrays.fill(from, 0, length, (byte) 0);
      }
    }
    if (sealing instanceof Sealed sealed) {
      if (!outArray) {
        out.put(out.position(), to, 0, sealed.length());
      }
      in.position(in.limit());
      out.position(out.position() + sealed.length());
    }
    return sealing;
  }

  /**
   * Signs and seals the voucher of a batch that is due: of {@value Limits#VOUCHED_FRAMES} frames,
   * or {@value Limits#VOUCHER_MILLIS} ms old, or of a key that is sealed under no more. To be
   * called until nothing is due, whenever {@link Sealed#voucherDue} says so and at {@link
   * #voucherDeadline}; what it writes, {@link #MAX_VOUCHER} bytes at most, goes the way frames go.
   */
  public Sealing nextVoucher(Tick now, byte[] out, int outAt) {
    Objects.checkFromIndexSize(outAt, MAX_VOUCHER, out.length);
    for (int i = 0; i < unsigned.length(); i++) {
      Batch batch = unsigned.get(i);
      if (batch == null) {
        continue;
      }
      SendKey key = keyNow();
      if (key == null) {
        return over ? NotSealed.STAY_OVER : NotSealed.NO_KEY;
      }
      if (batch.isOld(now) || batch.key != key.installed) {
        batch.close();
      }
      boolean isTaken = batch.isWhole() && unsigned.compareAndSet(i, batch, null);
      // Empty, it was closed before whoever began it came to add anything.
      if (isTaken && !batch.isEmpty()) {
        boolean isSpoken = false;
        try {
          Sealing sealing = sealVoucher(batch, out, outAt);
          isSpoken = sealing != NotSealed.NO_KEY;
          return sealing;
        } finally {
          if (!isSpoken) {
            // The key was withdrawn meanwhile, or the signer failed: its time comes again, unless
            // its place is taken.
            unsigned.compareAndSet(i, null, batch);
          }
        }
      }
    }
    return NotSealed.NOTHING_DUE;
  }

  /** When a batch that is open now will be due at the latest. */
  public Optional<Tick> voucherDeadline() {
    Tick soonest = null;
    for (int i = 0; i < unsigned.length(); i++) {
      Batch batch = unsigned.get(i);
      if (batch != null && (soonest == null || batch.due().isBefore(soonest))) {
        soonest = batch.due();
      }
    }
    return Optional.ofNullable(soonest);
  }

  private static void checkLength(int length, byte[] metadata) {
    if ((long) length + MAX_OVERHEAD + metadata.length > Limits.FRAME_BYTES) {
      throw new IllegalArgumentException("a frame of " + length + " bytes is too long");
    }
  }

  FrameSender self() {
    return self;
  }

  void end() {
    over = true;
  }

  /** Under the key of now, not the batch's: that one may have been left behind. */
  private Sealing sealVoucher(Batch batch, byte[] out, int outAt) {
    List<Voucher.Line> lines = batch.lines();
    FrameEpoch epoch = batch.key.epoch;
    byte[] body =
        Voucher.writeBody(epoch.epoch(), epoch.revision(), batch.stream, batch.firstNumber(), lines)
            .toArray();
    byte[] voucher = Arrays.copyOf(body, body.length + Limits.SIGNATURE_BYTES);
    Hash32 digest = FrameDigest.sha256(Desk.ofThisThread(), body, 0, body.length);
    while (true) {
      SendKey key = keyNow();
      if (key == null) {
        return over ? NotSealed.STAY_OVER : NotSealed.NO_KEY;
      }
      long number = takeNumber(FrameStream.VOUCHERS);
      if (number > LAST_NUMBER) {
        return NotSealed.STREAM_SPENT;
      }
      sign(Voucher.signed(ring.group(), self.stay(), number, digest), voucher, body.length);
      try {
        int length =
            key.sframe.seal(
                Desk.ofThisThread(),
                counter(number, FrameStream.VOUCHERS),
                voucher,
                0,
                voucher.length,
                NO_METADATA,
                out,
                outAt);
        return new Sealed(length, number, false);
      } catch (CipherKey.Wiped replaced) {
        continue;
      }
    }
  }

  /** Whether a voucher is due now. */
  private boolean addToBatch(
      Tick now, SendKey key, FrameStream stream, long number, Hash32 digest) {
    boolean due = false;
    while (true) {
      Batch batch = open.get(stream.index());
      if (batch != null && batch.key == key.installed && !batch.isOld(now)) {
        if (batch.add(number, digest)) {
          return due | batch.isWhole();
        }
      } else if (batch != null) {
        // Of another key, since batches do not cross epochs, or of an earlier time.
        batch.close();
        due = true;
      }
      Batch fresh = new Batch(key.installed, stream, now);
      if (open.compareAndSet(stream.index(), batch, fresh)) {
        awaitSignature(fresh);
      }
    }
  }

  /** Finds it a free place, or the place of the batch that has waited longest. */
  private void awaitSignature(Batch fresh) {
    int from = batches.getAndIncrement();
    int oldest = 0;
    Tick since = null;
    for (int i = 0; i < unsigned.length(); i++) {
      int place = Integer.remainderUnsigned(from + i, unsigned.length());
      Batch there = unsigned.get(place);
      if (there == null) {
        if (unsigned.compareAndSet(place, null, fresh)) {
          return;
        }
      } else if (since == null || there.due().isBefore(since)) {
        oldest = place;
        since = there.due();
      }
    }
    Batch givesWay = unsigned.getAndSet(oldest, fresh);
    if (givesWay != null) {
      // Nobody will sign for it: its stream's next frames go into another.
      givesWay.close();
    }
  }

  private byte[] signed(SendKey key, FrameStream stream, long number, Hash32 digest) {
    FrameEpoch epoch = key.installed.epoch;
    return FrameDigest.signed(
        ring.group(), self.stay(), epoch.epoch(), epoch.revision(), stream, number, digest);
  }

  private void sign(byte[] message, byte[] out, int outAt) {
    Bytes signature = signer.sign(message);
    if (signature.length() != Limits.SIGNATURE_BYTES) {
      throw new IllegalStateException("a signature has 64 bytes, not " + signature.length());
    }
    signature.copyTo(out, outAt);
  }

  private @Nullable SendKey keyNow() {
    SendKey key = ring.sending();
    return key != null && key.stay.equals(self.stay()) ? key : null;
  }

  /** A number nobody else gets, spent even if sealing fails. */
  private long takeNumber(FrameStream stream) {
    long number = numbers.getAndIncrement(stream.number());
    if (number > LAST_NUMBER) {
      numbers.set(stream.number(), LAST_NUMBER + 1);
    }
    return number;
  }

  private static long counter(long number, FrameStream stream) {
    return number << 8 | stream.number();
  }

  @Override
  public String toString() {
    return "FrameSealer of " + self.stay();
  }
}
