package io.keymoot.runtime;

import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.frame.FrameOpener;
import io.keymoot.flatkeying.frame.FrameStream;
import io.keymoot.flatkeying.frame.Opening;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Opens frames of one stream, of all senders, for an application that carries them itself. From any
 * thread. A frame whose key is not known yet is kept for a second, and given to the {@link
 * LateFrames} of the stream when it opens.
 */
public final class StreamOpener implements AutoCloseable {
  private final FrameStream stream;
  private final Supplier<Optional<FrameOpener>> current;
  private final Supplier<Tick> clock;
  private final Runnable leftWaiting;
  private final Runnable closing;

  StreamOpener(
      FrameStream stream,
      Supplier<Optional<FrameOpener>> current,
      Supplier<Tick> clock,
      Runnable leftWaiting,
      Runnable closing) {
    this.stream = stream;
    this.current = current;
    this.clock = clock;
    this.leftWaiting = leftWaiting;
    this.closing = closing;
  }

  public FrameStream stream() {
    return stream;
  }

  /**
   * Opens the frame of {@code length} bytes into {@code out}, where as many bytes must be free; it
   * may not overlap the frame.
   *
   * @param source whom the transport had it from, any number that tells sources apart: it bounds
   *     what waits, and proves nothing. Sources of one number share their room, so it should be
   *     none that a source can choose to be another's, like a hash without a secret
   */
  public Opening open(long source, byte[] in, int at, int length, byte[] out, int outAt) {
    Optional<FrameOpener> opener = current.get();
    if (opener.isEmpty()) {
      return Opening.Refused.NOT_A_MEMBER;
    }
    Opening opening = opener.get().open(clock.get(), source, in, at, length, out, outAt);
    lookAround(opening);
    if (opening instanceof Opening.Opened opened && !opened.stream().equals(stream)) {
      // A member may put a frame of one stream on the way of another: it is not this one's.
      Arrays.fill(out, outAt, outAt + opened.length(), (byte) 0);
      return Opening.Refused.MALFORMED;
    }
    return opening;
  }

  /** Opens all that remains of {@code in} into {@code out}, and moves both positions. */
  public Opening open(long source, ByteBuffer in, ByteBuffer out) {
    Optional<FrameOpener> opener = current.get();
    if (opener.isEmpty()) {
      return Opening.Refused.NOT_A_MEMBER;
    }
    int at = out.position();
    Opening opening = opener.get().open(clock.get(), source, in, out);
    lookAround(opening);
    if (opening instanceof Opening.Opened opened && !opened.stream().equals(stream)) {
      out.position(at);
      out.put(at, new byte[opened.length()]);
      return Opening.Refused.MALFORMED;
    }
    return opening;
  }

  /** A frame waits now, or a signature came for which some wait. */
  private void lookAround(Opening opening) {
    if (opening instanceof Opening.Waiting || opening instanceof Opening.Vouched) {
      leftWaiting.run();
    }
  }

  /** Late frames are given to nobody any more; the stream may be given another opener. */
  @Override
  public void close() {
    closing.run();
  }

  @Override
  public String toString() {
    return "StreamOpener of " + stream;
  }
}
