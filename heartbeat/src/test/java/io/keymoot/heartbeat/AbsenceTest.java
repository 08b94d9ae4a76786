package io.keymoot.heartbeat;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.MemberId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** One watcher of member 9 in a group of ten; the others beat as the test says. */
class AbsenceTest {
  private static final int TARGET = 9;
  private static final MemberId ABSENTEE = People.member(TARGET);
  private static final Duty.Absent ABSENT = new Duty.Absent(ABSENTEE);

  private final Roster roster = People.roster(10);
  private final Random random = new Random(3);
  private final MemberId me = roster.watchers(ABSENTEE).get(0);
  private final MemberId other = roster.watchers(ABSENTEE).get(1);
  private final List<Effect> done = new ArrayList<>();
  private Heartbeat core = new Heartbeat(Tick.ZERO, me, random::nextBytes);
  private long now;
  private long counter;

  AbsenceTest() {
    core.step(Tick.ZERO, new Input.Knows(roster, List.of(People.FOUND)));
  }

  private void tell(Input input) {
    core.step(new Tick(now), input).stream()
        .filter(effect -> effect instanceof Effect.Act || effect instanceof Effect.Second)
        .forEach(done::add);
  }

  /** Goes on for so long; members 0 to {@code beating} − 1 beat every second. */
  private void run(long millis, int beating, boolean signed) {
    for (long end = now + millis; now < end; now += 1_000) {
      while (core.nextDeadline().filter(next -> next.millis() <= now).isPresent()) {
        tell(new Input.Wake());
      }
      counter++;
      for (int member = 0; member < beating; member++) {
        hear(member, signed);
      }
    }
  }

  private void hear(int member, boolean signed) {
    Beat beat = People.beat(People.member(member), counter, signed, roster, People.FOUND);
    if (!beat.member().equals(me)) {
      tell(new Input.Heard(beat, List.of(), true));
    }
  }

  @Test
  void afterTenMinutesOfSilenceTheFirstWatcherSecondsAndWithAnothersWordSuspends() {
    run(2_000, 10, true);
    run(598_000, 9, true);
    assertThat(done).isEmpty();
    run(30_000, 9, true);
    assertThat(done).containsExactly(new Effect.Second(ABSENTEE));
    tell(new Input.Seconded(ABSENTEE, other));
    run(1_000, 9, true);
    assertThat(done).containsExactly(new Effect.Second(ABSENTEE), new Effect.Act(ABSENT));
  }

  @Test
  void nobodyIsSuspendedByAnInputThatIsNotAWake() {
    run(2_000, 10, true);
    run(625_000, 9, true);
    assertThat(done).containsExactly(new Effect.Second(ABSENTEE));
    tell(new Input.Seconded(ABSENTEE, other));
    for (int i = 0; i < 20; i++) {
      now += 100;
      counter++;
      hear(i % 9, true);
    }
    assertThat(done).hasSize(1);
    // Among what was still to be read was a beat of its own.
    hear(TARGET, true);
    run(1_000, 9, true);
    assertThat(done).hasSize(1);
  }

  @Test
  void oneWatchersWordAloneSuspendsNobody() {
    run(2_000, 10, true);
    run(1_800_000, 9, true);
    assertThat(done).isNotEmpty().allMatch(effect -> effect.equals(new Effect.Second(ABSENTEE)));
    // Its word comes again, more and more seldom.
    assertThat(done.size()).isLessThanOrEqualTo(7);
  }

  @Test
  void theWordOfOneWhoDoesNotWatchCountsForNothing() {
    MemberId stranger =
        People.seats(10).stream()
            .map(Roster.Seat::member)
            .filter(member -> !roster.watchers(ABSENTEE).contains(member))
            .findFirst()
            .orElseThrow();
    run(2_000, 10, true);
    run(620_000, 9, true);
    tell(new Input.Seconded(ABSENTEE, stranger));
    tell(new Input.Seconded(ABSENTEE, me));
    run(60_000, 9, true);
    assertThat(done).doesNotContain(new Effect.Act(ABSENT));
  }

  @Test
  void anothersWordDoesNotReplaceOnesOwnFinding() {
    run(300_000, 10, true);
    run(500_000, 9, true);
    tell(new Input.Seconded(ABSENTEE, other));
    run(90_000, 9, true);
    assertThat(done).isEmpty();
  }

