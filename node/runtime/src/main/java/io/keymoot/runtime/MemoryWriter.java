package io.keymoot.runtime;

import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * Writes what is remembered of groups on a thread of its own. Each writing is of all there is, up
 * to some 30 MB, and the disk may be slow: of what waits for one group, only the latest is kept.
 */
final class MemoryWriter {
  private final BiConsumer<GroupId, List<Bytes>> save;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("keymoot-memory").factory());

  /** Guarded by this. */
  private final Map<GroupId, List<Bytes>> waiting = new HashMap<>();

  MemoryWriter(BiConsumer<GroupId, List<Bytes>> save) {
    this.save = save;
  }

  synchronized void write(GroupId group, List<Bytes> facts) {
    if (waiting.put(group, facts) == null) {
      thread.execute(() -> save(group));
    }
  }

  private void save(GroupId group) {
    List<Bytes> facts;
    synchronized (this) {
      facts = waiting.remove(group);
    }
    if (facts != null) {
      save.accept(group, facts);
    }
  }

  /** Nothing more is taken; what waits is still written. False if that took longer than this. */
  boolean finish(long mostMillis) throws InterruptedException {
    thread.shutdown();
    return thread.awaitTermination(mostMillis, TimeUnit.MILLISECONDS);
  }
}
