package io.keymoot.heartbeat;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Rendezvous;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who is in, and in what line they stand for each duty: all this core needs to know of a {@link
 * GroupState}. Immutable, a pure function of the set of members, and shared by all peers of a
 * process that believe in the same set; {@link Rosters} sees to that.
 */
public final class Roster {
  /**
   * @param device nobody watches over another stay of its own device
   */
  record Seat(MemberId member, Fingerprint device) {}

  /** What became of one roster in the next. */
  record Change(List<MemberId> added, List<MemberId> removed) {}

  /** Nobody: what a peer believes before it has a fact. */
  static final Roster NOBODY = new Roster(GroupId.NONE, Profile.CONFERENCE, Hash32.ZERO, List.of());

  private final GroupId group;
  private final Profile profile;
  private final Hash32 digest;
  private final List<Seat> seats;
  private final Ranking rekeyers;
  private final Ranking resealers;

  /** By position and symbol: the key holder, and those it passes to. */
  private final List<List<MemberId>> lines;

  private final Hash32 before;
  private final Change change;

  /** A roster by itself. {@code seats} in the order of ids. */
  Roster(GroupId group, Profile profile, Hash32 digest, List<Seat> seats) {
    this.group = group;
    this.profile = profile;
    this.digest = digest;
    this.seats = List.copyOf(seats);
    List<MemberId> all = this.seats.stream().map(Seat::member).toList();
    this.rekeyers = Ranking.of(group, Rendezvous.REKEY, all);
    this.resealers = Ranking.of(group, Rendezvous.RESEAL, all);
    this.lines = lines();
    this.before = Hash32.ZERO;
    this.change = new Change(all, List.of());
  }

  private Roster(Roster before, Hash32 digest, List<Seat> seats) {
    this.group = before.group;
    this.profile = before.profile;
    this.digest = digest;
    this.seats = sharing(before.seats, seats);
    this.before = before.digest;
    this.change = difference(before.seats, this.seats);
    this.rekeyers = before.rekeyers.changed(change.added, change.removed);
    this.resealers = before.resealers.changed(change.added, change.removed);
    this.lines = lines();
  }

  /** The same group with these seats, in the order of ids. */
  Roster next(Hash32 itsDigest, List<Seat> itsSeats) {
    return new Roster(this, itsDigest, itsSeats);
  }

  /** The same, with the older objects where these are equal. Both in the order of ids. */
  private static List<Seat> sharing(List<Seat> older, List<Seat> seats) {
    List<Seat> shared = new ArrayList<>(seats.size());
    int o = 0;
    for (Seat seat : seats) {
      while (o < older.size() && older.get(o).member.compareTo(seat.member) < 0) {
        o++;
      }
      shared.add(o < older.size() && older.get(o).equals(seat) ? older.get(o) : seat);
    }
    return List.copyOf(shared);
  }

  static List<Seat> seats(GroupState state) {
    return state.members().stream().map(each -> new Seat(each.id(), each.device())).toList();
  }

  GroupId group() {
    return group;
  }

  Profile profile() {
    return profile;
  }

  /** Names the set of members. */
  Hash32 digest() {
    return digest;
  }

  int size() {
    return seats.size();
  }

  MemberId member(int index) {
    return seats.get(index).member;
  }

  Seat seat(int index) {
    return seats.get(index);
  }

  boolean contains(MemberId member) {
    return indexOf(member) >= 0;
  }

  private int indexOf(MemberId member) {
    int low = 0;
    int high = seats.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = seats.get(middle).member.compareTo(member);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }

  // ---- lines

  /** The rank among those who are able; none if this member is not. */
  Optional<Integer> rank(Duty duty, MemberId member, Set<MemberId> unable) {
    Optional<Integer> rank = unable.contains(member) ? Optional.empty() : rank(duty, member);
    if (rank.isEmpty() || unable.isEmpty()) {
      return rank;
    }
    long before =
        unable.stream()
            .flatMap(each -> rank(duty, each).stream())
            .filter(its -> its < rank.get())
            .count();
    return Optional.of(rank.get() - (int) before);
  }

