package io.keymoot.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.simulator.plant.Planted;
import io.keymoot.simulator.result.Plan;
import io.keymoot.simulator.result.RunResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** What a campaign makes of its plan, and of a run that breaks off. */
@Isolated("it changes the code that others would run")
class RunsTest {
  private static final Plan MIXED =
      new Plan(
          8,
          60_000,
          Plan.MIXED,
          List.of("heavy"),
          0,
          1,
          "conference",
          1,
          0,
          0,
          0,
          Optional.empty(),
          false);

  @Test
  void whereAllIsMixedManySeedsPutSomebodyOutAndManyMeetLiars() {
    int evicting = 0;
    int lying = 0;
    TreeSet<String> churns = new TreeSet<>();
    for (int seed = 0; seed < 700; seed++) {
      Plan plan = Runs.settled(MIXED.withSeed(seed));
      evicting += plan.evictionsPerMinute() > 0 ? 1 : 0;
      lying += plan.byzantine() > 0 ? 1 : 0;
      churns.add(plan.churn());
      assertThat(plan.byzantine()).isLessThan(plan.members() / 2);
      assertThat(Runs.settled(plan)).as("it stays as it is").isEqualTo(plan);
    }
    assertThat(churns).hasSize(7);
    assertThat(evicting).isBetween(400, 530);
    assertThat(lying).isBetween(220, 340);
  }

  @Test
  void whatAPlanSaysIsNotDrawn() {
    Plan asked = MIXED.withComers(2, 1).withByzantine(1);
    for (int seed = 0; seed < 50; seed++) {
      Plan plan = Runs.settled(asked.withSeed(seed));
      assertThat(plan.joinsPerMinute()).isEqualTo(2);
      assertThat(plan.evictionsPerMinute()).isEqualTo(1);
      assertThat(plan.byzantine()).isEqualTo(1);
    }
    Plan conference = MIXED.withChurn("conference");
    assertThat(Runs.settled(conference)).isEqualTo(conference);
  }

  /** However few there are: what is shared elsewhere is checked by each peer in one of them. */
  @Test
  void inTheFirstRunOfACampaignAndInOneOfSoManyEachPeerChecksEverySignature() {
    List<RunResult> results = new ArrayList<>();
    Plan plan = MIXED.withMembers(2).withMillis(1_000).withSeed(71).withFaults(List.of());
    new Runs(plan, null).all(5, 1, 4, result -> results.add(result));
    assertThat(results)
        .extracting(result -> result.plan().everySignature())
        .containsExactly(true, false, false, false, true);
    results.clear();
    new Runs(plan, null).all(2, 1, 0, result -> results.add(result));
    assertThat(results)
        .extracting(result -> result.plan().everySignature())
        .containsExactly(false, false);
  }

  /** Of a kind that nobody catches by name; the others of the campaign run all the same. */
  @Test
  void anExceptionIsAViolationWithItsSeedAndTheCampaignGoesOn() {
    Planted planted = Planted.byName(Optional.of("an-exception-of-a-kind-that-nobody-thought-of"));
    List<RunResult> results = new ArrayList<>();
    try {
      new Runs(MIXED.withMillis(5_000).withSeed(70), null)
          .all(3, 1, 100, result -> results.add(result));
    } finally {
      planted.close();
    }
    assertThat(results).extracting(result -> result.plan().seed()).containsExactly(70L, 71L, 72L);
    for (RunResult result : results) {
      assertThat(result.violations().get(0).property()).isEqualTo("BUG");
      assertThat(Failure.inWords(result))
          .contains("ConcurrentModificationException")
          .contains("--replay " + result.plan().seed());
    }
  }
}
