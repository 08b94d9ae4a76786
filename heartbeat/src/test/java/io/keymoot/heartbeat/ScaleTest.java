package io.keymoot.heartbeat;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.FactId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The figures this core is held to, on up to ten thousand peers. */
class ScaleTest {

  @Test
  void anIdleHourOfAThousandPeersAtOnePercentLossSuspendsNobody() {
    // Mail may be ten seconds late: harder than life, and a fifth of an interval.
    World world = new World(1, People.roster(1_000), 10_000);
    world.loss = 0.01;
    world.run(3_600_000);
    assertThat(world.acts).isEmpty();
    assertThat(world.seen(Effect.Second.class)).isZero();
    assertThat(world.seen(Effect.Fetch.class)).isZero();
    assertThat(world.beats.size() / 3_600.0).isBetween(18.0, 20.5);
    assertThat(world.peers).allMatch(peer -> peer.core.freshness() == Freshness.FRESH);
    // Once to be fresh, and never to and fro.
    assertThat(world.seen(Effect.RosterIs.class)).isEqualTo(1_000);
  }

  @Test
  void withHalfOfTenThousandLackingAFactNobodyAnswersMoreThanTwentyTimesInHalfASecond() {
    World world = new World(2, People.roster(10_000), 10);
    world.loss = 0.01;
    World.Fact fact =
        new World.Fact(People.fact("lacked"), List.of(People.FOUND), Optional.empty());
    for (World.Peer peer : world.peers) {
      if (peer.number % 2 == 0) {
        peer.give(0, fact);
      }
    }
    int seconds = 0;
    while (world.knowing(fact.id()) < 10_000 && seconds < 60) {
      world.run(1_000);
      seconds++;
    }
    assertThat(world.knowing(fact.id())).isEqualTo(10_000);
    for (List<Long> answers : world.answers.values()) {
      assertThat(World.most(answers, 500)).isLessThanOrEqualTo(20);
    }
    assertThat(seconds).isLessThanOrEqualTo(20);
  }

  private record Outcome(double acts, double first, double worst) {}

  /** Twenty duties, one after the other, each owed by all who know of it. */
  private static Outcome duties(long seed, int able) {
    World world = new World(seed, People.roster(1_000), 5);
    world.loss = 0.01;
    int rounds = 20;
    List<Long> firsts = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      world.run(3_000);
      for (World.Peer peer : world.peers) {
        // Who can act changes from duty to duty; the line does not.
        peer.mayAct = Math.floorMod(peer.number * 31L + round * 17L, 1_000) < able;
      }
      long owedAt = world.now;
      int before = world.acts.size();
      for (World.Peer peer : world.peers) {
        peer.step(owedAt + peer.number % 50, new Input.Owed(new Duty.Rekey(), false));
      }
      world.run(10_000);
      assertThat(world.acts.size()).isGreaterThan(before);
      firsts.add(world.acts.get(before).at() - owedAt);
    }
    return new Outcome(
        world.acts.size() / (double) rounds,
        firsts.stream().mapToLong(Long::longValue).average().orElseThrow(),
        firsts.stream().mapToLong(Long::longValue).max().orElseThrow());
  }

  @Test
  void amongAThousandADutyIsDoneWithinASecondAndSeldomTwice() {
    Outcome outcome = duties(3, 1_000);
    assertThat(outcome.acts).isLessThanOrEqualTo(2.5);
    assertThat(outcome.worst).isLessThanOrEqualTo(1_000);
  }

  @Test
  void whenOneInAHundredCanActADutyIsDoneWithinFiveSecondsAndSeldomTwice() {
    Outcome outcome = duties(4, 10);
    assertThat(outcome.acts).isLessThanOrEqualTo(2.5);
    assertThat(outcome.worst).isLessThanOrEqualTo(5_000);
  }

  @Test
  void splitsAndHealsOfAThousandEveryFortySecondsForTenMinutesSuspendNobodyAndLoseNothing() {
    World world = new World(5, People.roster(1_000), 20);
    world.loss = 0.01;
    // They know each other for long enough that patience could run out.
    world.run(700_000);
    List<FactId> facts = new ArrayList<>();
    for (int i = 0; i < 15; i++) {
      world.cut(300 + 50 * (i % 5));
      for (int each : List.of(3, 999)) {
        facts.add(
            world.peers[each].make(world.now, "cut " + i + " " + each, Optional.empty()).id());
      }
      world.run(20_000);
      world.heal();
      world.run(20_000);
      for (FactId fact : facts) {
        assertThat(world.knowing(fact)).isEqualTo(1_000);
      }
    }
    assertThat(world.acts).isEmpty();
    assertThat(world.seen(Effect.Second.class)).isZero();
  }

  @Test
  void theSmallerSideOfACutSuspendsNobodyAndTheLargerSuspendsAll() {
    World world = new World(6, People.roster(100), 100);
    world.run(1_300_000);
    world.cut(40);
    world.run(1_200_000);
    assertThat(world.acts).isNotEmpty();
    assertThat(world.acts).allMatch(acted -> acted.by() >= 40);
    for (int number = 0; number < 40; number++) {
      Duty absent = new Duty.Absent(world.peers[number].id);
      assertThat(world.acts).anyMatch(acted -> acted.duty().equals(absent));
    }
    for (World.Peer peer : world.peers) {
      assertThat(peer.core.freshness())
          .isEqualTo(peer.number < 40 ? Freshness.STALE : Freshness.FRESH);
    }
  }

  @Test
  void twoHalvesOfEqualSizeSuspendNobody() {
    World world = new World(7, People.roster(100), 100);
    world.run(1_300_000);
    world.cut(50);
    world.run(1_800_000);
    assertThat(world.acts).isEmpty();
  }

  @Test
  void oneWhoDiesIsSuspendedByFewAtFivePercentLossAndNobodyElseIs() {
    World world = new World(8, People.roster(300), 20);
    world.loss = 0.05;
    world.run(700_000);
    for (int dead : List.of(7, 70, 170)) {
      world.peers[dead].alive = false;
    }
    world.run(660_000);
    for (World.Peer peer : world.peers) {
      if (peer.alive) {
        assertThat(peer.roster.size()).isEqualTo(297);
      }
    }
    assertThat(world.acts.size()).isBetween(3, 8);
    assertThat(world.seen(Effect.Second.class)).isLessThanOrEqualTo(12);
  }

  @Test
  void afterACutWithThirtyPercentLossBothSidesHaveAllFactsWithinSeconds() {
    World world = new World(9, People.roster(100), 5);
    world.loss = 0.3;
    world.run(20_000);
    world.cut(40);
    FactId last = People.FOUND;
    for (int i = 0; i < 200; i++) {
      // A chain on each side, by many authors, who do not repeat across the cut.
      for (int side : List.of(i % 40, 40 + i % 60)) {
        last = world.peers[side].make(world.now, "deep " + i + " " + side, Optional.empty()).id();
      }
      world.run(200);
    }
    world.run(20_000);
    world.heal();
    long healed = world.now;
    long slowest = 0;
    int open = 100;
    while (open > 0 && world.now - healed < 30_000) {
      world.run(100);
      open = 0;
      for (World.Peer peer : world.peers) {
        open += peer.has.size() < 400 ? 1 : 0;
      }
      if (open > 1) {
        slowest = world.now - healed;
      }
    }
    assertThat(open).isZero();
    assertThat(slowest).isLessThanOrEqualTo(10_000);
    assertThat(world.knowing(last)).isEqualTo(100);
    for (List<Long> answers : world.answers.values()) {
      assertThat(World.most(answers, 500)).isLessThanOrEqualTo(20);
    }
  }
}
