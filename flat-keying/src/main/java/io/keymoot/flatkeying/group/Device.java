package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A device as a set of facts shows it.
 *
 * @param members every member it ever was, one at least, in the order of ids
 * @param expelledBy Rekeys that expel its fingerprint
 */
record Device(List<Person> members, List<Known> expelledBy) implements IdMap.Keyed {
  static Device of(Person person) {
    return new Device(List.of(person), List.of());
  }

  @Override
  public Hash32 key() {
    return members.get(0).device().hash();
  }

  Device with(Person member) {
    if (members.contains(member)) {
      return this;
    }
    List<Person> next = new ArrayList<>(members);
    next.add(member);
    next.sort(Comparator.comparing(Person::id));
    return new Device(List.copyOf(next), expelledBy);
  }

  Device expelledBy(Known rekey) {
    return expelledBy.contains(rekey) ? this : new Device(members, Seat.sorted(expelledBy, rekey));
  }
}
