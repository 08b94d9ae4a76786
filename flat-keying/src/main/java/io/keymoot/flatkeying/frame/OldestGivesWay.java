package io.keymoot.flatkeying.frame;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Whichever key has been at hand longest gives way, used or not: the same keys in the same order
 * leave the same ones at hand, as the simulator needs it.
 */
final class OldestGivesWay implements KeysAtHand {
  private final AtomicReferenceArray<@Nullable Key> keys;
  private final AtomicInteger added = new AtomicInteger();

  OldestGivesWay(int places) {
    keys = new AtomicReferenceArray<>(places);
  }

  @Override
  public void add(Key key) {
    int place = Integer.remainderUnsigned(added.getAndIncrement(), keys.length());
    Key oldest = keys.getAndSet(place, key);
    if (oldest != null && oldest != key) {
      oldest.drop();
    }
  }

  @Override
  public void used(Key key) {}

  @Override
  public void letGo() {
    for (int place = 0; place < keys.length(); place++) {
      Key key = keys.get(place);
      if (key != null && key.isGone()) {
        keys.compareAndSet(place, key, null);
      }
    }
  }
}
