package io.keymoot.runtime;

import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.frame.Authentication;
import io.keymoot.flatkeying.frame.FrameOpener;
import io.keymoot.flatkeying.frame.FrameSealer;
import io.keymoot.flatkeying.frame.FrameSink;
import io.keymoot.flatkeying.frame.FrameSource;
import io.keymoot.flatkeying.frame.FrameStream;
import io.keymoot.flatkeying.frame.Opening;
import io.keymoot.flatkeying.frame.Sealing;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.Address;
import io.keymoot.peer.FrameDesk;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All of a node that has to do with frames. They do not pass the loop: they are sealed on the
 * caller's thread, and opened on one of their own, which also tries again what came before its key,
 * sends the signatures of amortised streams, and what was held while no key could be sent under.
 *
 * <p>Long, but whole: all that wakes this one thread, and all that it then looks after.
 */
final class FrameWork implements AutoCloseable {
  /** The last stream of each kind is the node's own, for its messages. */
  private static final int OWN_INDEX = FrameStream.OF_A_KIND - 1;

  /** What the thread is woken by. */
  private sealed interface Reason {}

  /**
   * @param again has the sender say it again, if it is reliable
   */
  private record Arrived(Address from, Bytes frame, @Nullable Runnable again) implements Reason {}

  /** The ring has changed, a signature is due, or something waits from now on. */
  private record Nudge() implements Reason {}

  /** A frame of the application's that came before its key. */
  private record Late(Opening.Opened frame, Bytes plaintext) {}

  /** Names the sender of a frame. */
  interface Naming {
    From of(MemberId sender, boolean isProved);
  }

  private final String name;
  private final Supplier<Tick> clock;
  private final BooleanSupplier maySeal;
  private final Consumer<NodeEvent> events;
  private final Naming naming;
  private final Consumer<Throwable> brokenBy;
  private final Mailbox<Reason> waiting =
      new Mailbox<>(
          new Mailbox.Bounds(
              RuntimeLimits.FRAMES_WAITING_OF_ONE,
              RuntimeLimits.FRAME_BYTES_WAITING_OF_ONE,
              RuntimeLimits.FRAMES_WAITING,
              RuntimeLimits.FRAME_BYTES_WAITING),
          FrameWork::sayAgain);

  /**
   * Nothing waits that time alone could move: whoever changes that must nudge. Set before the
   * thread looks a last time whether it is so, and read after something was left waiting, so one of
   * the two sees the other.
   */
  private volatile boolean atRest;

  /** Frames that could not be opened when they came may open now. */
  private final AtomicBoolean hasChanged = new AtomicBoolean();

  private final Map<FrameStream, EventFeed<Late>> late = new ConcurrentHashMap<>();
  private final Thread thread;

  private final ReentrantLock lock = new ReentrantLock();
  private final HeldMessages held = new HeldMessages(); // guarded by the lock

  /** What is sealed in which stream of this stay. */
  final Streams streams = new Streams(OWN_INDEX);

  private volatile @Nullable FrameDesk desk;
  private volatile @Nullable Transport transport;
  private volatile boolean closed;

  // Of the thread alone.
  private final Untold unopened;
  private final Keyless keyless = new Keyless();
  private final Sources sources = new Sources();
  private long opened;

  /** A voucher that found no room; of the thread alone. */
  private @Nullable Bytes unsent;

  /**
   * @param maySeal asked before each frame; while it says no, messages are held
   * @param brokenBy told of a bug that stopped the thread, which then opens nothing any more
   */
  FrameWork(
      String name,
      Supplier<Tick> clock,
      BooleanSupplier maySeal,
      Consumer<NodeEvent> events,
      Naming naming,
      Consumer<Throwable> brokenBy) {
    this.name = name;
    this.brokenBy = brokenBy;
    this.clock = clock;
    this.maySeal = maySeal;
    this.events = events;
    this.naming = naming;
    this.unopened = new Untold(events);
    this.thread = Thread.ofPlatform().daemon().name(name + "-frames").unstarted(this::run);
  }

