package io.keymoot.runtime;

import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.wire.Bytes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what is remembered of groups on a thread of its own. Each writing is of all there is, up
 * to some 30 MB, and the disk may be slow: of what waits for one group, only the latest is kept.
 *
 * <p>What cannot be written is told once, and tried again for as long as the node runs, with a wait
 * that grows up to a minute; closing tries a last time. What is too large is told as that, and not
 * tried again: the same facts would be as large.
 */
final class MemoryWriter {
  private static final Logger LOG = LoggerFactory.getLogger(MemoryWriter.class);

  /** Where and how; both are called on the writer's thread. */
  interface Storage {
    Path file(GroupId group);

    void save(GroupId group, List<Bytes> facts) throws IOException;
  }

  /** Nothing was written, and of these facts nothing will be. */
  static final class TooLarge extends IOException {
    final long bytes;
    final long most;

    TooLarge(long bytes, long most) {
      super(bytes + " bytes, more than " + most);
      this.bytes = bytes;
      this.most = most;
    }
  }

  /** How long the first wait is, and how long each may become. */
  record Waits(long firstMillis, long mostMillis) {}

  /** What could not be written, and when it is tried again, or whatever comes next is. */
  private record Trouble(boolean isTooLarge, long waitMillis, long notBefore) {}

  private final Storage storage;
  private final Consumer<NodeEvent> events;
  private final Waits waits;
  private final Thread thread;

  // All guarded by this.
  private final Map<GroupId, List<Bytes>> waiting = new LinkedHashMap<>();
  private final Map<GroupId, Trouble> troubles = new HashMap<>();
  private boolean isFinishing;

  MemoryWriter(Storage storage, Consumer<NodeEvent> events, Waits waits) {
    this.storage = storage;
    this.events = events;
    this.waits = waits;
    this.thread = Thread.ofPlatform().daemon().name("keymoot-memory").unstarted(this::run);
  }

  synchronized void write(GroupId group, List<Bytes> facts) {
    if (isFinishing) {
      return;
    }
    if (thread.getState() == Thread.State.NEW) {
      thread.start();
    }
    waiting.put(group, facts);
    notifyAll();
  }

  /** Nothing more is taken; what waits is still written. False if that took longer than this. */
  boolean finish(long mostMillis) throws InterruptedException {
    synchronized (this) {
      isFinishing = true;
      notifyAll();
    }
    thread.join(mostMillis);
    return !thread.isAlive();
  }

  /**
   * @param isLast nothing is tried again after it
   */
  private record Next(GroupId group, List<Bytes> facts, boolean isLast) {}

  private void run() {
    try {
      for (Next next = next(); next != null; next = next()) {
        save(next);
      }
    } catch (InterruptedException nobodyDoesThat) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for it; null when all is over. */
  private synchronized @Nullable Next next() throws InterruptedException {
    while (true) {
      long now = nowMillis();
      long soonest = Long.MAX_VALUE;
      for (Map.Entry<GroupId, List<Bytes>> each : waiting.entrySet()) {
        Trouble trouble = troubles.get(each.getKey());
        long millis = trouble == null || isFinishing ? 0 : trouble.notBefore - now;
        if (millis <= 0) {
          waiting.remove(each.getKey());
          return new Next(each.getKey(), each.getValue(), isFinishing);
        }
        soonest = Math.min(soonest, millis);
      }
      if (isFinishing) {
        return null;
      }
      wait(soonest == Long.MAX_VALUE ? 0 : soonest);
    }
  }

  private void save(Next next) {
    try {
      storage.save(next.group, next.facts);
      isWritten(next.group);
    } catch (TooLarge e) {
      tooLarge(next.group, e);
    } catch (IOException | RuntimeException | Error e) {
      failed(next, e);
    }
  }

  private void isWritten(GroupId group) {
    Trouble over;
    synchronized (this) {
      over = troubles.remove(group);
    }
    if (over != null) {
      Path file = storage.file(group);
      LOG.info("{} is written again", file);
      events.accept(new NodeEvent.WrittenAgain(file));
    }
  }

  private void tooLarge(GroupId group, TooLarge why) {
    Trouble before;
    synchronized (this) {
      before = troubles.put(group, new Trouble(true, 0, nowMillis()));
    }
    if (before == null || !before.isTooLarge) {
      NodeEvent told = new NodeEvent.TooLargeToWrite(storage.file(group), why.bytes, why.most);
      LOG.error("{}", told);
      events.accept(told);
    }
  }

  private void failed(Next next, Throwable why) {
    Trouble before;
    synchronized (this) {
      Trouble last = troubles.get(next.group);
      before = last != null && last.isTooLarge ? null : last;
      long millis =
          before == null ? waits.firstMillis : Math.min(2 * before.waitMillis, waits.mostMillis);
      troubles.put(next.group, new Trouble(false, millis, nowMillis() + millis));
      if (!next.isLast) {
        // Unless more came meanwhile.
        waiting.putIfAbsent(next.group, next.facts);
      }
    }
    if (before == null) {
      Path file = storage.file(next.group);
      LOG.error(
          "Cannot write {}, so who was put out would not be known after a restart: {}. It is tried"
              + " again; see that its folder is writable, with room on its disk",
          file,
          why.toString());
      events.accept(new NodeEvent.NotWritten(file, why.toString()));
    } else if (next.isLast) {
      LOG.error("{} could not be written until the end: {}", storage.file(next.group), why);
    }
  }

  private static long nowMillis() {
    return System.nanoTime() / 1_000_000;
  }
}
