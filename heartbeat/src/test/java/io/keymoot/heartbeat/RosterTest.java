package io.keymoot.heartbeat;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Person;
import io.keymoot.flatkeying.group.Rendezvous;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RosterTest {

  @Test
  void theWatchersAreThoseThatTheRulesOfTheGroupLetSuspend() {
    GroupState state = RealGroup.of(60, 10);
    Roster roster = new Rosters().of(state);
    assertThat(roster.size()).isEqualTo(60);
    assertThat(roster.digest()).isEqualTo(state.membersDigest());
    for (Person person : state.members()) {
      List<MemberId> expected =
          Rendezvous.watchers(state, person, Limits.WATCHERS).stream().map(Person::id).toList();
      assertThat(roster.watchers(person.id())).isEqualTo(expected);
      for (Person member : state.members()) {
        int place = expected.indexOf(member.id());
        assertThat(roster.rank(new Duty.Absent(person.id()), member.id()))
            .isEqualTo(place < 0 ? Optional.empty() : Optional.of(place));
      }
    }
  }

  @Test
  void theQuickLookAtWhoMayWatchMissesNobody() {
    Roster roster = People.roster(600);
    for (int target = 0; target < 100; target++) {
      MemberId id = People.member(target);
      List<MemberId> watchers = roster.watchers(id);
      assertThat(watchers).hasSize(Limits.WATCHERS).doesNotContain(id);
      for (int rank = 0; rank < watchers.size(); rank++) {
        assertThat(roster.rank(new Duty.Absent(id), watchers.get(rank))).contains(rank);
      }
    }
  }

  @Test
  void nobodyWatchesOverItsOwnDevice() {
    List<Roster.Seat> seats = new ArrayList<>(People.seats(6));
    Fingerprint device = seats.get(0).device();
    for (int again = 6; again < 200; again++) {
      seats.add(new Roster.Seat(People.member(again), device));
    }
    Roster roster = People.roster(Profile.CONFERENCE, seats);
    assertThat(roster.watchers(People.member(100)))
        .containsExactlyInAnyOrderElementsOf(
            seats.subList(1, 6).stream().map(Roster.Seat::member).toList());
    for (int other = 1; other < 6; other++) {
      assertThat(roster.rank(new Duty.Absent(People.member(100)), People.member(other)))
          .isPresent();
    }
  }

  @ParameterizedTest
  @EnumSource(Profile.class)
  void whatBecomesOfARosterIsWhatAFreshOneWouldBe(Profile profile) {
    Random random = new Random(8);
    List<Roster.Seat> seats = new ArrayList<>(People.seats(50));
    Roster roster = People.roster(profile, seats);
    for (int round = 0; round < 60; round++) {
      Roster before = roster;
      for (int i = random.nextInt(4); i > 0; i--) {
        seats.add(People.seat(1_000 + 10 * round + i));
      }
      for (int i = random.nextInt(4); i > 0; i--) {
        seats.remove(random.nextInt(seats.size()));
      }
      roster = People.next(roster, seats);
      Roster fresh = People.roster(profile, seats);
      assertThat(roster.since(before)).isEqualTo(fresh.since(before));
      for (Roster.Seat seat : seats) {
        MemberId member = seat.member();
        assertThat(roster.rank(new Duty.Rekey(), member))
            .isEqualTo(fresh.rank(new Duty.Rekey(), member));
      }
      for (int position = 0; position < Limits.ADDRESS_SYMBOLS; position++) {
        for (int symbol = 0; symbol < profile.radix(); symbol++) {
          Slot slot = new Slot(position, symbol);
          assertThat(roster.line(slot)).isEqualTo(fresh.line(slot));
        }
      }
    }
  }

  @Test
  void everyMemberHasARankOfItsOwnForARekey() {
    Roster roster = People.roster(100);
    List<Integer> ranks = new ArrayList<>();
    for (int member = 0; member < 100; member++) {
      ranks.add(roster.rank(new Duty.Rekey(), People.member(member)).orElseThrow());
    }
    assertThat(ranks.stream().sorted().distinct()).hasSize(100).startsWith(0).endsWith(99);
    assertThat(roster.rank(new Duty.Rekey(), People.member(100))).isEmpty();
  }

  @Test
  void aSlotsLineIsOfThoseWhoseAddressIsInItInRendezvousOrder() {
    Roster roster = People.roster(40);
    for (int position = 0; position < Limits.ADDRESS_SYMBOLS; position++) {
      for (int symbol = 0; symbol < 4; symbol++) {
        Slot slot = new Slot(position, symbol);
        List<MemberId> expected =
            People.seats(40).stream()
                .map(Roster.Seat::member)
                .filter(member -> slot.isHeldBy(member, Profile.CONFERENCE))
                .sorted(
                    Comparator.comparing(
                        member -> Rendezvous.place(People.GROUP, Rendezvous.RESEAL, member)))
                .toList();
        assertThat(roster.line(slot))
            .isEqualTo(expected.subList(0, Math.min(HeartbeatLimits.LINE, expected.size())));
        for (int rank = 0; rank < expected.size(); rank++) {
          assertThat(roster.rank(new Duty.Reseal(slot), expected.get(rank))).contains(rank);
        }
      }
    }
  }

  @Test
  void thePeersOfAProcessShareOneRosterForOneSetOfMembers() {
    Rosters rosters = new Rosters();
    Roster ten = rosters.of(RealGroup.of(10, 0));
    Roster eleven = rosters.of(RealGroup.of(11, 0));
    assertThat(rosters.of(RealGroup.of(10, 0))).isSameAs(ten);
    assertThat(eleven.since(ten).added()).hasSize(1);
    assertThat(eleven.since(ten).removed()).isEmpty();
    assertThat(ten.since(eleven).removed()).isEqualTo(eleven.since(ten).added());
  }
}