  void start(Transport open) {
    transport = open;
    thread.start();
  }

  // ---- the loop's side

  void use(FrameDesk next) {
    desk = next;
    ringChanged();
  }

  /** Frames that wait may open now, and what is held may go. */
  void ringChanged() {
    hasChanged.set(true);
    nudge();
  }

  private void nudge() {
    waiting.putLatest(new Nudge());
  }

  private void nudgeIfAtRest() {
    if (atRest) {
      nudge();
    }
  }

  // ---- sending

  Sent send(Bytes message, Authentication proof, Delivery delivery) {
    lock.lock();
    try {
      // What is held goes first: order stays.
      if (held.isEmpty()) {
        Sent sent = sendNow(message, proof, delivery);
        if (sent != Sent.HELD) {
          return sent;
        }
      }
      if (!held.add(new HeldMessages.Message(message, proof, delivery))) {
        return Sent.FULL;
      }
      nudgeIfAtRest();
      return Sent.HELD;
    } finally {
      lock.unlock();
    }
  }

  private Sent sendNow(Bytes message, Authentication proof, Delivery delivery) {
    Transport open = transport;
    FrameSealer sealer = sealerNow().orElse(null);
    if (open == null || sealer == null) {
      return Sent.HELD;
    }
    if (!open.mayGo()) {
      return Sent.FULL;
    }
    byte[] in = message.toArray();
    byte[] frame = new byte[in.length + FrameSealer.MAX_OVERHEAD];
    FrameStream stream = FrameStream.of(proof, OWN_INDEX);
    Sealing sealing = seal(() -> sealer.seal(clock.get(), stream, in, 0, in.length, frame, 0));
    Arrays.fill(in, (byte) 0);
    if (!(sealing instanceof Sealing.Sealed sealed)) {
      return Sent.HELD;
    }
    if (sealed.voucherDue()) {
      nudge();
    } else if (proof == Authentication.AMORTISED) {
      nudgeIfAtRest(); // its signature falls due by time
    }
    Quality quality = delivery == Delivery.RELIABLE ? Quality.RELIABLE_FRAME : Quality.FRAME;
    return open.multicast(quality, Bytes.of(frame, 0, sealed.length())) ? Sent.SENT : Sent.FULL;
  }

  private static Sealing seal(Supplier<Sealing> sealing) {
    try {
      return sealing.get();
    } catch (FrameDesk.Closed over) {
      return Sealing.NotSealed.STAY_OVER;
    }
  }

