package io.keymoot.runtime;

import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.frame.FrameSealer;
import io.keymoot.flatkeying.frame.FrameStream;
import io.keymoot.flatkeying.frame.Sealing;
import io.keymoot.peer.FrameDesk;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Seals frames of one stream for an application that carries them itself: a camera over RTP. From
 * any thread, under the key of the moment, whatever happens to the group meanwhile. The signatures
 * of an amortised stream are sent by the node.
 */
public final class StreamSealer {
  /** What a frame is longer than its plaintext, at most. */
  public static final int MAX_OVERHEAD = FrameSealer.MAX_OVERHEAD;

  private final FrameStream stream;
  private final Supplier<Optional<FrameSealer>> current;
  private final Supplier<Tick> clock;
  private final Runnable whenSealed;
  private final Runnable voucherDue;

  StreamSealer(
      FrameStream stream,
      Supplier<Optional<FrameSealer>> current,
      Supplier<Tick> clock,
      Runnable whenSealed,
      Runnable voucherDue) {
    this.stream = stream;
    this.current = current;
    this.clock = clock;
    this.whenSealed = whenSealed;
    this.voucherDue = voucherDue;
  }

  public FrameStream stream() {
    return stream;
  }

  /**
   * Writes a frame at {@code outAt}, where {@link #MAX_OVERHEAD} more bytes than the plaintext's
   * must be free; it may not overlap the plaintext.
   *
   * @return that it was sealed and its length, or why not: then hold the frame, or drop it
   */
  public Sealing seal(byte[] in, int at, int length, byte[] out, int outAt) {
    return seal(sealer -> sealer.seal(clock.get(), stream, in, at, length, out, outAt));
  }

  /** Seals all that remains of {@code in} into {@code out}, and moves both positions. */
  public Sealing seal(ByteBuffer in, ByteBuffer out) {
    return seal(sealer -> sealer.seal(clock.get(), stream, in, out));
  }

  private Sealing seal(Function<FrameSealer, Sealing> once) {
    Sealing sealing = Sealing.NotSealed.STAY_OVER;
    // A stay that ends between the two calls has a successor.
    for (int tries = 0; tries < 2 && sealing == Sealing.NotSealed.STAY_OVER; tries++) {
      Optional<FrameSealer> sealer = current.get();
      if (sealer.isEmpty()) {
        return Sealing.NotSealed.NO_KEY;
      }
      try {
        sealing = once.apply(sealer.get());
      } catch (FrameDesk.Closed over) {
        sealing = Sealing.NotSealed.STAY_OVER;
      }
    }
    if (sealing instanceof Sealing.Sealed sealed) {
      (sealed.voucherDue() ? voucherDue : whenSealed).run();
    }
    return sealing;
  }

  @Override
  public String toString() {
    return "StreamSealer of " + stream;
  }
}
