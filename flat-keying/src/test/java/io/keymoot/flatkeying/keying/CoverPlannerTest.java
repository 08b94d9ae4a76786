package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Profile;
import java.util.Arrays;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A plan is checked by following it, not by how it was found. */
class CoverPlannerTest {

  /** Who has it after the author's own entries, and after each round of relays. */
  private static TreeSet<Integer> follow(CoverPlanner.Problem problem, CoverPlanner.Plan plan) {
    TreeSet<Integer> has = new TreeSet<>(plan.seals());
    for (int place = 0; place < problem.prices().length; place++) {
      if (problem.prices()[place] == 0) {
        has.add(place);
      }
    }
    for (CoverPlanner.Entry wrap : plan.wraps()) {
      assertThat(wrap.relay()).isEqualTo(problem.author());
      wrapUnder(problem, wrap, has, has);
    }
    for (int round = 0; round < 2; round++) {
      TreeSet<Integer> next = new TreeSet<>(has);
      for (CoverPlanner.Entry relay : plan.relays()) {
        wrapUnder(problem, relay, has, next);
      }
      has = next;
    }
    return has;
  }

  private static void wrapUnder(
      CoverPlanner.Problem problem,
      CoverPlanner.Entry entry,
      TreeSet<Integer> has,
      TreeSet<Integer> then) {
    int bits = problem.symbolBits();
    int position = entry.position();
    int symbol = problem.ids().get(entry.relay()).hash().symbol(position, bits);
    assertThat(problem.clean()[position] >>> symbol & 1).as("only clean slots").isEqualTo(1);
    assertThat(problem.holds()[entry.relay()] >>> position & 1).as("held").isEqualTo(1);
    for (int place = 0; place < problem.ids().size() && has.contains(entry.relay()); place++) {
      MemberId id = problem.ids().get(place);
      if (id.hash().symbol(position, bits) == symbol
          && (problem.holds()[place] >>> position & 1) == 1) {
        then.add(place);
      }
    }
  }

  private static void assertSound(CoverPlanner.Problem problem) {
    CoverPlanner.Plan plan = CoverPlanner.plan(problem);
    assertThat(follow(problem, plan)).hasSize(problem.ids().size());
    assertThat(CoverPlanner.plan(problem)).as("the same again").isEqualTo(plan);
    TreeMap<Integer, Integer> told = new TreeMap<>();
    plan.wraps().forEach(e -> e.reaches().forEach(place -> told.merge(place, 1, Integer::sum)));
    plan.relays().forEach(e -> e.reaches().forEach(place -> told.merge(place, 1, Integer::sum)));
    plan.seals().forEach(place -> told.merge(place, 1, Integer::sum));
    assertThat(told.values()).as("each is told of once").containsOnly(1);
    assertThat(cost(problem, plan))
        .as("never dearer than a seal to each")
        .isLessThanOrEqualTo(Arrays.stream(problem.prices()).asLongStream().sum());
  }

  private static long cost(CoverPlanner.Problem problem, CoverPlanner.Plan plan) {
    long messages = plan.relays().stream().mapToInt(CoverPlanner.Entry::relay).distinct().count();
    return (long) CoverPlanner.WRAP * plan.wraps().size()
        + (long) CoverPlanner.RELAY_WRAP * plan.relays().size()
        + CoverPlanner.RELAY_MESSAGE * messages
        + plan.seals().stream().mapToLong(place -> problem.prices()[place]).sum();
  }

  @ParameterizedTest
  @EnumSource(Profile.class)
  void aPlanReachesEverybodyWhoStaysUnderCleanSlotsInTwoRounds(Profile profile) {
    for (int seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      int members = 2 + random.nextInt(seed % 6 == 0 ? 600 : 60);
      CoverPlanner.Problem problem =
          CoverTable.problem(profile, members, random.nextInt(9), random);
      for (int place = 0; place < members; place++) {
        // Some lack keys, some are reached already, some seals cost a handshake.
        problem.holds()[place] &= random.nextInt(4) == 0 ? random.nextInt() : -1;
        boolean isReached = random.nextInt(20) == 0 || place == problem.author();
        int price = Cover.Sealed.bytes(random.nextInt(5) == 0);
        problem.prices()[place] = isReached ? 0 : price;
      }
      assertSound(problem);
    }
  }

  @Test
  void withoutCleanSlotsAllAreSealedTo() {
    CoverPlanner.Problem problem = CoverTable.problem(Profile.PAPER, 20, 0, new Random(1));
    Arrays.fill(problem.clean(), 0);
    CoverPlanner.Plan plan = CoverPlanner.plan(problem);
    assertThat(plan.wraps()).isEmpty();
    assertThat(plan.relays()).isEmpty();
    assertThat(plan.seals()).hasSize(19);
  }

  /** A handshake costs so much that a wrap for one alone saves bytes; a seal at hand does not. */
  @Test
  void aHandshakeIsWorthAWrapThatASealAtHandIsNot() {
    long asIfAtHand = 0;
    long planned = 0;
    for (int seed = 0; seed < 20; seed++) {
      CoverPlanner.Problem problem = CoverTable.problem(Profile.BROADCAST, 12, 1, new Random(seed));
      CoverPlanner.Plan cheap = CoverPlanner.plan(problem);
      for (int place : cheap.seals()) {
        problem.prices()[place] = Cover.Sealed.bytes(true);
      }
      CoverPlanner.Plan dear = CoverPlanner.plan(problem);
      assertSound(problem);
      asIfAtHand += cost(problem, cheap);
      planned += cost(problem, dear);
    }
    assertThat(planned).isLessThan(asIfAtHand / 2);
  }

  @Test
  void anAuthorWithoutKeysHasASurvivorRelay() {
    CoverPlanner.Problem problem = CoverTable.problem(Profile.PAPER, 40, 0, new Random(1));
    problem.holds()[problem.author()] = 0;
    CoverPlanner.Plan plan = CoverPlanner.plan(problem);
    assertThat(plan.wraps()).isEmpty();
    assertThat(plan.relays()).isNotEmpty();
    assertThat(plan.seals().size()).isLessThan(6);
    assertSound(problem);
  }
}
