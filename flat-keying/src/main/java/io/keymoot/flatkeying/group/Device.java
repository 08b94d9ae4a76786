package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.fact.MemberId;
import java.util.ArrayList;
import java.util.List;

/**
 * A device as a set of facts shows it.
 *
 * @param members every member it ever was
 * @param expelledBy Rekeys that expel its fingerprint
 */
record Device(List<MemberId> members, List<Known> expelledBy) {
  static final Device NEW = new Device(List.of(), List.of());

  Device with(MemberId member) {
    if (members.contains(member)) {
      return this;
    }
    List<MemberId> next = new ArrayList<>(members);
    next.add(member);
    next.sort(null);
    return new Device(List.copyOf(next), expelledBy);
  }

  Device expelledBy(Known rekey) {
    return expelledBy.contains(rekey) ? this : new Device(members, Seat.sorted(expelledBy, rekey));
  }
}
