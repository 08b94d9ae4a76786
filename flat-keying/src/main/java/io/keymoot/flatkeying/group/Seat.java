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
 * <p>A member that says Here every day has many stays, all replaced but one; what is asked of all
 * of them is asked seldom, and one more must not cost a look at all.
 *
 * @param live stays that are not over, in the order of ids: seldom more than one
 * @param paused over, and no Here of the member has replaced them
 * @param replaced over by a Here of the member, if by nothing else
 */
record Seat(Person person, List<Stay> live, List<Place> paused, IdMap<Place> replaced)
    implements IdMap.Keyed {

  /**
   * @param soft ended by an Absent or by a Here
   * @param isReplaced a Here of its member knew it
   * @param hard E_S(stay): the Rekeys that hard-end it
   * @param isVoid hard-ended for being let in beside an end, not for being aimed at
   */
  record Place(Stay stay, boolean soft, boolean isReplaced, List<Known> hard, boolean isVoid)
      implements IdMap.Keyed {
    static Place live(Stay stay) {
      return new Place(stay, false, false, List.of(), false);
    }

    Place endedSoftly() {
      return new Place(stay, true, isReplaced, hard, isVoid);
    }

    Place replacedByHere() {
      return new Place(stay, true, true, hard, isVoid);
    }

    Place endedBy(List<Known> rekeys, boolean asVoid) {
      return new Place(stay, soft, isReplaced, Ends.union(hard, rekeys), isVoid || asVoid);
    }

    boolean isOver() {
      return soft || !hard.isEmpty();
    }

    @Override
    public Hash32 hash() {
      return stay.key();
    }
  }

  static Seat of(Person person) {
    return new Seat(person, List.of(), List.of(), IdMap.empty());
  }

  @Override
  public Hash32 hash() {
    return person.id().hash();
  }

  boolean isLive() {
    return !live.isEmpty();
  }

  @Nullable Place place(Stay stay) {
    return live.contains(stay) ? Place.live(stay) : overPlace(stay.key());
  }

  private @Nullable Place overPlace(Hash32 stay) {
    for (Place place : paused) {
      if (place.hash().equals(stay)) {
        return place;
      }
    }
    return replaced.get(stay);
  }

  boolean has(StayId stay) {
    return overPlace(stay.hash()) != null || live.stream().anyMatch(each -> each.id().equals(stay));
  }

  /** Those that no Here of the member has replaced. */
  List<Place> current() {
    List<Place> places = new ArrayList<>(paused);
    live.forEach(stay -> places.add(Place.live(stay)));
    return places;
  }

  /** All there ever were. */
  List<Place> places() {
    List<Place> places = current();
    replaced.forEach(places::add);
    return places;
  }

  void forEachOver(Consumer<Place> action) {
    paused.forEach(action);
    replaced.forEach(action);
  }

  /** Whether a stay of it was begun by its own word: then its first request counts no more. */
  boolean hasSaidHere() {
    return !replaced.isEmpty() || current().stream().anyMatch(place -> place.stay.isByHere());
  }

  /** What is over here, and was not or otherwise in {@code before}, the seat in a smaller set. */
  void overSince(@Nullable Seat before, Consumer<Place> action) {
    if (paused.isEmpty() && replaced.isEmpty()) {
      return;
    }
    for (Place place : paused) {
      if (before == null || !before.paused.contains(place)) {
        action.accept(place);
      }
    }
    replaced.difference(
        before == null ? IdMap.empty() : before.replaced,
        (now, then) -> {
          if (now != null) {
            action.accept(now);
          }
        });
  }

  Seat with(Place changed) {
    List<Stay> stays = new ArrayList<>(live);
    stays.remove(changed.stay);
    List<Place> places = new ArrayList<>(paused);
    places.removeIf(place -> place.stay.equals(changed.stay));
    IdMap<Place> others = replaced;
    if (changed.isReplaced) {
      others = others.with(changed);
    } else if (changed.isOver()) {
      places.add(changed);
      places.sort(Comparator.comparing(Place::hash));
    } else {
      stays.add(changed.stay);
      stays.sort(Comparator.comparing(Stay::key));
    }
    return new Seat(person, List.copyOf(stays), List.copyOf(places), others);
  }

  /** {@code facts} and one more, in the order of ids. */
  static List<Known> sorted(List<Known> facts, Known more) {
    List<Known> next = new ArrayList<>(facts);
    next.add(more);
    next.sort((one, other) -> one.id().compareTo(other.id()));
    return List.copyOf(next);
  }
}
