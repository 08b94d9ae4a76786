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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All of a node that has to do with frames. They do not pass the loop: they are sealed on the
 * caller's thread, and opened on one of their own, which also tries again what came before its key,
 * sends the signatures of amortised streams, and what was held while no key could be sent under.
 */
final class FrameWork implements AutoCloseable {
  /** The last stream of each kind is the node's own, for its messages. */
  private static final int OWN_INDEX = FrameStream.OF_A_KIND - 1;

  /** How often the thread looks round though nothing waits and nobody nudged it. */
  private static final long REST_MILLIS = 30_000;

  /** What the thread is woken by. */
  private sealed interface Reason {}

  private record Arrived(Address from, Bytes frame) implements Reason {}

  /** The ring has changed, a signature is due, or something waits from now on. */
  private record Nudge() implements Reason {}

  private record Held(Bytes message, Authentication proof, Delivery delivery) {}

  /** A frame of the application's that came before its key. */
  private record Late(Opening.Opened frame, byte[] plaintext) {}

  /** Names the sender of a frame. */
  interface Naming {
    From of(MemberId sender, boolean isProved);
  }

  private final String name;
  private final Supplier<Tick> clock;
  private final Consumer<NodeEvent> events;
  private final Naming naming;
  private final Consumer<Throwable> brokenBy;
  private final BlockingQueue<Reason> waiting =
      new ArrayBlockingQueue<>(RuntimeLimits.FRAMES_WAITING);
  private final AtomicBoolean nudged = new AtomicBoolean();

  /**
   * Nothing waits that time alone could move: whoever changes that must nudge. Set before the
   * thread looks a last time whether it is so, and read after something was left waiting, so one of
   * the two sees the other.
   */
  private volatile boolean atRest;

  /** The application opens or seals by itself what waits, or falls due, unseen from here. */
  private volatile boolean sharesFrames;

  private final Map<FrameStream, EventFeed<Late>> late = new ConcurrentHashMap<>();
  private final Thread thread;
  final LongAdder dropped = new LongAdder();

  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Held> held = new ArrayDeque<>(); // guarded by the lock
  private long heldBytes; // guarded by the lock
  private final TreeSet<Integer> inUse = new TreeSet<>(); // streams sealed here; by the lock
  private final TreeSet<Integer> lent = new TreeSet<>(); // to whom is still there; by the lock
  private final TreeSet<Integer> spent = new TreeSet<>(); // lent once in this stay; by the lock

  private volatile @Nullable FrameDesk desk;
  private volatile @Nullable Transport transport;
  private volatile boolean closed;

  /**
   * @param brokenBy told of a bug that stopped the thread, which then opens nothing any more
   */
  FrameWork(
      String name,
      Supplier<Tick> clock,
      Consumer<NodeEvent> events,
      Naming naming,
      Consumer<Throwable> brokenBy) {
    this.name = name;
    this.brokenBy = brokenBy;
    this.clock = clock;
    this.events = events;
    this.naming = naming;
    this.thread = Thread.ofPlatform().daemon().name(name + "-frames").unstarted(this::run);
  }

  void start(Transport open) {
    transport = open;
    thread.start();
  }

  // ---- the loop's side

  void use(FrameDesk next) {
    desk = next;
    nudge();
  }

  /** Frames that wait may open now, and what is held may go. */
  void ringChanged() {
    nudge();
  }

  /** Counters begin anew with a stay, so streams that were lent once may be lent again. */
  void beginStay() {
    lock.lock();
    try {
      spent.clear();
      spent.addAll(lent);
    } finally {
      lock.unlock();
    }
  }

