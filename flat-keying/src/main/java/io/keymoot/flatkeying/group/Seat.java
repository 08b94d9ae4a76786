package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.fact.Here;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A member as a set of facts shows it: its stays, with what ended them.
 *
 * <p>A member that says Here every day has many stays, all over but one; what is asked of all of
 * them is asked seldom, and one more must not cost a copy of all.
 *
 * @param places by stay
 * @param live those that are not over, in the order of ids: seldom more than one
 */
record Seat(Person person, IdMap<Place> places, List<Place> live) {

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
    return new Seat(person, IdMap.empty(), List.of());
  }

  boolean isLive() {
    return !live.isEmpty();
  }

  /** Whether a stay of it was begun by its own word: then its first request counts no more. */
  boolean hasSaidHere() {
    boolean[] said = {false};
    places.forEach(place -> said[0] |= place.stay.begunBy().fact() instanceof Here);
    return said[0];
  }

  List<Stay> liveStays() {
    return live.stream().map(Place::stay).toList();
  }

  @Nullable Place place(Stay stay) {
    return places.get(stay.id().hash());
  }

  /**
   * The places that are other here than in {@code before}, an earlier or later seat of the member.
   */
  void changedSince(@Nullable Seat before, Consumer<Place> action) {
    places.difference(
        before == null ? IdMap.empty() : before.places,
        (now, then) -> {
          if (now != null) {
            action.accept(now);
          }
        });
  }

  Seat with(Place changed) {
    List<Place> next = new ArrayList<>(live);
    next.removeIf(place -> place.stay.equals(changed.stay));
    if (!changed.isOver()) {
      next.add(changed);
      next.sort((one, other) -> one.stay.id().compareTo(other.stay.id()));
    }
    return new Seat(person, places.with(changed.stay.id().hash(), changed), List.copyOf(next));
  }

  /** {@code facts} and one more, in the order of ids. */
  static List<Known> sorted(List<Known> facts, Known more) {
    List<Known> next = new ArrayList<>(facts);
    next.add(more);
    next.sort((one, other) -> one.id().compareTo(other.id()));
    return List.copyOf(next);
  }
}
