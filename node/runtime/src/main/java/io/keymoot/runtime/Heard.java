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
 * Whom this end heard lately. Sources can be made up, so only the newest few are kept. Of who is
 * made up JGroups knows no host and port, unless these were made up too: so those that it could
 * send to have room of their own, and come first, but for a few places. Else some dozens of made-up
 * sources and a forged view would part two ends for good.
 */
final class Heard {
  private final ReentrantLock lock = new ReentrantLock();

  // When each was heard, the one heard last at the end. Guarded by the lock.
  private final LinkedHashMap<Address, Long> somewhere = new LinkedHashMap<>(16, 0.75f, true);
  private final LinkedHashMap<Address, Long> nowhere = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * @param isSomewhere its host and port are known
   */
  void from(Address source, boolean isSomewhere) {
    lock.lock();
    try {
      LinkedHashMap<Address, Long> times = isSomewhere ? somewhere : nowhere;
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

  /** Those whom the view lacks: the last heard first, and before all others who is somewhere. */
  List<Address> outside(@Nullable View view) {
    List<Address> outside = new ArrayList<>();
    lock.lock();
    try {
      // Hosts and ports can be made up, too: the others keep some places.
      addOutside(view, somewhere, RuntimeLimits.OUTSIDERS - RuntimeLimits.NOWHERE, outside);
      addOutside(view, nowhere, RuntimeLimits.OUTSIDERS, outside);
    } finally {
      lock.unlock();
    }
    return outside;
  }

  private static void addOutside(
      @Nullable View view, LinkedHashMap<Address, Long> times, int most, List<Address> outside) {
    long now = System.nanoTime();
    for (Map.Entry<Address, Long> each : times.sequencedEntrySet().reversed()) {
      boolean lately =
          now - each.getValue() < TimeUnit.MILLISECONDS.toNanos(RuntimeLimits.HEARD_MILLIS);
      if (!lately || outside.size() >= most) {
        break;
      }
      if ((view == null || !view.containsMember(each.getKey()))
          && !outside.contains(each.getKey())) {
        outside.add(each.getKey());
      }
    }
  }
}
