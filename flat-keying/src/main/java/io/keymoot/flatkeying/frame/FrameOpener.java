package io.keymoot.flatkeying.frame;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.frame.Opening.Opened;
import io.keymoot.flatkeying.frame.Opening.Refused;
import io.keymoot.flatkeying.frame.Opening.Vouched;
import io.keymoot.flatkeying.frame.Opening.Waiting;
import io.keymoot.flatkeying.frame.WaitingRoom.Waiter;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Opens the frames that come in, from any number of threads at once.
 *
 * <p>The order of the questions is the order of their costs, and nothing is remembered of a frame
 * before it has proved good: header, KID, sender, epoch, replay, tag, signature; then the window is
 * marked, and of all threads that hold the same frame one delivers it.
 */
public final class FrameOpener {
  private static final byte[] NO_METADATA = {};
  private static final int SIGNATURE = Limits.SIGNATURE_BYTES;

  private final KeyRing ring;
  private final FrameVerifier verifier;
  private final WaitingRoom waiting = new WaitingRoom();
  private final LongAdder[] refusals = new LongAdder[Refused.values().length];

  /** Vouchers taken: frames that wait for one are tried again when it has grown. */
  private final AtomicLong news = new AtomicLong();

  FrameOpener(KeyRing ring, FrameVerifier verifier) {
    this.ring = ring;
    this.verifier = verifier;
    Arrays.setAll(refusals, each -> new LongAdder());
  }

  /** Opens a frame sealed without metadata. */
  public Opening open(Tick now, long source, byte[] in, int at, int length, byte[] out, int outAt) {
    return open(now, source, in, at, length, NO_METADATA, out, outAt);
  }

  /**
   * Opens the frame of {@code length} bytes into {@code out}, where as many bytes must be free, for
   * a frame that does not need them, too: who gives less room than what comes may take learns it by
   * an exception. The room may not overlap the frame.
   *
   * @param source whom the transport had it from, any number that tells sources apart: it bounds
   *     what waits, and proves nothing. Sources of one number share their room, so it should be
   *     none that a source can choose to be another's, like a hash without a secret
   */
  public Opening open(
      Tick now,
      long source,
      byte[] in,
      int at,
      int length,
      byte[] metadata,
      byte[] out,
      int outAt) {
    Objects.checkFromIndexSize(at, length, in.length);
    Objects.checkFromIndexSize(outAt, length, out.length);
    Desk.checkApart(in, at, length, out, outAt, length);
    int version = ring.version();
    long read = news.get();
    Opening opening = attempt(now, in, at, length, metadata, out, outAt);
    if (opening instanceof Waiting) {
      Waiter waiter =
          new Waiter(
              Arrays.copyOfRange(in, at, at + length),
              metadata.clone(),
              source,
              now.plusMillis(Limits.FRAME_WAIT_MILLIS),
              version,
              read);
      if (!waiting.seat(waiter)) {
        opening = Refused.TOO_MANY_WAITING;
      }
    }
    if (opening instanceof Refused refused) {
      refusals[refused.ordinal()].increment();
    }
    return opening;
  }

  /** Opens a frame sealed without metadata. */
  public Opening open(Tick now, long source, ByteBuffer in, ByteBuffer out) {
    return open(now, source, in, NO_METADATA, out);
  }

