package io.keymoot.flatkeying.group;

import java.util.LinkedHashMap;
import java.util.Map;

/** Forgets what was used longest ago. */
@SuppressWarnings("serial")
final class Bounded<K, V> extends LinkedHashMap<K, V> {
  private final int most;

  Bounded(int most) {
    super(16, 0.75f, true);
    this.most = most;
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
    return size() > most;
  }
}
