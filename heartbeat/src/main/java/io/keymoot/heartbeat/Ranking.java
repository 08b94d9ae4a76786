package io.keymoot.heartbeat;

import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.group.Rendezvous;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * All members in rendezvous order for one duty. A change of the roster costs a hash per newcomer.
 */
final class Ranking {
  private record Place(Hash32 place, MemberId member) {}

  private static final Comparator<Place> ORDER =
      Comparator.comparing(Place::place).thenComparing(Place::member);

  private final GroupId group;
  private final String duty;
  private final List<Place> places;

  private Ranking(GroupId group, String duty, List<Place> places) {
    this.group = group;
    this.duty = duty;
    this.places = places;
  }

  static Ranking of(GroupId group, String duty, List<MemberId> members) {
    return new Ranking(group, duty, List.of()).changed(members, List.of());
  }

  Ranking changed(List<MemberId> added, List<MemberId> removed) {
    List<Place> fresh = new ArrayList<>(added.size());
    for (MemberId member : added) {
      fresh.add(place(member));
    }
    fresh.sort(ORDER);
    Set<MemberId> gone = new LinkedHashSet<>(removed);
    List<Place> next = new ArrayList<>(places.size() + added.size());
    int at = 0;
    for (Place old : places) {
      while (at < fresh.size() && ORDER.compare(fresh.get(at), old) < 0) {
        next.add(fresh.get(at++));
      }
      if (gone.isEmpty() || !gone.contains(old.member)) {
        next.add(old);
      }
    }
    next.addAll(fresh.subList(at, fresh.size()));
    return new Ranking(group, duty, List.copyOf(next));
  }

  private Place place(MemberId member) {
    return new Place(Rendezvous.place(group, duty, member), member);
  }

  /** How many come before this one, which has to be a member. */
  int rank(MemberId member) {
    Place mine = place(member);
    int low = 0;
    int high = places.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (ORDER.compare(places.get(middle), mine) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** How many of those whose address is in the slot come before this one. */
  int rank(MemberId member, Slot slot, Profile profile) {
    int rank = 0;
    for (Place each : places) {
      if (each.member.equals(member)) {
        break;
      }
      if (slot.isHeldBy(each.member, profile)) {
        rank++;
      }
    }
    return rank;
  }

  int size() {
    return places.size();
  }

  MemberId get(int rank) {
    return places.get(rank).member;
  }
}