  /** Opens all that remains of {@code in} into {@code out}, and moves both positions. */
  public Opening open(Tick now, long source, ByteBuffer in, byte[] metadata, ByteBuffer out) {
    Desk desk = Desk.ofThisThread();
    int length = in.remaining();
    if (out.remaining() < length) {
      throw new IndexOutOfBoundsException("the output has no room for the frame");
    }
    if (length > Limits.FRAME_BYTES) {
      // Before it is copied.
      in.position(in.limit());
      refusals[Refused.MALFORMED.ordinal()].increment();
      return Refused.MALFORMED;
    }
    boolean inArray = in.hasArray();
    byte[] from = inArray ? in.array() : desk.copyIn(length);
    int at = inArray ? in.arrayOffset() + in.position() : 0;
    if (!inArray) {
      in.get(in.position(), from, 0, length);
    }
    boolean outArray = out.hasArray();
    byte[] to = outArray ? out.array() : desk.copyOut(length);
    int outAt = outArray ? out.arrayOffset() + out.position() : 0;
    try {
      Opening opening = open(now, source, from, at, length, metadata, to, outAt);
      in.position(in.limit());
      if (opening instanceof Opened opened) {
        if (!outArray) {
          out.put(out.position(), to, 0, opened.length());
        }
        out.position(out.position() + opened.length());
      }
      return opening;
    } finally {
      if (!outArray) {
        Arrays.fill(to, 0, length, (byte) 0);
      }
    }
  }

  /**
   * Tries the frames that wait, and forgets those that have waited too long. To be called after the
   * loop has changed the ring, after each {@link Vouched}, and now and then.
   */
  public void drain(Tick now, FrameSink sink) {
    // Twice, because a voucher among them may free others.
    for (int pass = 0; pass < 2 && !waiting.isEmpty(); pass++) {
      int version = ring.version();
      long read = news.get();
      waiting.callOut(
          now,
          new WaitingRoom.Call() {
            @Override
            public boolean wants(Waiter waiter) {
              return waiter.version() != version || waiter.news() != read;
            }

            @Override
            public void take(Waiter waiter) {
              retry(now, waiter, version, read, sink);
            }
          });
    }
  }

  /** How many frames have been refused so. */
  public long refused(Refused reason) {
    return refusals[reason.ordinal()].sum();
  }

  public boolean isAnythingWaiting() {
    return !waiting.isEmpty();
  }

  long bytesWaiting() {
    return waiting.bytes();
  }

  private void retry(Tick now, Waiter waiter, int version, long read, FrameSink sink) {
    byte[] out = new byte[waiter.frame().length];
    Opening opening =
        attempt(now, waiter.frame(), 0, waiter.frame().length, waiter.metadata(), out, 0);
    switch (opening) {
      case Opened opened -> sink.opened(opened, out, 0);
      case Vouched vouched -> sink.vouched(vouched);
      case Refused refused -> refusals[refused.ordinal()].increment();
      case Waiting still ->
          waiting.seat(
              new Waiter(
                  waiter.frame(),
                  waiter.metadata(),
                  waiter.source(),
                  waiter.deadline(),
                  version,
                  read));
    }
  }

  private Opening attempt(
      Tick now, byte[] in, int at, int length, byte[] metadata, byte[] out, int outAt) {
    if ((long) length + metadata.length > Limits.FRAME_BYTES) {
      return Refused.MALFORMED;
    }
    int header = SFrameHeader.measure(in, at, length);
    if (header == SFrameHeader.MALFORMED) {
      return Refused.MALFORMED;
    }
    long counter = SFrameHeader.counter(in, at);
    FrameStream stream = FrameStream.numbered((int) counter & 0xff);
    int frame = stream.authentication() == Authentication.SIGNED ? length - SIGNATURE : length;
    if (frame < header + ring.suite().tagBytes()
        || !(stream.isForApplications() || stream == FrameStream.VOUCHERS)) {
      return Refused.MALFORMED;
    }
    OpenKey[] keys = ring.meaning(SFrameHeader.kid(in, at));
    if (keys.length == 0) {
      return Waiting.FOR_KEY;
    }
    // Where a KID has several meanings the tag tells which; a window's answer for one of them
    // stands only if the frame is no other's.
    Desk desk = Desk.ofThisThread();
    Arrival arrival = desk.arrival;
    arrival.now = now;
    arrival.stream = stream;
    arrival.counter = counter;
    arrival.in = in;
    arrival.at = at;
    arrival.header = header;
    arrival.length = frame;
    arrival.metadata = metadata;
    arrival.doubtful = keys.length > 1;
    Opening answer = Refused.FORGED;
    for (OpenKey key : keys) {
      arrival.key = key;
      Opening opening = openUnder(desk, arrival, out, outAt);
      if (opening instanceof Opened || opening instanceof Vouched || keys.length == 1) {
        return opening;
      }
      if (opening != Refused.FORGED) {
        answer = opening;
      }
    }
    return answer;
  }

