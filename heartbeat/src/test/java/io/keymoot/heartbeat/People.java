package io.keymoot.heartbeat;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Members, facts and rosters that are nothing but names, the same in every run. */
final class People {
  static final GroupId GROUP = new GroupId(hash("group"));
  static final FactId FOUND = new FactId(GROUP.hash());

  private People() {}

  static Hash32 hash(String name) {
    return Hash32.sha256(name.getBytes(StandardCharsets.UTF_8));
  }

  static Hash32 hash(Random random) {
    return new Hash32(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
  }

  static MemberId member(int number) {
    return new MemberId(hash("member " + number));
  }

  static FactId fact(String name) {
    return new FactId(hash("fact " + name));
  }

  static Roster.Seat seat(int number) {
    return new Roster.Seat(member(number), new Fingerprint(hash("device " + number)));
  }

  /** Members 0 to {@code count} − 1, a device each. */
  static Roster roster(int count) {
    return roster(Profile.CONFERENCE, seats(count));
  }

  static List<Roster.Seat> seats(int count) {
    List<Roster.Seat> seats = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      seats.add(seat(i));
    }
    return seats;
  }

  static Roster roster(Profile profile, List<Roster.Seat> seats) {
    return new Roster(GROUP, profile, digest(seats), sorted(seats));
  }

  static Roster next(Roster roster, List<Roster.Seat> seats) {
    return roster.next(digest(seats), sorted(seats));
  }

  private static List<Roster.Seat> sorted(List<Roster.Seat> seats) {
    return seats.stream().sorted(Comparator.comparing(Roster.Seat::member)).toList();
  }

  private static Hash32 digest(List<Roster.Seat> seats) {
    return Hash32.sha256(
        sorted(seats).stream().map(seat -> seat.member().hash().toArray()).toArray(byte[][]::new));
  }

  static Beat beat(MemberId member, long counter, boolean signed, Roster roster, FactId... heads) {
    return new Beat(
        GROUP,
        member,
        List.of(heads),
        new HeartbeatContent(counter, Optional.empty(), 0, roster.digest(), Bytes.EMPTY),
        signed);
  }
}
