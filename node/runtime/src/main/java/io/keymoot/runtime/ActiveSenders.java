package io.keymoot.runtime;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.stats.CacheStats;
import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.frame.KeysAtHand;
import org.jspecify.annotations.Nullable;

/**
 * The keys of those who speak stay at hand, in one group: who was heard once gives way to who is
 * heard often, however many are heard once.
 *
 * <p>The cache chooses which key gives way, and its thread is the one that made that necessary, so
 * the key is wiped there and then. Keys that are gone the ring wipes itself, and does not wait for
 * the cache to notice.
 */
final class ActiveSenders implements KeysAtHand {
  private final Cache<Key, Key> keys =
      Caffeine.newBuilder()
          .maximumSize(Limits.FRAME_KEYS)
          .executor(Runnable::run)
          .evictionListener(ActiveSenders::givesWay)
          .recordStats()
          .build();

  private static void givesWay(@Nullable Key key, @Nullable Key same, RemovalCause cause) {
    if (key != null) {
      key.drop();
    }
  }

  @Override
  public void add(Key key) {
    // Asked first, so that it is counted as not found. But what is found may be giving way at this
    // moment, in another thread: putting it waits for that, and then nobody loses sight of it.
    var unused = keys.getIfPresent(key);
    keys.put(key, key);
  }

  @Override
  public void used(Key key) {
    var unused = keys.getIfPresent(key);
  }

  @Override
  public void letGo() {
    keys.asMap().keySet().removeIf(Key::isGone);
  }

  boolean has(Key key) {
    return keys.asMap().containsKey(key);
  }

  long size() {
    return keys.estimatedSize();
  }

  /** How many frames in all found their key at hand, about: of those that did, a sample is told. */
  double hitRate() {
    CacheStats stats = keys.stats();
    double found = (double) stats.hitCount() * Limits.FRAMES_PER_USE;
    return found == 0 && stats.missCount() == 0 ? 1 : found / (found + stats.missCount());
  }
}
