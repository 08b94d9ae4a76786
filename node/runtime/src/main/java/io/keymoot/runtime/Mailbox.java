package io.keymoot.runtime;

import io.keymoot.peer.Address;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What waits for a thread: the loop, or the one that opens frames. This end's own items (commands,
 * answers) have a lane of their own, so no stranger can crowd them out; what the network brought is
 * bounded for each sender and in all, and senders take turns, so that one who floods delays the
 * others by one message each. When it is full, the last of whoever has most waiting gives way to
 * one who has less.
 *
 * <p>Senders' addresses can be forged, so all that softens a flood and does not end it. The bound
 * holds in any case.
 */
final class Mailbox<T> {
  /** How much may wait of what the network brought: of one sender, and in all. */
  record Bounds(int ofOne, long bytesOfOne, int inAll, long bytesInAll) {}

  private record Item<T>(T value, int bytes) {}

  private static final class Queue<T> extends Shares.Share {
    final Address from;
    final ArrayDeque<Item<T>> items = new ArrayDeque<>();
    long bytes;

    Queue(Address from) {
      this.from = from;
    }
  }

  /** However many senders are made up, one with less than this part of the whole is at ease. */
  private static final int LEAST_SHARE = 32;

  private final Bounds bounds;
  private final Consumer<? super T> gaveWay;

  /** What a place is worth in bytes: whoever has most has it of both. */
  private final long place;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();

  // Guarded by the lock.
  private final ArrayDeque<T> own = new ArrayDeque<>();
  private final LinkedHashMap<Address, Queue<T>> senders = new LinkedHashMap<>();
  private final Shares<Queue<T>> shares = new Shares<>();
  private @Nullable T latest;
  private int fromNetwork;
  private long bytes;
  private boolean networkIsNext;
  private boolean woken;
  private boolean closed;

  final LongAdder dropped = new LongAdder();

  /** What gives way is gone. */
  Mailbox(Bounds bounds) {
    this(bounds, item -> {});
  }

  /**
   * @param gaveWay takes what was taken and gave way after all; under the lock, so it must be quick
   */
  Mailbox(Bounds bounds, Consumer<? super T> gaveWay) {
    this.bounds = bounds;
    this.gaveWay = gaveWay;
    this.place = bounds.bytesInAll / bounds.inAll;
  }

  /** Puts what the network brought; false if there was no room. */
  boolean put(Address from, T item, int length) {
    lock.lock();
    try {
      Queue<T> queue = senders.get(from);
      boolean hasItsFill =
          queue != null
              && (queue.items.size() >= bounds.ofOne || queue.bytes + length > bounds.bytesOfOne);
      if (closed || hasItsFill || !makeRoom(queue == null ? 0 : queue.has(), length)) {
        dropped.increment();
        return false;
      }
      if (queue == null) {
        queue = new Queue<>(from);
        senders.put(from, queue);
      }
      Item<T> added = new Item<>(item, length);
      queue.items.add(added);
      count(queue, added, 1);
      arrived.signal();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * @param has what its sender has waiting already
   */
  private boolean makeRoom(long has, int length) {
    while (fromNetwork >= bounds.inAll || bytes + length > bounds.bytesInAll) {
      Queue<T> most = shares.mostAbove(has + length + place);
      if (most == null) {
        return false;
      }
      Item<T> last = most.items.removeLast();
      count(most, last, -1);
      if (most.items.isEmpty()) {
        senders.remove(most.from);
      }
      dropped.increment();
      gaveWay.accept(last.value);
    }
    return true;
  }

  /** One more of them, or one less. */
  private void count(Queue<T> queue, Item<T> item, int by) {
    queue.bytes += (long) by * item.bytes;
    fromNetwork += by;
    bytes += (long) by * item.bytes;
    shares.change(queue, by * (item.bytes + place));
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
      return isAnyThere(nanos) ? next() : null;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Up to so many items, as one after the other would be taken; none if none came in time. Between
   * two busy threads handing over costs more than the rest, so it is done for many at once.
   */
  void take(long nanos, List<T> into, int most) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      if (isAnyThere(nanos)) {
        while (into.size() < most && isAnyThere() && next() instanceof T item) {
          into.add(item);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean isAnyThere(long nanos) throws InterruptedException {
    long left = nanos;
    while (!isAnyThere()) {
      if (left <= 0 || closed || woken) {
        woken = false;
        return false;
      }
      left = arrived.awaitNanos(left);
    }
    return true;
  }

  private boolean isAnyThere() {
    return !own.isEmpty() || latest != null || fromNetwork > 0;
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
    Map.Entry<Address, Queue<T>> first = senders.entrySet().iterator().next();
    Address from = first.getKey();
    Queue<T> queue = first.getValue();
    Item<T> item = queue.items.remove();
    count(queue, item, -1);
    boolean isEmpty = queue.items.isEmpty();
    if (isEmpty || senders.size() > 1) {
      senders.remove(from);
    }
    if (!isEmpty) {
      senders.putIfAbsent(from, queue);
    }
    return item.value;
  }

  /** Whether more waits than is easy, and at least this sender's share of it is its own. */
  boolean isTooMuchOf(Address from, int easy, long easyBytes) {
    lock.lock();
    try {
      Queue<T> queue = senders.get(from);
      int shares = Math.min(LEAST_SHARE, senders.size());
      return queue != null
          && ((fromNetwork > easy && queue.items.size() > easy / shares)
              || (bytes > easyBytes && queue.bytes > easyBytes / shares));
    } finally {
      lock.unlock();
    }
  }

  /** Takes nothing more, wakes whoever waits, and gives back the own items nobody will take. */
  ArrayDeque<T> close() {
    lock.lock();
    try {
      closed = true;
      ArrayDeque<T> left = new ArrayDeque<>(own);
      own.clear();
      senders.clear();
      shares.clear();
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