  private void sendHeld() {
    lock.lock();
    try {
      for (HeldMessages.Message next = held.first(); next != null; next = held.first()) {
        if (sendNow(next.text(), next.proof(), next.delivery()) != Sent.SENT) {
          return;
        }
        held.removeFirst();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Nothing that is held will go any more. */
  void dropHeld() {
    lock.lock();
    try {
      held.clear();
    } finally {
      lock.unlock();
    }
  }

  private Optional<FrameSealer> sealerNow() {
    FrameDesk at = desk;
    return at == null || !maySeal.getAsBoolean() ? Optional.empty() : at.sealer();
  }

  private Optional<FrameOpener> openerNow() {
    FrameDesk at = desk;
    return at == null ? Optional.empty() : Optional.of(at.opener());
  }

  // ---- streams of the application

  StreamSealer sealer(FrameStream stream) {
    streams.use(stream);
    // A signature that is not due yet falls due by time.
    Runnable sealed =
        stream.authentication() == Authentication.AMORTISED ? this::nudgeIfAtRest : () -> {};
    return new StreamSealer(stream, this::sealerNow, clock, sealed, this::nudge);
  }

  StreamOpener opener(FrameStream stream, LateFrames whenLate) {
    EventFeed<Late> feed =
        new EventFeed<>(
            name + "-late", new EventFeed.Keep<>(0, 0, frame -> frame.plaintext.length()));
    if (stream.index() == OWN_INDEX || late.putIfAbsent(stream, feed) != null) {
      throw new IllegalArgumentException(stream + " has its opener already");
    }
    feed.listen((id, each) -> whenLate.opened(each.frame, each.plaintext.toArray(), 0));
    return new StreamOpener(
        stream,
        this::openerNow,
        clock,
        this::nudgeIfAtRest,
        () -> {
          late.remove(stream, feed);
          feed.close();
        });
  }

  // ---- receiving

  /** False if there is no room for it. */
  boolean arrived(Address from, Bytes frame, @Nullable Runnable again) {
    Arrived arrived = new Arrived(from, frame, again);
    boolean isTaken = waiting.put(from, arrived, frame.length());
    if (!isTaken) {
      sayAgain(arrived);
    }
    return isTaken;
  }

  private static void sayAgain(Reason gone) {
    if (gone instanceof Arrived arrived && arrived.again != null) {
      arrived.again.run();
    }
  }

  /** For tests: frames that wait for the thread. */
  int waiting() {
    return waiting.waiting();
  }

  /** Frames for which there was no room. */
  long dropped() {
    return waiting.dropped.sum();
  }

  /** Reliable frames whose key did not come in time. */
  long withoutKey() {
    return keyless.lost();
  }

  private final FrameSink sink =
      new FrameSink() {
        @Override
        public void opened(Opening.Opened frame, byte[] plaintext, int at) {
          deliver(frame, plaintext, at);
        }

        @Override
        public void vouched(Opening.Vouched vouched) {
          tell(vouched);
        }
      };

  private void run() {
    Tick lookedRound = Tick.ZERO;
    List<Reason> reasons = new ArrayList<>();
    try {
      while (!Thread.currentThread().isInterrupted()) {
        reasons.clear();
        waiting.take(0, reasons, RuntimeLimits.FRAMES_AT_ONCE);
        if (reasons.isEmpty()) {
          waiting.take(
              TimeUnit.MILLISECONDS.toNanos(patience()), reasons, RuntimeLimits.FRAMES_AT_ONCE);
          atRest = false;
        }
        FrameDesk at = desk;
        if (at == null) {
          continue;
        }
        boolean isNudged = reasons.isEmpty();
        for (Reason each : reasons) {
          switch (each) {
            case Arrived arrived -> open(at, arrived);
            case Nudge nudge -> isNudged = true;
          }
        }
        // Now and then in any case, however many frames come.
        Tick now = clock.get();
        if (isNudged || now.millisSince(lookedRound) > RuntimeLimits.DRAIN_MILLIS) {
          lookedRound = now;
          boolean mayOpen = hasChanged.getAndSet(false);
          at.drain(now, sink);
          keyless.tryAgain(now, mayOpen, frame -> stillWaits(at, now, frame));
          unopened.tell(now);
          sendVouchers();
          sendHeld();
        }
      }
    } catch (InterruptedException closing) {
      // Only close() interrupts this thread.
    } catch (Throwable bug) {
      if (!closed) {
        brokenBy.accept(bug);
      }
    }
  }

  /** How long to wait for a frame or a nudge: for long, if nothing falls due before one comes. */
  private long patience() {
    atRest = true;
    if (isSomethingToCome()) {
      // It looks round soon by itself.
      atRest = false;
      return RuntimeLimits.DRAIN_MILLIS;
    }
    return RuntimeLimits.FRAMES_REST_MILLIS;
  }

  private boolean isSomethingToCome() {
    return unsent != null
        || keyless.isAny()
        || unopened.isAny()
        || isAnythingHeld()
        || openerNow().filter(FrameOpener::isAnythingWaiting).isPresent()
        || sealerNow().flatMap(FrameSealer::voucherDeadline).isPresent();
  }

  private boolean isAnythingHeld() {
    lock.lock();
    try {
      return !held.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Sources take turns, so each that sends more than is opened is met here soon. */
  private void slowDown(Address from) {
    Transport open = transport;
    if (open != null
        && waiting.isTooMuchOf(
            from, RuntimeLimits.FRAMES_AT_EASE, RuntimeLimits.FRAME_BYTES_AT_EASE)) {
      open.tooFast(from);
    }
  }

  private void open(FrameDesk at, Arrived arrived) {
    if (++opened % RuntimeLimits.FRAMES_PER_LOOK == 0) {
      slowDown(arrived.from);
    }
    FrameDesk.Opened opened = at.open(clock.get(), sources.of(arrived.from), arrived.frame);
    switch (opened.opening()) {
      case Opening.Opened frame -> deliver(frame, opened.plaintext().toArray(), 0);
      case Opening.Vouched vouched -> {
        tell(vouched);
        ringChanged();
      }
      case Opening.Waiting why -> unopened(at, arrived, why);
      case Opening.Refused why -> unopened(at, arrived, why);
    }
  }

  private void unopened(FrameDesk at, Arrived arrived, Opening why) {
    // What came before this device was in was not for it.
    if (mayOpenLater(why) && arrived.again != null && at.sealer().isPresent()) {
      keyless.add(new Keyless.Frame(arrived.from, arrived.frame, clock.get()));
    }
    unopened.count(why, clock.get());
  }

  private static boolean mayOpenLater(Opening why) {
    return why instanceof Opening.Waiting || why == Opening.Refused.TOO_MANY_WAITING;
  }

  private boolean stillWaits(FrameDesk at, Tick now, Keyless.Frame frame) {
    FrameDesk.Opened opened = at.open(now, sources.of(frame.from()), frame.frame());
    switch (opened.opening()) {
      case Opening.Opened late -> deliver(late, opened.plaintext().toArray(), 0);
      case Opening.Vouched vouched -> {
        tell(vouched);
        ringChanged();
      }
      case Opening.Waiting why -> {}
      case Opening.Refused why -> {} // most often because the opener delivered it
    }
    return mayOpenLater(opened.opening());
  }

  private void deliver(Opening.Opened frame, byte[] plaintext, int at) {
    if (frame.stream().index() == OWN_INDEX) {
      From from = naming.of(frame.sender().member(), frame.source() == FrameSource.MEMBER);
      events.accept(
          new NodeEvent.Message(
              from, frame.stream(), frame.number(), Bytes.of(plaintext, at, frame.length())));
      return;
    }
    EventFeed<Late> takes = late.get(frame.stream());
    if (takes != null) {
      takes.publish(new Late(frame, Bytes.of(plaintext, at, frame.length())));
    }
  }

  private void tell(Opening.Vouched vouched) {
    if (!vouched.confirmed().isEmpty()) {
      events.accept(
          new NodeEvent.Confirmed(
              vouched.sender().member(), vouched.stream(), vouched.confirmed()));
    }
    if (!vouched.disowned().isEmpty()) {
      events.accept(
          new NodeEvent.Disowned(vouched.sender().member(), vouched.stream(), vouched.disowned()));
    }
  }

  private void sendVouchers() {
    Transport open = transport;
    FrameSealer sealer = sealerNow().orElse(null);
    if (open == null || !isSent(open) || sealer == null || sealer.voucherDeadline().isEmpty()) {
      return;
    }
    byte[] out = new byte[FrameSealer.MAX_VOUCHER];
    do {
      Sealing sealing = seal(() -> sealer.nextVoucher(clock.get(), out, 0));
      if (!(sealing instanceof Sealing.Sealed sealed)) {
        return;
      }
      unsent = Bytes.of(out, 0, sealed.length());
    } while (isSent(open));
  }

  /** What finds its queue full goes out a little later: nobody else signs for those frames. */
  private boolean isSent(Transport open) {
    Bytes voucher = unsent;
    if (voucher != null && open.multicast(Quality.RELIABLE_FRAME, voucher)) {
      unsent = null;
    }
    return unsent == null;
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      if (thread.isAlive()) {
        thread.join(RuntimeLimits.LAST_FRAME);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    waiting.close();
    keyless.close();
    dropHeld();
    late.values().forEach(EventFeed::close);
  }
}
