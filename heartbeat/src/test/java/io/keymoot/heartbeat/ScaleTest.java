package io.keymoot.heartbeat;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Slot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The figures this core is held to, on up to ten thousand peers. */
class ScaleTest {

  @Test
  void anIdleHourOfAThousandPeersAtOnePercentLossSuspendsNobodyAndItsRefreshIsMadeOnceToThrice() {
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

    // Now all see at one moment that the hour's refresh is due.
    world.slice = 5;
    for (World.Peer peer : world.peers) {
      peer.step(world.now + peer.number % 50, new Input.Owed(new Duty.Rekey(), false));
    }
    world.run(60_000);
    assertThat(world.acts.size()).isBetween(1, 3);
    assertThat(world.seen(Effect.Second.class)).isZero();
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
    assertThat(mostRequests(world)).isLessThanOrEqualTo(300);
    assertThat(seconds).isLessThanOrEqualTo(20);
  }

  /** The most that came to any one in half a second, whether it answered them or not. */
  private static int mostRequests(World world) {
    return world.requests.values().stream().mapToInt(each -> World.most(each, 500)).max().orElse(0);
  }

  /**
   * What came of some duties.
   *
   * @param acts of each, on average
   * @param worst how long the slowest took until the first act
   */
  private record Outcome(double acts, long worst) {}

  /** Twenty duties, one after the other, each owed by all who know of it. */
  private static Outcome duties(long seed, IntFunction<Duty> duty, IntUnaryOperator among) {
    World world = new World(seed, People.roster(1_000), 5);
    world.loss = 0.01;
    int rounds = 20;
    long worst = 0;
    for (int round = 0; round < rounds; round++) {
      world.run(3_000);
      Duty owed = duty.apply(round);
      List<World.Peer> line =
          Arrays.stream(world.peers)
              .filter(peer -> peer.roster.rank(owed, peer.id).isPresent())
              .toList();
      // Who can act changes from duty to duty; the line of a duty does not.
      Set<MemberId> able = new HashSet<>();
      for (int i = 0; i < among.applyAsInt(line.size()); i++) {
        able.add(line.get((i * 97 + round * 17) % line.size()).id);
      }
      world.can = (peer, what) -> able.contains(peer.id);
      long owedAt = world.now;
      int before = world.acts.size();
      for (World.Peer peer : line) {
        peer.step(owedAt + peer.number % 50, new Input.Owed(owed, false));
      }
      world.run(10_000);
      assertThat(world.acts.size()).isGreaterThan(before);
      worst = Math.max(worst, world.acts.get(before).at() - owedAt);
    }
    return new Outcome(world.acts.size() / (double) rounds, worst);
  }

  private static int oneInAHundred(int ofSoMany) {
    return (ofSoMany + 99) / 100;
  }

  @Test
  void amongAThousandARekeyIsDoneWithinASecondAndSeldomTwice() {
    Outcome outcome = duties(3, round -> new Duty.Rekey(), IntUnaryOperator.identity());
    assertThat(outcome.acts).isLessThanOrEqualTo(2.5);
    assertThat(outcome.worst).isLessThanOrEqualTo(1_000);
  }

  @Test
  void whenOneInAHundredCanARekeyIsDoneWithinFiveSecondsAndSeldomTwice() {
    Outcome outcome = duties(4, round -> new Duty.Rekey(), ScaleTest::oneInAHundred);
    assertThat(outcome.acts).isLessThanOrEqualTo(2.5);
    assertThat(outcome.worst).isLessThanOrEqualTo(5_000);
  }

  private static Duty reseal(int round) {
    return new Duty.Reseal(new Slot(round, round % 4));
  }

  @Test
  void aResealIsDoneWithinASecondOfItsBaseAndSeldomTwice() {
    Outcome outcome = duties(10, ScaleTest::reseal, IntUnaryOperator.identity());
    assertThat(outcome.acts).isLessThanOrEqualTo(2.5);
    assertThat(outcome.worst).isLessThanOrEqualTo(HeartbeatLimits.RESEAL_BASE + 1_000);
  }