  private Opening openUnder(Desk desk, Arrival arrival, byte[] out, int outAt) {
    OpenKey key = arrival.key;
    FrameStream stream = arrival.stream;
    if (!key.speaker.mayBeOpened(arrival.now)) {
      return Refused.NOT_A_MEMBER;
    }
    boolean voucher = stream == FrameStream.VOUCHERS;
    if (!voucher && stream.authentication() == Authentication.NONE && arrival.isLeftBehind()) {
      return Refused.EPOCH_LEFT_BEHIND;
    }
    OpenKey.Lane lane = key.laneIfAny(stream);
    ReplayWindow.Mark mark =
        lane == null ? ReplayWindow.Mark.FRESH : lane.window.look(arrival.number());
    arrival.isSeen = mark == ReplayWindow.Mark.SEEN;
    if (mark != ReplayWindow.Mark.FRESH && !(arrival.isSeen && mayComeAgain(arrival))) {
      return refusal(mark);
    }
    if (voucher) {
      return openVoucher(desk, arrival);
    }
    int text = openTag(desk, arrival, out, outAt);
    if (text < 0) {
      return text == ERASED ? Waiting.FOR_KEY : Refused.FORGED;
    }
    Opening opening =
        switch (stream.authentication()) {
          case NONE -> deliver(arrival, FrameSource.GROUP, text);
          case SIGNED -> deliverSigned(arrival, text);
          case AMORTISED -> deliverAmortised(arrival, text);
        };
    if (!(opening instanceof Opened)) {
      Arrays.fill(out, outAt, outAt + text, (byte) 0);
    }
    return opening;
  }

  /**
   * Whether a frame whose number has been opened may be opened beside the other: of an amortised
   * stream, if it is another frame, and the sender has not signed for the one that was opened.
   */
  private static boolean mayComeAgain(Arrival arrival) {
    FrameStream stream = arrival.stream;
    if (stream.authentication() != Authentication.AMORTISED) {
      return false;
    }
    AmortisedStream its = arrival.key.speaker.amortisedIfAny(stream);
    VouchMemory memory = its == null ? null : its.memoryIfAny();
    return memory != null
        && memory.mayComeAgain(arrival.number())
        && memory.look(arrival.number(), arrival.key.installed.serial, digest(arrival))
            != VouchMemory.Frame.OPENED;
  }

  private static final int ERASED = -2;

  private static int openTag(Desk desk, Arrival arrival, byte[] out, int outAt) {
    while (true) {
      SFrameKey sframe = arrival.key.material();
      if (sframe == null) {
        return ERASED;
      }
      try {
        int text =
            sframe.open(
                desk,
                arrival.counter,
                arrival.in,
                arrival.at,
                arrival.header,
                arrival.length,
                arrival.metadata,
                out,
                outAt,
                arrival.doubtful);
        if (text != SFrameKey.FORGED) {
          arrival.key.opened();
        }
        return text;
      } catch (CipherKey.Wiped dropped) {
        // To make room, or for good: asking again tells.
      }
    }
  }

  private Opening deliverSigned(Arrival arrival, int text) {
    OpenKey key = arrival.key;
    Hash32 digest = digest(arrival);
    FrameEpoch epoch = key.installed.epoch;
    byte[] signed =
        FrameDigest.signed(
            ring.group(),
            key.speaker.id.stay(),
            epoch.epoch(),
            epoch.revision(),
            arrival.stream,
            arrival.number(),
            digest);
    int behind = arrival.at + arrival.length;
    Bytes signature = Bytes.of(arrival.in, behind, SIGNATURE);
    if (!verifier.verify(key.speaker.id.member(), signed, signature)) {
      return Refused.FORGED;
    }
    if (arrival.isLeftBehind() && !key.speaker.isLive()) {
      return Refused.EPOCH_LEFT_BEHIND;
    }
    return deliver(arrival, FrameSource.MEMBER, text);
  }

