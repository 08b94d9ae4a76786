package io.keymoot.runtime;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners what happened. Each listener has a thread and a bounded queue of its own, so a
 * slow one stalls neither the publisher nor the other listeners; it loses events and is told which.
 * Whatever a listener throws, it is told the next event.
 *
 * @param <T> the events
 */
public final class EventFeed<T> implements AutoCloseable {
  /** Called on a thread of its own, one event at a time, in order. It may take its time. */
  @FunctionalInterface
  public interface Listener<T> {
    /**
     * @param id counts the events of the feed, one by one, from 1
     */
    void event(long id, T event);

    /** This listener was too slow, so these events, both included, passed it by. */
    default void missed(long firstId, long lastId) {}
  }

  /** Ends a listener's calls; one that is in progress is let finish. */
  public interface Subscription extends AutoCloseable {
    @Override
    void close();
  }

  private static final Logger LOG = LoggerFactory.getLogger(EventFeed.class);

  private final String name;
  private final Keep<? super T> keep;
  private final List<Line> lines = new CopyOnWriteArrayList<>();
  private final ReentrantLock publishing = new ReentrantLock();
  private final ArrayDeque<Numbered<T>> kept = new ArrayDeque<>(); // guarded by publishing
  private long keptBytes; // guarded by publishing
  private long lastId; // guarded by publishing
  private boolean closed; // guarded by publishing

  /** A feed that keeps nothing of what is over. */
  public EventFeed(String name) {
    this(name, new Keep<>(0, 0, event -> 0));
  }

  /**
   * What of the past a listener can still ask for.
   *
   * @param most events
   * @param bytes that they take, as {@code weight} says, at most
   */
  public record Keep<T>(int most, long bytes, ToIntFunction<T> weight) {}

  public EventFeed(String name, Keep<? super T> keep) {
    this.name = name;
    this.keep = keep;
  }

  /** The id of the latest event; 0 before the first. */
  public long lastId() {
    publishing.lock();
    try {
      return lastId;
    } finally {
      publishing.unlock();
    }
  }

  /** Never waits. */
  public void publish(T event) {
    publishing.lock();
    try {
      lastId++;
      Numbered<T> numbered = new Numbered<>(lastId, event, keep.weight.applyAsInt(event));
      kept.add(numbered);
      keptBytes += numbered.weight;
      while (kept.size() > keep.most || keptBytes > keep.bytes) {
        keptBytes -= kept.remove().weight;
      }
      for (Line line : lines) {
        line.put(numbered);
      }
    } finally {
      publishing.unlock();
    }
  }

  /** From the next event on. */
  public Subscription listen(Listener<? super T> listener) {
    return listen(Long.MAX_VALUE, listener);
  }

  /**
   * From the event after {@code since} on: first those of the past that are kept. Of what is not
   * kept any more, the listener is told that it missed it.
   *
   * @param since the last id that was seen; 0 for all there is
   */
  public Subscription listen(long since, Listener<? super T> listener) {
    Line line = new Line(listener);
    publishing.lock();
    try {
      if (closed) {
        line.close();
      } else {
        line.replay(since);
        lines.add(line);
        line.thread.start();
      }
    } finally {
      publishing.unlock();
    }
    return line;
  }

  /** What is queued is still delivered, on the listeners' threads; nothing more is taken. */
  @Override
  public void close() {
    publishing.lock();
    try {
      closed = true;
      lines.forEach(Line::finish);
      lines.clear();
    } finally {
      publishing.unlock();
    }
  }

  private record Numbered<T>(long id, T event, int weight) {}

  private record Missed(long first, long last) {}

  private final class Line implements Subscription {
    final Listener<? super T> listener;
    final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Numbered<T>> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private @Nullable Missed lostBefore; // what came before the waiting ones, and was not kept
    private @Nullable Missed missed; // what came after the waiting ones and found no room
    private boolean finishing;

    /** What was taken already is not told any more. */
    private volatile boolean isClosed;

    Line(Listener<? super T> listener) {
      this.listener = listener;
      this.thread = Thread.ofPlatform().daemon().name(name + "-listener").unstarted(this::run);
    }

    /** Before the thread starts, under the publishing lock. */
    void replay(long since) {
      long first = kept.isEmpty() ? lastId + 1 : kept.getFirst().id;
      if (since >= 0 && since + 1 < first && since < lastId) {
        lostBefore = new Missed(since + 1, first - 1);
      }
      for (Numbered<T> event : kept) {
        if (event.id > since) {
          waiting.add(event);
          waitingBytes += event.weight;
        }
      }
    }

    void put(Numbered<T> event) {
      lock.lock();
      try {
        if (finishing) {
          return;
        }
        // Once something was missed, nothing more is taken until the listener knows: order stays.
        if (missed != null) {
          missed = new Missed(missed.first, event.id);
        } else if (waiting.size() >= RuntimeLimits.EVENTS_PER_LISTENER + keep.most
            || waitingBytes + event.weight > RuntimeLimits.EVENT_BYTES_PER_LISTENER + keep.bytes) {
          missed = new Missed(event.id, event.id);
        } else {
          waiting.add(event);
          waitingBytes += event.weight;
        }
        if (waiting.size() <= 1) {
          // Else the thread is busy, and looks again by itself: waking costs more than the rest.
          changed.signal();
        }
      } finally {
        lock.unlock();
      }
    }

    void finish() {
      lock.lock();
      try {
        finishing = true;
        changed.signal();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close() {
      isClosed = true;
      lines.remove(this);
      lock.lock();
      try {
        waiting.clear();
        waitingBytes = 0;
        missed = null;
      } finally {
        lock.unlock();
      }
      finish();
    }

    private void run() {
      List<Numbered<T>> next = new ArrayList<>();
      boolean more = true;
      while (more) {
        next.clear();
        more = deliver(next);
      }
    }

    /** Takes several at once: handing over costs more than most listeners do. */
    private boolean deliver(List<Numbered<T>> next) {
      Missed gap;
      lock.lock();
      try {
        while (waiting.isEmpty() && missed == null && lostBefore == null && !finishing) {
          changed.awaitUninterruptibly();
        }
        gap = lostBefore;
        lostBefore = null;
        while (gap == null && next.size() < RuntimeLimits.EVENTS_AT_ONCE && !waiting.isEmpty()) {
          Numbered<T> event = waiting.remove();
          waitingBytes -= event.weight;
          next.add(event);
        }
        if (next.isEmpty() && gap == null) {
          gap = missed;
          missed = null;
          if (gap == null) {
            return false;
          }
        }
      } finally {
        lock.unlock();
      }
      if (gap != null) {
        Missed told = gap;
        call(() -> listener.missed(told.first, told.last));
      }
      for (Numbered<T> event : next) {
        if (!isClosed) {
          call(() -> listener.event(event.id, event.event));
        }
      }
      return true;
    }

    private void call(Runnable telling) {
      try {
        telling.run();
      } catch (RuntimeException | Error e) {
        LOG.warn("A listener of {} failed; it is told the next event all the same", name, e);
      }
      if (Thread.interrupted()) {
        LOG.debug("A listener of {} was interrupted, which ends nothing but what it did", name);
      }
    }
  }
}
