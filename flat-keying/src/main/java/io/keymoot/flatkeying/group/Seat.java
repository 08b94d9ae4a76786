package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A member as a set of facts shows it: its stays, with what ended them.
 *
 * <p>A member that says Here every day has many stays, all over but one; what is asked of all of
 * them is asked seldom, and one more must not cost a copy of all.
 *
 * @param live stays that are not over, in the order of ids: seldom more than one
 * @param over those that are
 */
record Seat(Person person, List<Stay> live, IdMap<Place> over) implements IdMap.Keyed {

  /**
   * @param soft ended by an Absent or by a Here
   * @param hard E_S(stay): the Rekeys that hard-end it
   * @param isVoid hard-ended for being let in beside an end, not for being aimed at
   */
  record Place(Stay stay, boolean soft, List<Known> hard, boolean isVoid) implements IdMap.Keyed {
    static Place live(Stay stay) {
      return new Place(stay, false, List.of(), false);
    }

    boolean isOver() {
      return soft || !hard.isEmpty();
    }

    @Override
    public Hash32 key() {
      return stay.key();
    }
  }

  static Seat of(Person person) {
    return new Seat(person, List.of(), IdMap.empty());
  }

  @Override
  public Hash32 key() {
    return person.id().hash();
  }

  boolean isLive() {
    return !live.isEmpty();
  }

  @Nullable Place place(Stay stay) {
    Place ended = over.get(stay.key());
    return ended != null || !live.contains(stay) ? ended : Place.live(stay);
  }

  List<Place> places() {
    List<Place> places = new ArrayList<>();
    live.forEach(stay -> places.add(Place.live(stay)));
    over.forEach(places::add);
    return places;
  }

  boolean has(StayId stay) {
    return over.contains(stay.hash()) || live.stream().anyMatch(each -> each.id().equals(stay));
  }

  /** Whether a stay of it was begun by its own word: then its first request counts no more. */
  boolean hasSaidHere() {
    return places().stream().anyMatch(place -> place.stay.isByHere());
  }

  /**
   * The places that are other here than in {@code before}, the seat of the member in a smaller set.
   */
  void changedSince(@Nullable Seat before, Consumer<Place> action) {
    for (Stay stay : live) {
      if (before == null || !before.live.contains(stay)) {
        action.accept(Place.live(stay));
      }
    }
    over.difference(
        before == null ? IdMap.empty() : before.over,
        (now, then) -> {
          if (now != null) {
            action.accept(now);
          }
        });
  }

  Seat with(Place changed) {
    List<Stay> next = new ArrayList<>(live);
    next.remove(changed.stay);
    if (changed.isOver()) {
      return new Seat(person, List.copyOf(next), over.with(changed));
    }
    next.add(changed.stay);
    next.sort(Comparator.comparing(Stay::key));
    return new Seat(person, List.copyOf(next), over);
  }

  /** {@code facts} and one more, in the order of ids. */
  static List<Known> sorted(List<Known> facts, Known more) {
    List<Known> next = new ArrayList<>(facts);
    next.add(more);
    next.sort((one, other) -> one.id().compareTo(other.id()));
    return List.copyOf(next);
  }
}
