package io.keymoot.runtime;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.Address;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What waits to be sent: a bounded queue for each destination, and the one thread that sends.
 *
 * <p>Destinations take turns, so one with much waiting holds nobody up for longer than one message.
 * Within a destination the order is kept. When a queue is full, its oldest heartbeat gives way
 * first; for control, frames that are not reliable give way too; else what comes last is dropped.
 * Reliable frames were promised to be sent, so they leave room for control from the start.
 */
final class Outbox {
  /** The network. Called by the one thread only. */
  interface Wire {
    void send(Optional<Address> to, Quality quality, Bytes message) throws Exception;

    /**
     * Sends what is due beside the queue; answers how many milliseconds there are until more is.
     */
    default long errands() throws Exception {
      return Long.MAX_VALUE;
    }

    /** A bug stopped the one thread: nothing is sent any more. */
    default void stoppedBy(Throwable bug) {}
  }

  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);

  private record Parcel(Quality quality, Bytes message) {}

  private record Outgoing(Optional<Address> to, Parcel parcel) {}

  private static final class Queue {
    final ArrayDeque<Parcel> parcels = new ArrayDeque<>();
    long bytes;
    int frames;
    long frameBytes;

    /** One more of these, or one less. */
    void count(Parcel parcel, int by) {
      bytes += (long) by * parcel.message.length();
      if (parcel.quality.isFrame()) {
        frames += by;
        frameBytes += (long) by * parcel.message.length();
      }
    }
  }

  private final Wire wire;
  private final Thread sender;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock. The map's first entry is the next to send; empty stands for everybody.
  private final LinkedHashMap<Optional<Address>, Queue> queues = new LinkedHashMap<>();
  private long bytesInAll;
  private boolean sending;
  private boolean closed;
  private boolean woken;

  final LongAdder sent = new LongAdder();
  final LongAdder dropped = new LongAdder();
  final LongAdder failed = new LongAdder();

  Outbox(String name, Wire wire) {
    this.wire = wire;
    this.sender = Thread.ofPlatform().daemon().name(name + "-sender").unstarted(this::run);
  }

  void start() {
    sender.start();
  }

  boolean put(Optional<Address> to, Quality quality, Bytes message) {
    lock.lock();
    try {
      boolean taken = !closed && makeRoom(to, quality, message.length());
      if (taken) {
        boolean isFirst = queues.isEmpty();
        Queue queue = queues.computeIfAbsent(to, unseen -> new Queue());
        Parcel parcel = new Parcel(quality, message);
        queue.parcels.add(parcel);
        queue.count(parcel, 1);
        bytesInAll += message.length();
        if (isFirst) {
          changed.signal();
        }
      } else {
        dropped.increment();
      }
      return taken;
    } finally {
      lock.unlock();
    }
  }

  private boolean makeRoom(Optional<Address> to, Quality quality, int length) {
    Queue queue = queues.get(to);
    if (queue == null) {
      return queues.size() < RuntimeLimits.DESTINATIONS
          && bytesInAll + length <= RuntimeLimits.QUEUED_BYTES_IN_ALL;
    }
    if (quality.isFrame()
        && (queue.frames >= RuntimeLimits.QUEUED_FRAMES_PER_DESTINATION
            || queue.frameBytes + length > RuntimeLimits.QUEUED_FRAME_BYTES_PER_DESTINATION)) {
      return false;
    }
    while (!fits(queue, length)) {
      if (!dropOldest(queue, Quality.HEARTBEAT)
          && !dropOldest(queue, Quality.PRESENCE)
          && !(quality == Quality.CONTROL && dropOldest(queue, Quality.FRAME))) {
        return false;
      }
    }
    return true;
  }

  private boolean fits(Queue queue, int length) {
    return queue.parcels.size() < RuntimeLimits.QUEUED_PER_DESTINATION
        && queue.bytes + length <= RuntimeLimits.QUEUED_BYTES_PER_DESTINATION
        && bytesInAll + length <= RuntimeLimits.QUEUED_BYTES_IN_ALL;
  }

  private boolean dropOldest(Queue queue, Quality quality) {
    for (Iterator<Parcel> each = queue.parcels.iterator(); each.hasNext(); ) {
      Parcel parcel = each.next();
      if (parcel.quality == quality) {
        each.remove();
        queue.count(parcel, -1);
        bytesInAll -= parcel.message.length();
        dropped.increment();
        return true;
      }
    }
    return false;
  }

  private void run() {
    try {
      boolean more = true;
      long untilErrands = Long.MAX_VALUE;
      while (more) {
        more = sendNext(untilErrands);
        untilErrands = errands();
      }
    } catch (InterruptedException closing) {
      // The network held this thread until the time for closing was over.
    } catch (Throwable bug) {
      wire.stoppedBy(bug);
    } finally {
      lock.lock();
      try {
        closed = true;
        queues.clear();
        bytesInAll = 0;
        sending = false;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /** Sends what waits, some at a time; nothing if there is nothing in time. False when closed. */
  private boolean sendNext(long untilErrands) throws InterruptedException {
    List<Outgoing> next = new ArrayList<>();
    lock.lockInterruptibly();
    try {
      sending = false;
      while (queues.isEmpty()) {
        changed.signalAll();
        if (closed) {
          return false;
        }
        if (woken || !awaitMillis(untilErrands)) {
          woken = false;
          return true;
        }
      }
      while (!queues.isEmpty() && next.size() < RuntimeLimits.MESSAGES_AT_ONCE) {
        next.add(takeNext());
      }
      sending = true;
    } finally {
      lock.unlock();
    }
    for (Outgoing each : next) {
      send(each);
    }
    return true;
  }

  private Outgoing takeNext() {
    Map.Entry<Optional<Address>, Queue> first = queues.entrySet().iterator().next();
    Optional<Address> to = first.getKey();
    Queue queue = first.getValue();
    Parcel parcel = queue.parcels.remove();
    queue.count(parcel, -1);
    bytesInAll -= parcel.message.length();
    boolean isEmpty = queue.parcels.isEmpty();
    if (isEmpty || queues.size() > 1) {
      // To the end of the line, or out of it.
      queues.remove(to);
    }
    if (!isEmpty) {
      queues.putIfAbsent(to, queue);
    }
    return new Outgoing(to, parcel);
  }

  private void send(Outgoing next) throws InterruptedException {
    try {
      wire.send(next.to, next.parcel.quality, next.parcel.message);
      sent.increment();
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      failed.increment();
      LOG.debug("Not sent: {}", e.toString());
    }
  }

  private boolean awaitMillis(long millis) throws InterruptedException {
    if (millis == Long.MAX_VALUE) {
      changed.await();
      return true;
    }
    return millis > 0 && changed.await(millis, TimeUnit.MILLISECONDS);
  }

  private long errands() throws InterruptedException {
    try {
      return wire.errands();
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      failed.increment();
      LOG.debug("Not sent: {}", e.toString());
      return RuntimeLimits.ASK_BREATH_MILLIS;
    }
  }

  /** There are errands, or there are sooner than was said. */
  void wake() {
    lock.lock();
    try {
      woken = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Sends what is queued, for as long as is given, and stops. */
  void close(long flushMillis) {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
      long left = TimeUnit.MILLISECONDS.toNanos(flushMillis);
      while ((sending || !queues.isEmpty()) && left > 0 && sender.isAlive()) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
    sender.interrupt();
  }

  /** For tests: what waits for one destination, or for everybody. */
  int waiting(@Nullable Address to) {
    lock.lock();
    try {
      Queue queue = queues.get(Optional.ofNullable(to));
      return queue == null ? 0 : queue.parcels.size();
    } finally {
      lock.unlock();
    }
  }
}
