package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.fact.FaultProof;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Target;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What ends a stay for good (section 5, <i>over</i>): the hard ends E(s), for stays a state knows
 * and for stays it does not.
 */
final class Ends {
  private Ends() {}

  /** Whether the target is this person: by name, or by device if it is expelled. */
  static boolean aimsAt(Target target, Person person) {
    return switch (target) {
      case Target.Left left -> left.leave().header().author().equals(person.id());
      case Target.Expelled expelled -> expelled.device().equals(person.device());
      case Target.Absent absent -> false;
      case Target.Faulty faulty -> faultyMembers(faulty).contains(person.id());
    };
  }

  /** The liar, and the row it should not have let in. */
  static List<MemberId> faultyMembers(Target.Faulty faulty) {
    return faulty.proof() instanceof FaultProof.BadCredential bad
            && !bad.row().equals(faulty.member())
        ? List.of(faulty.member(), bad.row())
        : List.of(faulty.member());
  }

  /** Everything in {@code state} with a hard target that is this person. */
  static List<Known> aimedAt(GroupState state, Person person) {
    List<Known> byName = state.aimsAt(person);
    Device device = state.device(person.device());
    List<Known> aimed = byName;
    if (device != null) {
      for (Known rekey : device.expelledBy()) {
        aimed = aimed.contains(rekey) ? aimed : Seat.sorted(aimed, rekey);
      }
    }
    return aimed;
  }

  /**
   * The Rekeys that expelled the device, or proved one of its members faulty: they bar its return.
   */
  static List<Known> expulsionsOf(GroupState state, Fingerprint fingerprint) {
    Device device = state.device(fingerprint);
    if (device == null) {
      return List.of();
    }
    List<Known> all = device.expelledBy();
    for (Person member : device.members()) {
      for (Known end : state.aimsAt(member)) {
        for (Target target : end.rekey().targets()) {
          if (target instanceof Target.Faulty faulty
              && faultyMembers(faulty).contains(member.id())) {
            all = union(all, List.of(end));
          }
        }
      }
    }
    return all;
  }

  /**
   * E_Q(stay): stored where Q knows the stay, else worked out from Q's ends. It hangs on the stays
   * that it rests on, and who says Here again and again has a line of thousands: what is not worked
   * out yet waits in a list, for the stack has no room for them.
   *
   * @param found what was worked out already
   */
  private static List<Known> hard(
      GroupState q, Stay stay, Pasts pasts, Map<Stay, List<Known>> found) {
    List<Known> known = hardIfKnown(q, stay, found);
    if (known != null) {
      return known;
    }
    Deque<Unknown> waiting = new ArrayDeque<>();
    Unknown last = new Unknown(q, stay, pasts);
    while (true) {
      Stay rest = last.nextRest();
      if (rest != null) {
        List<Known> its = hardIfKnown(q, rest, found);
        if (its != null) {
          last.take(its);
        } else {
          waiting.push(last);
          last = new Unknown(q, rest, pasts);
        }
      } else {
        found.put(last.stay, last.all());
        if (waiting.isEmpty()) {
          return last.all();
        }
        last = waiting.pop();
      }
    }
  }

  private static @Nullable List<Known> hardIfKnown(
      GroupState q, Stay stay, Map<Stay, List<Known>> found) {
    Seat.Place place = q.place(stay);
    return place != null ? place.hard() : found.get(stay);
  }

  /**
   * A stay that Q does not know, so no end in Q can have it in its past: all are beside it. What
   * its rests have is taken the oldest first, and no more once one of them carries it.
   */
  private static final class Unknown {
    final Stay stay;
    private final GroupState past;
    private final List<Stay> rests;
    private final List<Known> ends;
    private final List<List<Known>> ofRests = new ArrayList<>();
    private boolean isCarried;

    Unknown(GroupState q, Stay stay, Pasts pasts) {
      this.stay = stay;
      this.past = pasts.past(stay.begunBy());
      this.rests = new ArrayList<>(stay.begunBy().rests());
      rests.sort(Comparator.comparingInt(rest -> rest.begunBy().index));
      this.ends = besideThePast(aimedAt(q, stay.person()));
    }

