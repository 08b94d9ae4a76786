package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Found;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Reseal;
import io.keymoot.flatkeying.fact.Target;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;

/**
 * Adds one valid fact to a state: S → S ∪ {m}, where S holds m's whole past but may hold more.
 *
 * <p>Reads as section 5 does: stays begin, ends strike (soft ones what they knew, hard ones also
 * what is beside them), and what follows from somebody being out follows: roster, clean epochs,
 * clean slots, revisions.
 */
final class Growth {
  private final GroupState before;
  private final Known m;

  /** The state of past(m): tells what m's author knew. */
  private final GroupState past;

  private final Pasts pasts;

  private IdMap<Seat> seats;
  private IdMap<Person> live;
  private IdMap<Device> devices;
  private IdMap<GroupState.Aims> aims;
  private final List<Stay> newlyOver = new ArrayList<>();

  private Growth(GroupState before, Known m, GroupState past, Pasts pasts) {
    this.before = before;
    this.m = m;
    this.past = past;
    this.pasts = pasts;
    this.seats = before.seats;
    this.live = before.live;
    this.devices = before.devices;
    this.aims = before.aims;
  }

  static GroupState add(GroupState before, Known m, GroupState past, Pasts pasts) {
    return new Growth(before, m, past, pasts).grow();
  }

  private GroupState grow() {
    if (m.here().isPresent()) {
      endSoftly(m.author());
    }
    m.begun().forEach(this::begin);
    if (m.isRekey()) {
      m.rekey().targets().forEach(this::strike);
    }
    GroupState.Tips tips = tips();
    Slots slots = slots();
    List<Known> usable = usable();
    return new GroupState(
        before.isNothing() ? m : before.foundFact(),
        before.count + 1,
        heads(),
        before.authors.with(tips),
        seats,
        live,
        devices,
        aims,
        usable,
        revisions(usable),
        slots);
  }

  // ---- the set

  private List<Known> heads() {
    List<Known> heads = new ArrayList<>(before.heads);
    heads.removeAll(m.parents());
    heads.add(m);
    heads.sort((one, other) -> one.id().compareTo(other.id()));
    return List.copyOf(heads);
  }

  private GroupState.Tips tips() {
    List<Known> tips = new ArrayList<>(before.tipsOf(m.author()));
    tips.removeAll(m.ownPrevious());
    boolean faulty = before.isFaulty(m.author()) || !tips.isEmpty();
    tips.add(m);
    tips.sort((one, other) -> one.id().compareTo(other.id()));
    return new GroupState.Tips(List.copyOf(tips), faulty);
  }

  // ---- stays begin

  private void begin(Stay stay) {
    Person person = stay.person();
    Device device = devices.get(person.device().hash());
    devices = devices.with(device == null ? Device.of(person) : device.with(person));
    Seat seat = seats.get(person.id().hash());
    List<Known> aimed = new ArrayList<>();
    for (Known end : Ends.aimedAt(before, person)) {
      if (!past.contains(end)) {
        aimed.add(end);
      }
    }
    List<Known> beside = beside(m);
    put(
        (seat == null ? Seat.of(person) : seat)
            .with(Seat.Place.live(stay).endedBy(aimed, false).endedBy(beside, !beside.isEmpty())));
  }

  // ---- ends strike

  /** Ends the stays of {@code member} that m's author knew. */
  private void endSoftly(MemberId member) {
    Seat known = past.seat(member);
    if (known == null) {
      return;
    }
    boolean isHere = m.here().isPresent();
    Seat seat = seat(member);
    for (Seat.Place then : known.current()) {
      Seat.Place now = placeIn(seat, then.stay());
      if (isHere) {
        seat = seat.with(now.replacedByHere());
      } else if (!then.isOver()) {
        seat = seat.with(now.endedSoftly());
      }
    }
    put(seat);
  }

  private void strike(Target target) {
    switch (target) {
      case Target.Absent absent -> endSoftly(absent.member());
      case Target.Left left -> endHard(left.leave().header().author());
      case Target.Faulty faulty -> Ends.faultyMembers(faulty).forEach(this::endHard);
      case Target.Expelled expelled -> {
        Device device = devices.get(expelled.device().hash());
        if (device != null) {
          devices = devices.with(device.expelledBy(m));
          for (Person member : device.members()) {
            endHardPlaces(seat(member.id()));
          }
        }
      }
    }
  }

  private void endHard(MemberId member) {
    GroupState.Aims others = aims.get(member.hash());
    aims =
        aims.with(
            new GroupState.Aims(
                member, Ends.union(others == null ? List.of() : others.rekeys(), List.of(m))));
    Seat seat = seats.get(member.hash());
    if (seat != null) {
      endHardPlaces(seat);
    }
  }

  /** Ends all stays of a target: m is new, so none descends from it. */
  private void endHardPlaces(Seat seat) {
    Deque<Stay> ended = new ArrayDeque<>();
    Seat next = seat;
    for (Seat.Place place : seat.places()) {
      next = next.with(place.endedBy(List.of(m), false));
      ended.add(place.stay());
    }
    put(next);
    fallWith(ended);
  }

  /** Whoever they let in beside the end falls too, and so on down. */
  private void fallWith(Deque<Stay> ended) {
    for (Stay stay = ended.poll(); stay != null; stay = ended.poll()) {
      for (Known e : besideFactsOf(stay.person().id())) {
        List<Known> beside = e.rests().contains(stay) ? beside(e) : List.of();
        for (Stay fallen : beside.isEmpty() ? List.<Stay>of() : e.begun()) {
          Seat seat = seat(fallen.person().id());
          Seat.Place place = placeIn(seat, fallen);
          Seat.Place now = place.endedBy(beside, true);
          if (!now.equals(place)) {
            put(seat.with(now));
            ended.add(fallen);
          }
        }
      }
    }
  }

