package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A device as a set of facts shows it.
 *
 * @param first of the members it ever was, the one with the lowest id: mostly the only one
 * @param later the others, in the order of ids
 * @param expelledBy Rekeys that expel its fingerprint
 */
record Device(Person first, List<Person> later, List<Known> expelledBy) implements IdMap.Keyed {
  static Device of(Person person) {
    return new Device(person, List.of(), List.of());
  }

  @Override
  public Hash32 hash() {
    return first.device().hash();
  }

  /** Every member it ever was. */
  List<Person> members() {
    List<Person> members = new ArrayList<>(later);
    members.add(0, first);
    return members;
  }

  Device with(Person member) {
    List<Person> members = members();
    if (members.contains(member)) {
      return this;
    }
    members.add(member);
    members.sort(Comparator.comparing(Person::id));
    return new Device(members.get(0), List.copyOf(members.subList(1, members.size())), expelledBy);
  }

  Device expelledBy(Known rekey) {
    return expelledBy.contains(rekey)
        ? this
        : new Device(first, later, Seat.sorted(expelledBy, rekey));
  }
}