    /** Null if there is none whose ends matter any more. */
    @Nullable Stay nextRest() {
      return isCarried || ofRests.size() == rests.size() ? null : rests.get(ofRests.size());
    }

    void take(List<Known> endsOfTheRest) {
      List<Known> beside = besideThePast(endsOfTheRest);
      ofRests.add(beside);
      isCarried |= beside.isEmpty();
    }

    List<Known> all() {
      return union(ends, beside(ofRests));
    }

    private List<Known> besideThePast(List<Known> all) {
      return all.stream().filter(end -> !past.contains(end)).toList();
    }
  }

  /**
   * Who was let in beside an end falls with it: the ends that every stay the fact rests on has
   * beside the fact. One stay without such an end carries the fact, and nothing is void.
   */
  static List<Known> beside(List<List<Known>> endsOfRestsBesideTheFact) {
    List<Known> all = List.of();
    for (List<Known> ends : endsOfRestsBesideTheFact) {
      if (ends.isEmpty()) {
        return List.of();
      }
      all = union(all, ends);
    }
    return all;
  }

  /**
   * Whether the stay is over when the ends are those in {@code q}, and the stays those of Q and of
   * the stay's own past. (A soft end reaches only stays in its past, so only those Q knows.)
   */
  static boolean endedIn(Stay stay, GroupState q, Pasts pasts) {
    return endedIn(stay, q, pasts, new LinkedHashMap<>());
  }

  private static boolean endedIn(
      Stay stay, GroupState q, Pasts pasts, Map<Stay, List<Known>> found) {
    Seat.Place place = q.place(stay);
    return place != null ? place.isOver() : !hard(q, stay, pasts, found).isEmpty();
  }

  /**
   * Whether every stay that is over in {@code seats} was ended in {@code then} already: what makes
   * an epoch made then clean now.
   */
  static boolean allEndedIn(GroupState then, IdMap<Seat> seats, Pasts pasts) {
    boolean[] all = {true};
    Map<Stay, List<Known>> found = new LinkedHashMap<>();
    seats.difference(
        then.seats,
        (now, before) -> {
          if (now != null && all[0]) {
            now.overSince(
                before, place -> all[0] = all[0] && endedIn(place.stay(), then, pasts, found));
          }
        });
    return all[0];
  }

  /** What is over in {@code seats} and was not ended in {@code then}. */
  static List<Seat.Place> notEndedIn(GroupState then, IdMap<Seat> seats, Pasts pasts) {
    List<Seat.Place> places = new ArrayList<>();
    Map<Stay, List<Known>> found = new LinkedHashMap<>();
    seats.difference(
        then.seats,
        (now, before) -> {
          if (now != null) {
            now.overSince(
                before,
                place -> {
                  if (!endedIn(place.stay(), then, pasts, found)) {
                    places.add(place);
                  }
                });
          }
        });
    return places;
  }

  /** Whether somebody was put out in {@code seats} whose stay was not ended in {@code then}. */
  static boolean anyPutOutSince(GroupState then, IdMap<Seat> seats, Pasts pasts) {
    boolean[] any = {false};
    Map<Stay, List<Known>> found = new LinkedHashMap<>();
    seats.difference(
        then.seats,
        (now, before) -> {
          if (now != null && !any[0]) {
            // Who was put out is found at once; when, only for them.
            now.overSince(
                before,
                place ->
                    any[0] =
                        any[0] || (isPutOut(place) && !endedIn(place.stay(), then, pasts, found)));
          }
        });
    return any[0];
  }

  static boolean isPutOut(Seat.Place place) {
    if (place.isVoid()) {
      return true;
    }
    for (Known end : place.hard()) {
      if (!isLeave(end, place)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isLeave(Known end, Seat.Place place) {
    for (Target target : end.rekey().targets()) {
      if (!(target instanceof Target.Left) && aimsAt(target, place.stay().person())) {
        return false;
      }
    }
    return true;
  }

  static List<Known> union(List<Known> some, List<Known> more) {
    List<Known> all = some;
    for (Known each : more) {
      all = all.contains(each) ? all : Seat.sorted(all, each);
    }
    return all;
  }
}