  /** How many members come before this one for a duty; none if it is not in line at all. */
  Optional<Integer> rank(Duty duty, MemberId member) {
    if (!contains(member)) {
      return Optional.empty();
    }
    return switch (duty) {
      case Duty.Rekey rekey -> Optional.of(rekeyers.rank(member));
      case Duty.Reseal reseal ->
          reseal.slot().isHeldBy(member, profile)
              ? Optional.of(resealers.rank(member, reseal.slot(), profile))
              : Optional.empty();
      case Duty.Absent absent -> watchRank(absent.member(), member);
    };
  }

  /** Who makes the slot's next key, then those that passes to. */
  List<MemberId> line(Slot slot) {
    return lines.get(slot.position() * profile.radix() + slot.symbol());
  }

  private List<List<MemberId>> lines() {
    List<List<MemberId>> table = new ArrayList<>();
    for (int i = 0; i < Limits.ADDRESS_SYMBOLS * profile.radix(); i++) {
      table.add(new ArrayList<>(HeartbeatLimits.LINE));
    }
    int open = table.size();
    for (int rank = 0; rank < resealers.size() && open > 0; rank++) {
      MemberId member = resealers.get(rank);
      for (int position = 0; position < Limits.ADDRESS_SYMBOLS; position++) {
        int symbol = member.hash().symbol(position, profile.symbolBits());
        List<MemberId> line = table.get(position * profile.radix() + symbol);
        if (line.size() < HeartbeatLimits.LINE) {
          line.add(member);
          open -= line.size() == HeartbeatLimits.LINE ? 1 : 0;
        }
      }
    }
    return table.stream().map(List::copyOf).toList();
  }

  // ---- watchers

  /** The eight who watch over a member, in their order: the same as section 5 lets suspend it. */
  List<MemberId> watchers(MemberId target) {
    record Watcher(Hash32 place, MemberId member) {}
    int index = indexOf(target);
    if (index < 0) {
      return List.of();
    }
    Fingerprint device = seats.get(index).device;
    return seats.stream()
        .filter(seat -> !seat.device.equals(device))
        .map(seat -> new Watcher(Rendezvous.watch(group, target, seat.member), seat.member))
        .sorted(Comparator.comparing(Watcher::place))
        .limit(Limits.WATCHERS)
        .map(Watcher::member)
        .toList();
  }

  private Optional<Integer> watchRank(MemberId target, MemberId member) {
    if (!mayWatch(target, member)) {
      return Optional.empty();
    }
    int rank = watchers(target).indexOf(member);
    return rank < 0 ? Optional.empty() : Optional.of(rank);
  }

  /**
   * One hash that tells most members that they are no watchers, so that half a large group falling
   * silent does not cost each of the others millions of hashes. The eight lowest of n places lie
   * below 40/n but for once in 10¹⁰; then one watcher is missing, which the others make up for.
   */
  private boolean mayWatch(MemberId target, MemberId member) {
    int index = indexOf(target);
    if (index < 0) {
      return false;
    }
    Fingerprint device = seats.get(index).device;
    int others = 0;
    for (Seat seat : seats) {
      if (!seat.device.equals(device)) {
        others++;
      }
    }
    if (others <= 5 * Limits.WATCHERS) {
      return true;
    }
    double place = (Rendezvous.watch(group, target, member).a() >>> 11) * 0x1.0p-53;
    return place * others < 5 * Limits.WATCHERS;
  }

  // ---- change

  /** What is different here from {@code older}. */
  Change since(Roster older) {
    return older.digest.equals(before) ? change : difference(older.seats, seats);
  }

  private static Change difference(List<Seat> older, List<Seat> newer) {
    List<MemberId> added = new ArrayList<>();
    List<MemberId> removed = new ArrayList<>();
    int o = 0;
    int n = 0;
    while (o < older.size() || n < newer.size()) {
      int order;
      if (o == older.size()) {
        order = 1;
      } else if (n == newer.size()) {
        order = -1;
      } else {
        order = older.get(o).member.compareTo(newer.get(n).member);
      }
      if (order < 0) {
        removed.add(older.get(o++).member);
      } else if (order > 0) {
        added.add(newer.get(n++).member);
      } else {
        o++;
        n++;
      }
    }
    return new Change(List.copyOf(added), List.copyOf(removed));
  }

  @Override
  public String toString() {
    return size() + " members, digest " + digest;
  }
}
