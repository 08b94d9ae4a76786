package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.Found;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a set of facts says: who is in, who is over, which epochs and slots are clean. A pure
 * function of the set, immutable, and shared by all who hold the same set.
 *
 * <p>{@link Growth} makes the next one; one fact more costs work that does not grow with the number
 * of facts, for everything that grows is an {@link IdMap} that shares what did not change.
 */
public final class GroupState {

  /**
   * The facts of one author at the top of this set. As long as there is one tip, the author's part
   * of the set is a prefix of its line.
   *
   * @param faulty two of its facts in this set are out of order: for good, even if a later one
   *     covers both
   */
  record Tips(List<Known> tips, boolean faulty) implements IdMap.Keyed {
    @Override
    public Hash32 hash() {
      return tips.get(0).author().hash();
    }
  }

  /** The Rekeys with a Left or Faulty target that is the member. Expulsions aim at devices. */
  record Aims(MemberId member, List<Known> rekeys) implements IdMap.Keyed {
    @Override
    public Hash32 hash() {
      return member.hash();
    }
  }

  /** How often an epoch's key has stepped. */
  record Steps(FactId epoch, int count) implements IdMap.Keyed {
    @Override
    public Hash32 hash() {
      return epoch.hash();
    }
  }

  static final GroupState NOTHING =
      new GroupState(
          null,
          0,
          List.of(),
          IdMap.empty(),
          IdMap.empty(),
          IdMap.empty(),
          IdMap.empty(),
          IdMap.empty(),
          List.of(),
          IdMap.empty(),
          Slots.empty(Profile.CONFERENCE));

  private final @Nullable Known found;
  final int count;
  final List<Known> heads;
  final IdMap<Tips> authors;
  final IdMap<Seat> seats;
  final IdMap<Person> live;
  final IdMap<Device> devices;
  final IdMap<Aims> aims;
  final List<Known> usable;
  final IdMap<Steps> revisions;
  final Slots slots;

  GroupState(
      @Nullable Known found,
      int count,
      List<Known> heads,
      IdMap<Tips> authors,
      IdMap<Seat> seats,
      IdMap<Person> live,
      IdMap<Device> devices,
      IdMap<Aims> aims,
      List<Known> usable,
      IdMap<Steps> revisions,
      Slots slots) {
    this.found = found;
    this.count = count;
    this.heads = heads;
    this.authors = authors;
    this.seats = seats;
    this.live = live;
    this.devices = devices;
    this.aims = aims;
    this.usable = usable;
    this.revisions = revisions;
    this.slots = slots;
  }

  // ---- the set

  boolean isNothing() {
    return found == null;
  }

  Known foundFact() {
    if (found == null) {
      throw new IllegalStateException("no fact is known yet, not even the Found");
    }
    return found;
  }

  public GroupId group() {
    return new GroupId(foundFact().id().hash());
  }

  public Found found() {
    return (Found) foundFact().fact();
  }

  /** How many facts there are. */
  public int count() {
    return count;
  }

  /** The facts with none after them, in the order of ids: they name the whole set. */
  public List<FactId> heads() {
    List<FactId> ids = new ArrayList<>(heads.size());
    for (Known head : heads) {
      ids.add(head.id());
    }
    return List.copyOf(ids);
  }

  /** Whether the fact is in this set. */
  public boolean contains(Known fact) {
    Tips tips = authors.get(fact.author().hash());
    if (tips == null) {
      return false;
    }
    for (Known tip : tips.tips) {
      if (tip.turn() >= fact.turn() && (!fact.line().forked || isAtOrBelow(fact, tip))) {
        return true;
      }
    }
    return false;
  }

  /** On a forked line turn numbers say too little: follow it down. */
  private static boolean isAtOrBelow(Known fact, Known tip) {
    List<Known> level = List.of(tip);
    while (!level.isEmpty()) {
      List<Known> below = new ArrayList<>();
      for (Known each : level) {
        if (each == fact) {
          return true;
        }
        for (Known previous : each.ownPrevious()) {
          if (previous.turn() >= fact.turn() && !below.contains(previous)) {
            below.add(previous);
          }
        }
      }
      level = below;
    }
    return false;
  }

  /** The author's facts of this set that none of its own come after. */
  public List<Known> tipsOf(MemberId author) {
    Tips tips = authors.get(author.hash());
    return tips == null ? List.of() : tips.tips;
  }

  /** Own order: two facts of this author in this set are out of order. */
  public boolean isFaulty(MemberId author) {
    Tips tips = authors.get(author.hash());
    return tips != null && tips.faulty;
  }

  /** The authors whose facts are out of order here and were not, or were not known, before. */
  public List<MemberId> newlyFaulty(GroupState before) {
    List<MemberId> newly = new ArrayList<>();
    authors.difference(
        before.authors,
        (now, then) -> {
          if (now != null && now.faulty && (then == null || !then.faulty)) {
            newly.add(now.tips.get(0).author());
          }
        });
    return newly;
  }

  // ---- who is in

  @Nullable Seat seat(MemberId member) {
    return seats.get(member.hash());
  }

  /** The Rekeys that end this member by name. */
  List<Known> aimsAt(Person member) {
    Aims known = aims.get(member.id().hash());
    return known == null ? List.of() : known.rekeys;
  }

  /** How many devices are in, but no more than {@code most}: then nobody need count on. */
  int devicesUpTo(int most) {
    SortedSet<Fingerprint> met = new TreeSet<>();
    live.until(
        person -> {
          met.add(person.device());
          return met.size() >= most;
        });
    return met.size();
  }

  @Nullable Device device(Fingerprint fingerprint) {
    return devices.get(fingerprint.hash());
  }

