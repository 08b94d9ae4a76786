package io.keymoot.runtime;

import io.keymoot.peer.Address;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What waits for the loop. This end's own items (commands, answers) have a lane of their own, so no
 * stranger can crowd them out; what the network brought is bounded for each sender and in all, and
 * senders take turns, so that one who floods delays the others by one message each.
 *
 * <p>Senders' addresses can be forged, so the turns soften a flood and do not end it. The bound
 * holds in any case.
 */
final class Mailbox<T> {
  private record Item<T>(T value, int bytes) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();

  // Guarded by the lock.
  private final ArrayDeque<T> own = new ArrayDeque<>();
  private final LinkedHashMap<Address, ArrayDeque<Item<T>>> senders = new LinkedHashMap<>();
  private @Nullable T latest;
  private int fromNetwork;
  private long bytes;
  private boolean networkIsNext;
  private boolean woken;
  private boolean closed;

  final LongAdder dropped = new LongAdder();

  /** Puts what the network brought; false if there was no room. */
  boolean put(Address from, T item, int length) {
    lock.lock();
    try {
      ArrayDeque<Item<T>> queue = senders.get(from);
      if (closed
          || fromNetwork >= RuntimeLimits.WAITING_IN_ALL
          || bytes + length > RuntimeLimits.WAITING_BYTES_IN_ALL
          || (queue != null && queue.size() >= RuntimeLimits.WAITING_PER_SENDER)) {
        dropped.increment();
        return false;
      }
      if (queue == null) {
        queue = new ArrayDeque<>();
        senders.put(from, queue);
      }
      queue.add(new Item<>(item, length));
      fromNetwork++;
      bytes += length;
      arrived.signal();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Puts an item of this end; its giver keeps the number of them bounded. False once closed. */
  boolean putOwn(T item) {
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      own.add(item);
      arrived.signal();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Puts an item that makes the last one put this way worthless, if that still waits. */
  void putLatest(T item) {
    lock.lock();
    try {
      if (!closed) {
        latest = item;
        arrived.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Lets whoever waits go on with nothing. */
  void wake() {
    lock.lock();
    try {
      woken = true;
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The next item; null if none came in time. */
  @Nullable T take(long nanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = nanos;
      while (own.isEmpty() && latest == null && fromNetwork == 0) {
        if (left <= 0 || closed || woken) {
          woken = false;
          return null;
        }
        left = arrived.awaitNanos(left);
      }
      return next();
    } finally {
      lock.unlock();
    }
  }

  /** How many items wait. */
  int waiting() {
    lock.lock();
    try {
      return own.size() + fromNetwork + (latest == null ? 0 : 1);
    } finally {
      lock.unlock();
    }
  }

  // Own items and the network's take turns: neither can starve the other.
  private @Nullable T next() {
    boolean ownWaits = latest != null || !own.isEmpty();
    if (fromNetwork > 0 && (networkIsNext || !ownWaits)) {
      networkIsNext = false;
      return nextFromNetwork();
    }
    networkIsNext = true;
    if (latest != null) {
      T item = latest;
      latest = null;
      return item;
    }
    return own.poll();
  }

  private T nextFromNetwork() {
    Map.Entry<Address, ArrayDeque<Item<T>>> first = senders.entrySet().iterator().next();
    Address from = first.getKey();
    ArrayDeque<Item<T>> queue = first.getValue();
    Item<T> item = queue.remove();
    fromNetwork--;
    bytes -= item.bytes;
    senders.remove(from);
    if (!queue.isEmpty()) {
      senders.put(from, queue);
    }
    return item.value;
  }

  /** Takes nothing more, wakes whoever waits, and gives back the own items nobody will take. */
  ArrayDeque<T> close() {
    lock.lock();
    try {
      closed = true;
      ArrayDeque<T> left = new ArrayDeque<>(own);
      own.clear();
      senders.clear();
      latest = null;
      fromNetwork = 0;
      bytes = 0;
      arrived.signalAll();
      return left;
    } finally {
      lock.unlock();
    }
  }
}