  @Test
  void whenOneInAHundredOfASlotsMembersCanAResealIsDoneWithinFiveSecondsOfItsBase() {
    Outcome outcome = duties(11, ScaleTest::reseal, ScaleTest::oneInAHundred);
    assertThat(outcome.acts).isLessThanOrEqualTo(2.5);
    assertThat(outcome.worst).isLessThanOrEqualTo(HeartbeatLimits.RESEAL_BASE + 5_000);
  }

  /**
   * Twenty-four of a thousand die, one a second. Of the eight who watch each, all can do something
   * about every other one, and two about the rest: one in a hundred of eight is nobody, and with
   * fewer than two nobody is suspended, by rule.
   *
   * <p>A duty counts from the last word that the act needed: until then one of the two had heard a
   * beat that others lost.
   */
  @Test
  void aSuspensionIsDoneWithinASecondOrWithinFiveIfTwoWatchersCanAndSeldomTwice() {
    World world = new World(12, People.roster(1_000), 1_000);
    world.loss = 0.01;
    Map<Duty, Set<MemberId>> able = new LinkedHashMap<>();
    world.can = (peer, duty) -> able.getOrDefault(duty, Set.of()).contains(peer.id);
    List<World.Peer> dying =
        IntStream.range(0, 24).mapToObj(number -> world.peers[number * 41 + 5]).toList();
    List<MemberId> dead = dying.stream().map(peer -> peer.id).toList();
    world.run(200_000);
    for (World.Peer each : dying) {
      List<MemberId> watchers = new ArrayList<>(each.roster.watchers(each.id));
      watchers.removeAll(dead);
      Collections.rotate(watchers, able.size() / 2);
      int many = able.size() % 2 == 0 ? watchers.size() : 2;
      able.put(new Duty.Absent(each.id), Set.copyOf(watchers.subList(0, many)));
      each.alive = false;
      world.run(1_000);
    }
    // Nothing is owed before the first has been silent for ten minutes, but for its last interval.
    world.run(516_000);
    assertThat(world.seconds).isEmpty();
    world.slice = 100;
    world.run(180_000);
    Outcome byAll = absences(world, able, 3, 8);
    Outcome byTwo = absences(world, able, 2, 2);
    assertThat(byAll.acts).isLessThanOrEqualTo(2.5);
    assertThat(byAll.worst).isLessThanOrEqualTo(1_000);
    assertThat(byTwo.acts).isLessThanOrEqualTo(2.5);
    assertThat(byTwo.worst).isLessThanOrEqualTo(5_000);
  }

  /** Of those absences about which so many could do something. */
  private static Outcome absences(
      World world, Map<Duty, Set<MemberId>> able, int fewest, int most) {
    long worst = 0;
    int acts = 0;
    int duties = 0;
    for (Map.Entry<Duty, Set<MemberId>> each : able.entrySet()) {
      if (each.getValue().size() >= fewest && each.getValue().size() <= most) {
        List<Long> acted = times(world.acts, each.getKey());
        long first = acted.getFirst();
        long word =
            times(world.seconds, each.getKey()).stream()
                .filter(second -> second < first)
                .reduce((one, next) -> next)
                .orElseThrow();
        worst = Math.max(worst, first - word);
        acts += acted.size();
        duties++;
      }
    }
    assertThat(duties).isEqualTo(12);
    return new Outcome(acts / (double) duties, worst);
  }

  /** In order. */
  private static List<Long> times(List<World.Acted> of, Duty duty) {
    return of.stream()
        .filter(act -> act.duty().equals(duty))
        .map(World.Acted::at)
        .sorted()
        .toList();
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
    // Half a minute after they meet again: a majority speaks by now, and some of the rest not yet.
    world.heal();
    world.run(30_000);
    assertThat(world.acts).isEmpty();
    assertThat(world.seen(Effect.Second.class)).isZero();
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
