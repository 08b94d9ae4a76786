package io.keymoot.runtime;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jgroups.Address;
import org.jgroups.View;
import org.jspecify.annotations.Nullable;

/**
 * Whom this end heard lately. Sources can be made up, so only the newest few are kept; who makes up
 * many drives the others out, and wins nothing else.
 */
final class Heard {
  private final ReentrantLock lock = new ReentrantLock();

  // When each was heard, the one heard last at the end. Guarded by the lock.
  private final LinkedHashMap<Address, Long> times = new LinkedHashMap<>(16, 0.75f, true);

  void from(Address source) {
    lock.lock();
    try {
      times.put(source, System.nanoTime());
      if (times.size() > RuntimeLimits.HEARD) {
        Iterator<Address> oldest = times.keySet().iterator();
        oldest.next();
        oldest.remove();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Those whom the view lacks, the last heard first. */
  List<Address> outside(@Nullable View view) {
    long now = System.nanoTime();
    List<Address> outside = new ArrayList<>();
    lock.lock();
    try {
      for (Map.Entry<Address, Long> each : times.sequencedEntrySet().reversed()) {
        boolean lately =
            now - each.getValue() < TimeUnit.MILLISECONDS.toNanos(RuntimeLimits.HEARD_MILLIS);
        if (!lately || outside.size() >= RuntimeLimits.OUTSIDERS) {
          break;
        }
        if (view == null || !view.containsMember(each.getKey())) {
          outside.add(each.getKey());
        }
      }
    } finally {
      lock.unlock();
    }
    return outside;
  }
}