  private void nudge() {
    if (nudged.compareAndSet(false, true) && !waiting.offer(new Nudge())) {
      nudged.set(false); // The thread is busy, and looks around after each frame.
    }
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
      if (held.size() >= RuntimeLimits.HELD_MESSAGES
          || heldBytes + message.length() > RuntimeLimits.HELD_BYTES) {
        return Sent.FULL;
      }
      held.add(new Held(message, proof, delivery));
      heldBytes += message.length();
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
    Sealing sealing = sealer.seal(clock.get(), stream, in, 0, in.length, frame, 0);
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

  private void sendHeld() {
    lock.lock();
    try {
      for (Held next = held.peek(); next != null; next = held.peek()) {
        if (sendNow(next.message, next.proof, next.delivery) != Sent.SENT) {
          return;
        }
        held.remove();
        heldBytes -= next.message.length();
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
      heldBytes = 0;
    } finally {
      lock.unlock();
    }
  }

  private Optional<FrameSealer> sealerNow() {
    FrameDesk at = desk;
    return at == null ? Optional.empty() : at.sealer();
  }

  private Optional<FrameOpener> openerNow() {
    FrameDesk at = desk;
    return at == null ? Optional.empty() : Optional.of(at.opener());
  }

  // ---- streams of the application

  StreamSealer sealer(FrameStream stream) {
    lock.lock();
    try {
      if (stream.index() == OWN_INDEX || spent.contains(stream.number())) {
        throw new IllegalArgumentException(
            stream + " is taken: by the node itself, or by who subscribed to keys");
      }
      inUse.add(stream.number());
    } finally {
      lock.unlock();
    }
    if (stream.authentication() == Authentication.AMORTISED) {
      shareFrames();
    }
    return new StreamSealer(stream, this::sealerNow, clock, this::nudge);
  }

  StreamOpener opener(FrameStream stream, LateFrames whenLate) {
    EventFeed<Late> feed = new EventFeed<>(name + "-late");
    if (stream.index() == OWN_INDEX || late.putIfAbsent(stream, feed) != null) {
      throw new IllegalArgumentException(stream + " has its opener already");
    }
    shareFrames();
    feed.listen((id, each) -> whenLate.opened(each.frame, each.plaintext, 0));
    return new StreamOpener(
        stream,
        this::openerNow,
        clock,
        () -> {
          late.remove(stream, feed);
          feed.close();
        });
  }

  private void shareFrames() {
    sharesFrames = true;
    nudgeIfAtRest();
  }

  /** Streams for somebody outside: from the last of them down, and each only once in a stay. */
  List<FrameStream> lend(int count) {
    if (count < 0 || count > RuntimeLimits.STREAMS_PER_SUBSCRIPTION) {
      throw new IllegalArgumentException(
          "a subscription has up to "
              + RuntimeLimits.STREAMS_PER_SUBSCRIPTION
              + " streams, not "
              + count);
    }
    lock.lock();
    try {
      List<FrameStream> streams = new ArrayList<>();
      for (int index = OWN_INDEX - 1; index >= 0 && streams.size() < count; index--) {
        FrameStream stream = FrameStream.of(Authentication.NONE, index);
        if (!spent.contains(stream.number()) && !inUse.contains(stream.number())) {
          streams.add(stream);
        }
      }
      if (streams.size() < count) {
        throw new NotNow("no stream is left in this stay; renew() begins another");
      }
      for (FrameStream stream : streams) {
        spent.add(stream.number());
        lent.add(stream.number());
      }
      return List.copyOf(streams);
    } finally {
      lock.unlock();
    }
  }

  /** Whoever had them seals no more; in this stay nobody else does either. */
  void giveBack(List<FrameStream> streams) {
    lock.lock();
    try {
      streams.forEach(stream -> lent.remove(stream.number()));
    } finally {
      lock.unlock();
    }
  }

  // ---- receiving

  void arrived(Address from, Bytes frame) {
    if (!waiting.offer(new Arrived(from, frame))) {
      // A late frame is worth little: the sender's next ones are not held up for it.
      dropped.increment();
    }
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
    long opened = 0;
    try {
      while (!Thread.currentThread().isInterrupted()) {
        Reason next = waiting.poll();
        if (next == null) {
          next = waiting.poll(patience(), TimeUnit.MILLISECONDS);
          atRest = false;
        }
        if (next instanceof Nudge) {
          nudged.set(false);
        }
        FrameDesk at = desk;
        if (at == null) {
          continue;
        }
        if (next instanceof Arrived arrived) {
          open(at, arrived);
          if (++opened % RuntimeLimits.FRAMES_PER_LOOK == 0) {
            slowDown(arrived.from);
          }
        }
        // Now and then in any case, however many frames come.
        Tick now = clock.get();
        if (!(next instanceof Arrived)
            || now.millisSince(lookedRound) > RuntimeLimits.DRAIN_MILLIS) {
          lookedRound = now;
          at.drain(now, sink);
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
    return isSomethingToCome() ? RuntimeLimits.DRAIN_MILLIS : REST_MILLIS;
  }

  private boolean isSomethingToCome() {
    return sharesFrames
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

  /** Who sends more is met here more often. */
  private void slowDown(Address from) {
    Transport open = transport;
    if (open != null && waiting.size() > RuntimeLimits.FRAMES_AT_EASE) {
      open.tooFast(from);
    }
  }

  private void open(FrameDesk at, Arrived arrived) {
    FrameDesk.Opened opened = at.open(clock.get(), arrived.from.value().hashCode(), arrived.frame);
    switch (opened.opening()) {
      case Opening.Opened frame -> deliver(frame, opened.plaintext().toArray(), 0);
      case Opening.Vouched vouched -> {
        tell(vouched);
        nudge();
      }
      case Opening.Waiting why -> events.accept(new NodeEvent.Unopened(why));
      case Opening.Refused why -> events.accept(new NodeEvent.Unopened(why));
    }
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
      takes.publish(new Late(frame, Arrays.copyOfRange(plaintext, at, at + frame.length())));
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
    if (open == null || sealer == null || sealer.voucherDeadline().isEmpty()) {
      return;
    }
    byte[] out = new byte[FrameSealer.MAX_VOUCHER];
    while (sealer.nextVoucher(clock.get(), out, 0) instanceof Sealing.Sealed sealed) {
      open.multicast(Quality.RELIABLE_FRAME, Bytes.of(out, 0, sealed.length()));
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      if (thread.isAlive()) {
        thread.join(RuntimeLimits.LAST_STEP);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    dropHeld();
    late.values().forEach(EventFeed::close);
  }
}