  @Test
  void whoIsHeardAgainIsSuspectedNoMore() {
    run(2_000, 10, true);
    run(625_000, 9, true);
    assertThat(done).containsExactly(new Effect.Second(ABSENTEE));
    hear(TARGET, true);
    tell(new Input.Seconded(ABSENTEE, other));
    run(500_000, 9, true);
    assertThat(done).hasSize(1);
  }

  @Test
  void whoHearsNoMoreThanHalfSuspendsNobody() {
    run(2_000, 10, true);
    run(3_600_000, 5, true);
    assertThat(done).isEmpty();
  }

  @Test
  void hintsMakeNoMajority() {
    run(2_000, 10, true);
    run(3_600_000, 9, false);
    assertThat(done).isEmpty();
  }

  @Test
  void aDeviceThatWakesUpListensForTheWholePatienceFirst() {
    run(60_000, 10, true);
    now += 3_600_000;
    run(590_000, 9, true);
    assertThat(done).isEmpty();
    run(30_000, 9, true);
    assertThat(done).containsExactly(new Effect.Second(ABSENTEE));
  }

  /** There one beat is a majority, and it may be read before the first look around. */
  @Test
  void whoWakesUpInAGroupOfThreeListensForTheWholePatienceToo() {
    MemberId absentee = People.member(2);
    core = new Heartbeat(Tick.ZERO, People.member(0), random::nextBytes);
    tell(new Input.Knows(People.roster(3), List.of(People.FOUND)));
    runOfThree(60_000, 1, 2);
    now += 3_600_000;
    hearOfThree(1);
    runOfThree(590_000, 1);
    assertThat(done).isEmpty();
    runOfThree(30_000, 1);
    assertThat(done).containsExactly(new Effect.Second(absentee));
  }

  private void runOfThree(long millis, int... beating) {
    for (long end = now + millis; now < end; now += 1_000) {
      while (core.nextDeadline().filter(next -> next.millis() <= now).isPresent()) {
        tell(new Input.Wake());
      }
      for (int member : beating) {
        hearOfThree(member);
      }
    }
  }

  private void hearOfThree(int member) {
    counter++;
    tell(
        new Input.Heard(
            People.beat(People.member(member), counter, true, People.roster(3), People.FOUND),
            List.of(),
            true));
  }

  @Test
  void aMemberNeverHeardIsSuspectedAsOneHeardOnceIs() {
    run(595_000, 9, true);
    assertThat(done).isEmpty();
    run(25_000, 9, true);
    assertThat(done).containsExactly(new Effect.Second(ABSENTEE));
  }

  @Test
  void whoComesBackAfterASuspensionIsNotSuspendedForItsOldSilence() {
    run(2_000, 10, true);
    run(595_000, 9, true);
    Roster without = People.next(roster, People.seats(9));
    tell(new Input.Knows(without, List.of(People.FOUND)));
    run(10_000, 9, true);
    tell(new Input.Knows(People.next(without, People.seats(10)), List.of(People.FOUND)));
    run(590_000, 9, true);
    assertThat(done).isEmpty();
    run(30_000, 9, true);
    assertThat(done).containsExactly(new Effect.Second(ABSENTEE));
  }

  @Test
  void inAGroupOfTwoNobodyIsSuspended() {
    Roster two = People.roster(2);
    core = new Heartbeat(Tick.ZERO, People.member(0), random::nextBytes);
    tell(new Input.Knows(two, List.of(People.FOUND)));
    counter = 1;
    hear(1, true);
    run(3_600_000, 0, true);
    assertThat(done).isEmpty();
  }

  /** Above 2,000 members, who beat every 100 s, six times that is more than ten minutes. */
  @Test
  void patienceIsTenMinutesAndInLargeGroupsSixIntervals() {
    assertThat(HeartbeatLimits.patience(10)).isEqualTo(600_000);
    assertThat(HeartbeatLimits.patience(2_000)).isEqualTo(600_000);
    assertThat(HeartbeatLimits.patience(4_000)).isEqualTo(1_200_000);
    assertThat(HeartbeatLimits.patience(10_000)).isEqualTo(3_000_000);
  }
}