  private Opening deliverAmortised(Arrival arrival, int text) {
    OpenKey key = arrival.key;
    if (arrival.isLeftBehind() && !key.speaker.isLive()) {
      return Refused.EPOCH_LEFT_BEHIND;
    }
    AmortisedStream stream = key.speaker.amortised(arrival.stream, ring);
    boolean mayCome = !arrival.isLeftBehind() && stream.mayComeUnvouched(arrival.number());
    VouchMemory memory = mayCome ? stream.memory() : stream.memoryIfAny();
    Hash32 digest = digest(arrival);
    VouchMemory.Frame known =
        memory == null
            ? VouchMemory.Frame.UNKNOWN
            : memory.look(arrival.number(), key.installed.serial, digest);
    return switch (known) {
      case VOUCHED, OWED, DISOWNED -> judged(arrival, text, memory, known);
      case OPENED -> Refused.REPLAYED;
      case TAKEN -> Waiting.FOR_VOUCHER;
      case UNKNOWN ->
          mayCome && memory != null
              ? deliverUnvouched(arrival, text, memory, digest)
              : arrival.isSeen ? Refused.REPLAYED : Waiting.FOR_VOUCHER;
    };
  }

  private Opening deliverUnvouched(Arrival arrival, int text, VouchMemory memory, Hash32 digest) {
    OpenKey.Lane lane = arrival.key.lane(arrival.stream, false);
    if (lane == null) {
      return Waiting.FOR_VOUCHER;
    }
    ReplayWindow.Mark mark = lane.window.mark(arrival.number());
    if (mark != ReplayWindow.Mark.FRESH) {
      return refusal(mark);
    }
    // Only now: who remembers a frame that is not delivered would report it as confirmed.
    VouchMemory.Frame known =
        memory.remember(arrival.number(), arrival.key.installed.serial, digest);
    return switch (known) {
      case UNKNOWN -> opened(arrival, FrameSource.GROUP, text);
      case VOUCHED -> opened(arrival, FrameSource.MEMBER, text);
      // Another frame, or the voucher, came between the two questions. Its number is marked by now:
      // of one that is owed that is no sign that it was opened.
      case OWED ->
          memory.settle(arrival.number())
              ? opened(arrival, FrameSource.MEMBER, text)
              : Refused.REPLAYED;
      case DISOWNED -> Refused.FORGED;
      case TAKEN -> {
        // Should this be the genuine one, it is to be delivered once its sender has signed.
        lane.window.unmark(arrival.number());
        yield Waiting.FOR_VOUCHER;
      }
      case OPENED -> Refused.REPLAYED;
    };
  }

  /** Its sender has signed, for this frame or another one of its number. */
  private static Opening judged(
      Arrival arrival, int text, @Nullable VouchMemory memory, VouchMemory.Frame known) {
    if (known == VouchMemory.Frame.DISOWNED || memory == null) {
      return Refused.FORGED;
    }
    if (known == VouchMemory.Frame.OWED) {
      // What took its number may have been under another key: it is marked under this one first.
      Opening opening = deliver(arrival, FrameSource.MEMBER, text);
      if (opening == Refused.TOO_MANY_STREAMS || opening == Refused.TOO_OLD) {
        return opening;
      }
      if (opening == Refused.REPLAYED
          && !memory.isTakenUnder(arrival.number(), arrival.key.installed.serial)) {
        // What took its number was under another key, so under this one it was opened itself.
        return opening;
      }
      return memory.settle(arrival.number())
          ? opened(arrival, FrameSource.MEMBER, text)
          : Refused.REPLAYED;
    }
    return arrival.isSeen ? Refused.REPLAYED : deliver(arrival, FrameSource.MEMBER, text);
  }