  /** The members that this device is. */
  public List<Person> membersOf(Fingerprint fingerprint) {
    Device device = device(fingerprint);
    if (device == null) {
      return List.of();
    }
    List<Person> members = device.members();
    members.removeIf(person -> !isMember(person.id()));
    return List.copyOf(members);
  }

  public Optional<Person> person(MemberId member) {
    return Optional.ofNullable(seat(member)).map(Seat::person);
  }

  public boolean isMember(MemberId member) {
    return live.contains(member.hash());
  }

  public int memberCount() {
    return live.size();
  }

  /** Everybody who is in, in the order of ids. */
  public List<Person> members() {
    return live.asList();
  }

  /** How many members come before this one in the order of ids; -1 if it is none. */
  public int place(MemberId member) {
    return live.place(member.hash());
  }

  /** A name of the set of members that no other set has. */
  public Hash32 membersDigest() {
    return live.digest();
  }

  /** The member's stays that are not over, in the order of ids. */
  public List<Stay> liveStays(MemberId member) {
    Seat seat = seat(member);
    return seat == null ? List.of() : seat.live();
  }

  /** The member's stays that no Here of its own replaced: those that are not over come first. */
  public List<Stay> currentStays(MemberId member) {
    Seat seat = seat(member);
    if (seat == null) {
      return List.of();
    }
    List<Stay> stays = new ArrayList<>(seat.live());
    seat.paused().forEach(place -> stays.add(place.stay()));
    return List.copyOf(stays);
  }

  /**
   * The stay whose leaf key counts. A Here's before an Admit's, for an old request can be admitted
   * again by anybody who has it; else the highest id.
   */
  public Optional<Stay> newestStay(MemberId member) {
    Stay newest = null;
    for (Stay stay : liveStays(member)) {
      if (newest == null || stay.isByHere() || !newest.isByHere()) {
        newest = stay;
      }
    }
    return Optional.ofNullable(newest);
  }

  public boolean isOver(Stay stay) {
    Seat.Place place = place(stay);
    return place != null && place.isOver();
  }

  Seat.@Nullable Place place(Stay stay) {
    Seat seat = seat(stay.person().id());
    return seat == null ? null : seat.place(stay);
  }

  boolean contains(Stay stay) {
    return place(stay) != null;
  }

  /** Every stay that is over. Walks all who ever were in: for tests and reports. */
  public List<Stay> over() {
    List<Stay> over = new ArrayList<>();
    seats.forEach(
        seat -> {
          seat.forEachOver(place -> over.add(place.stay()));
        });
    return over;
  }

  /**
   * Devices that are out, and whose last stay did not end by itself. Like {@link #over}, for
   * reports.
   */
  public SortedSet<Fingerprint> putOut() {
    SortedMap<Fingerprint, Stay> last = new TreeMap<>();
    for (Stay stay : over()) {
      last.merge(
          stay.person().device(),
          stay,
          (one, other) ->
              Known.PARENTS_FIRST.compare(one.begunBy(), other.begunBy()) < 0 ? other : one);
    }
    last.values().removeIf(stay -> !isPutOut(stay) || !membersOf(stay.person().device()).isEmpty());
    return new TreeSet<>(last.keySet());
  }

  /** The set of no facts, before even the Found. */
  public static GroupState nothing() {
    return NOTHING;
  }

  /** Whether the stay was put out or fell with an end: it did not go, pause or renew by itself. */
  public boolean isPutOut(Stay stay) {
    Seat.Place place = place(stay);
    return place != null && Ends.isPutOut(place);
  }

  /** The stays that are live here and were not, or were not known, in {@code before}. */
  public List<Stay> newlyBegun(GroupState before) {
    List<Stay> newly = new ArrayList<>();
    seats.difference(
        before.seats,
        (now, then) -> {
          for (Stay stay : now == null ? List.<Stay>of() : now.live()) {
            if (then == null || then.place(stay) == null) {
              newly.add(stay);
            }
          }
        });
    return newly;
  }

  /** The stays that are over here and were not, or were not known, in {@code before}. */
  public List<Stay> newlyOver(GroupState before) {
    List<Stay> newly = new ArrayList<>();
    seats.difference(
        before.seats,
        (now, then) -> {
          if (now != null) {
            now.overSince(
                then,
                place -> {
                  Seat.Place was = then == null ? null : then.place(place.stay());
                  if (was == null || !was.isOver()) {
                    newly.add(place.stay());
                  }
                });
          }
        });
    return newly;
  }

  // ---- which key

  /** The clean epochs with no clean descendant, in the order of ids. */
  public List<Known> usable() {
    return usable;
  }

  public boolean isUsable(FactId epoch) {
    for (Known each : usable) {
      if (each.id().equals(epoch)) {
        return true;
      }
    }
    return false;
  }

  /** r_x: how often the epoch's key has stepped. */
  public int revision(FactId epoch) {
    Steps steps = revisions.get(epoch.hash());
    return steps == null ? 0 : steps.count;
  }

  /** The Reseal whose KEK counts for the slot, if it has any. */
  public Optional<Known> standing(Slot slot) {
    return Optional.ofNullable(slots.standing(slot)).map(Slots.Seal::reseal);
  }

  /** The Reseals that stand here and that {@code before} did not know, each with its slot. */
  public List<Known.Start> resealedSince(GroupState before) {
    return slots.since(before);
  }

  /** Whether nobody who is out ever held the KEK that {@code reseal} made for the slot. */
  public boolean isClean(Slot slot, Known reseal) {
    return slots.isClean(slot, reseal);
  }

  @Override
  public String toString() {
    return count + " facts, " + memberCount() + " members, heads " + heads();
  }
}
