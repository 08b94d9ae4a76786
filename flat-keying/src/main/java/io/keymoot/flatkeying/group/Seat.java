package io.keymoot.flatkeying.group;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A member as a set of facts shows it: its stays, with what ended them. */
record Seat(Person person, List<Place> places) {

  /**
   * @param soft ended by an Absent or by a Here
   * @param hard E_S(stay): the Rekeys that hard-end it
   * @param isVoid hard-ended for being let in beside an end, not for being aimed at
   */
  record Place(Stay stay, boolean soft, List<Known> hard, boolean isVoid) {
    boolean isOver() {
      return soft || !hard.isEmpty();
    }
  }

  static Seat of(Person person) {
    return new Seat(person, List.of());
  }

  boolean isLive() {
    for (Place place : places) {
      if (!place.isOver()) {
        return true;
      }
    }
    return false;
  }

  List<Stay> liveStays() {
    return places.stream().filter(place -> !place.isOver()).map(Place::stay).toList();
  }

  @Nullable Place place(Stay stay) {
    for (Place place : places) {
      if (place.stay.equals(stay)) {
        return place;
      }
    }
    return null;
  }

  Seat with(Place changed) {
    List<Place> next = new ArrayList<>(places);
    for (int i = 0; i < next.size(); i++) {
      if (next.get(i).stay.equals(changed.stay)) {
        next.set(i, changed);
        return new Seat(person, List.copyOf(next));
      }
    }
    next.add(changed);
    // In the order of ids, not of arrival: the same facts show the same seat.
    next.sort((one, other) -> one.stay.id().compareTo(other.stay.id()));
    return new Seat(person, List.copyOf(next));
  }

  /** {@code facts} and one more, in the order of ids. */
  static List<Known> sorted(List<Known> facts, Known more) {
    List<Known> next = new ArrayList<>(facts);
    next.add(more);
    next.sort((one, other) -> one.id().compareTo(other.id()));
    return List.copyOf(next);
  }
}