  private static Opening deliver(Arrival arrival, FrameSource source, int text) {
    OpenKey.Lane lane = arrival.key.lane(arrival.stream, source == FrameSource.MEMBER);
    if (lane == null) {
      return Refused.TOO_MANY_STREAMS;
    }
    ReplayWindow.Mark mark = lane.window.mark(arrival.number());
    return mark == ReplayWindow.Mark.FRESH ? opened(arrival, source, text) : refusal(mark);
  }

  private static Opened opened(Arrival arrival, FrameSource source, int text) {
    return new Opened(arrival.key.speaker.id, arrival.stream, arrival.number(), source, text);
  }

  private Opening openVoucher(Desk desk, Arrival arrival) {
    if (arrival.length > FrameSealer.MAX_VOUCHER) {
      return Refused.MALFORMED;
    }
    byte[] text = new byte[arrival.length];
    int length = openTag(desk, arrival, text, 0);
    if (length < 0) {
      return length == ERASED ? Waiting.FOR_KEY : Refused.FORGED;
    }
    Bytes bytes = Bytes.of(text, 0, length);
    return switch (Voucher.read(bytes)) {
      case Decoded.Malformed<Voucher> bad -> Refused.MALFORMED;
      case Decoded.Ok<Voucher> ok -> take(arrival, ok.value(), text, length);
    };
  }

  private Opening take(Arrival arrival, Voucher voucher, byte[] text, int length) {
    Speaker speaker = arrival.key.speaker;
    InstalledKey vouchedUnder = ring.installed(voucher.epoch(), voucher.revision());
    if (vouchedUnder == null) {
      return Waiting.FOR_KEY;
    }
    Hash32 body = FrameDigest.sha256(Desk.ofThisThread(), text, 0, length - SIGNATURE);
    byte[] signed = Voucher.signed(ring.group(), speaker.id.stay(), arrival.number(), body);
    if (!verifier.verify(speaker.id.member(), signed, voucher.signature())) {
      return Refused.FORGED;
    }
    OpenKey.Lane own = arrival.key.lane(FrameStream.VOUCHERS, true);
    if (own == null) {
      return Refused.TOO_MANY_STREAMS;
    }
    ReplayWindow.Mark mark = own.window.mark(arrival.number());
    if (mark != ReplayWindow.Mark.FRESH) {
      return refusal(mark);
    }
    AmortisedStream stream = speaker.amortised(voucher.stream(), ring);
    stream.vouched(voucher.last());
    Vouched vouched = apply(voucher, speaker.id, vouchedUnder.serial, stream.memory());
    news.incrementAndGet();
    return vouched;
  }

  private static Vouched apply(Voucher voucher, FrameSender sender, int key, VouchMemory memory) {
    List<Long> confirmed = new ArrayList<>();
    List<Long> disowned = new ArrayList<>();
    for (Voucher.Line line : voucher.lines()) {
      long number = voucher.first() + line.beyond();
      switch (memory.vouch(number, key, line.digest())) {
        case VOUCHED -> confirmed.add(number);
        case DISOWNED -> disowned.add(number);
        default -> {}
      }
    }
    return new Vouched(
        sender,
        voucher.stream(),
        voucher.epoch(),
        voucher.revision(),
        List.copyOf(confirmed),
        List.copyOf(disowned));
  }

  private static Hash32 digest(Arrival arrival) {
    return FrameDigest.of(
        Desk.ofThisThread(), arrival.in, arrival.at, arrival.length, arrival.metadata);
  }

  private static Refused refusal(ReplayWindow.Mark mark) {
    return mark == ReplayWindow.Mark.SEEN ? Refused.REPLAYED : Refused.TOO_OLD;
  }

  @Override
  public String toString() {
    return "FrameOpener of " + ring;
  }
}