  /** The author's facts in S that m's author did not know, newest first. */
  private List<Known> besideFactsOf(MemberId author) {
    List<Known> found = new ArrayList<>();
    Deque<Known> line = new ArrayDeque<>(before.tipsOf(author));
    for (Known each = line.poll(); each != null; each = line.poll()) {
      if (!past.contains(each) && !found.contains(each)) {
        found.add(each);
        line.addAll(each.ownPrevious());
      }
    }
    return found;
  }

  private List<Known> beside(Known e) {
    GroupState before = e == m ? past : pasts.past(e);
    List<List<Known>> ofRests = new ArrayList<>();
    for (Stay rest : e.rests()) {
      List<Known> ends = new ArrayList<>();
      for (Known end : placeIn(seat(rest.person().id()), rest).hard()) {
        boolean endKnewIt = e != m && (end == m ? past : pasts.past(end)).contains(e);
        if (!before.contains(end) && !endKnewIt) {
          ends.add(end);
        }
      }
      ofRests.add(ends);
    }
    return Ends.beside(ofRests);
  }

  private Seat seat(MemberId member) {
    Seat seat = seats.get(member.hash());
    if (seat == null) {
      throw new IllegalStateException("no seat for " + member + ", whose stay is known");
    }
    return seat;
  }

  private static Seat.Place placeIn(Seat seat, Stay stay) {
    Seat.Place place = seat.place(stay);
    if (place == null) {
      throw new IllegalStateException("a state that holds a fact lacks a stay from its past");
    }
    return place;
  }

  private void put(Seat seat) {
    Seat old = seats.get(seat.person().id().hash());
    seat.overSince(
        old,
        place -> {
          Seat.Place was = old == null ? null : old.place(place.stay());
          if (was == null || !was.isOver()) {
            newlyOver.add(place.stay());
          }
        });
    seats = seats.with(seat);
    live = seat.isLive() ? live.with(seat.person()) : live.without(seat.hash());
  }

  // ---- what follows

  private boolean stillClean(Known secret) {
    GroupState then = pasts.after(secret);
    for (Stay stay : newlyOver) {
      if (!Ends.endedIn(stay, then, pasts)) {
        return false;
      }
    }
    return true;
  }

  /** m adds nothing to what S knew: then S ∪ {m} is P(m), and what m makes is clean in it. */
  private boolean knewAll() {
    return past.count == before.count;
  }

  private List<Known> usable() {
    List<Known> usable = new ArrayList<>();
    for (Known epoch : before.usable) {
      if (newlyOver.isEmpty() || stillClean(epoch)) {
        usable.add(epoch);
      }
    }
    if (m.isRekey() && (knewAll() || Ends.allEndedIn(pasts.after(m), seats, pasts))) {
      usable.removeIf(past::contains);
      usable.add(m);
      usable.sort((one, other) -> one.id().compareTo(other.id()));
    }
    return List.copyOf(usable);
  }

  private Slots slots() {
    Slots slots =
        m.type() == MessageType.FOUND ? Slots.empty(((Found) m.fact()).profile()) : before.slots;
    for (Stay stay : newlyOver) {
      boolean beginsNow = !before.contains(stay.begunBy());
      slots =
          slots.dirtied(
              stay.person().id(), reseal -> wasOverFor(stay, beginsNow, () -> pasts.after(reseal)));
    }
    if (m.type() == MessageType.RESEAL && m.fact() instanceof Reseal reseal) {
      // Whose ends its author did not know; what they held is unclean.
      List<Person> ended =
          knewAll()
              ? List.of()
              : Ends.notEndedIn(pasts.after(m), seats, pasts).stream()
                  .map(place -> place.stay().person())
                  .distinct()
                  .toList();
      Profile profile = slots.profile();
      slots =
          slots.resealed(
              reseal.slots().stream().map(Reseal.SlotKey::slot).toList(),
              m,
              slot -> ended.stream().noneMatch(person -> slot.isHeldBy(person.id(), profile)),
              past);
    }
    return slots;
  }

  /**
   * Whether who made a Reseal on {@code then} knew the stay to be over, or what would void it. One
   * that came into the slot later held the key too.
   *
   * <p>Over only grows: what was not over before this fact was over for no Reseal. So the states of
   * old Reseals, which may have to be made again, are asked only about stays that begin now.
   */
  private boolean wasOverFor(Stay stay, boolean beginsNow, Supplier<GroupState> then) {
    return beginsNow && Ends.endedIn(stay, then.get(), pasts);
  }

  /** An Admit or Here names the epochs usable in P(m), and each steps. */
  private IdMap<GroupState.Steps> revisions(List<Known> usableNow) {
    if (m.type() != MessageType.ADMIT && m.type() != MessageType.HERE) {
      return before.revisions;
    }
    if (knewAll()) {
      // This is P(m) itself: what it shows is what m names, for everybody and for good.
      m.names(usableNow.stream().map(Known::id).toList());
    }
    IdMap<GroupState.Steps> next = before.revisions;
    for (FactId epoch : m.names()) {
      next = next.with(new GroupState.Steps(epoch, before.revision(epoch) + 1));
    }
    return next;
  }
}
