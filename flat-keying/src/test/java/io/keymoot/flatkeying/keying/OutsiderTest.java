package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.crypto.HalfKeys;
import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.crypto.XWingMistakes;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * P6: who was never in, recorded every byte of a group's life, and breaks one half of every leaf
 * key and of every ephemeral one, learns no key of any epoch.
 */
@Isolated("it changes the code that others would run")
class OutsiderTest {
  private static final String COMBINER = "io.keymoot.flatkeying.crypto.XWing";

  private final Draws draws = new Draws(99);

  @Test
  void whoOnlyListensLearnsNothing() {
    Adversary.Outsider nobody = recordedRun().outsider(Optional.empty());
    assertThat(nobody.epochsRead()).isEmpty();
  }

  @Test
  void whoBreaksX25519LaterLearnsNothing() {
    Adversary.Outsider quantum = recordedRun().outsider(Optional.of(this::curveOf));
    assertThat(quantum.tried()).isGreaterThan(30);
    assertThat(quantum.epochsRead()).isEmpty();
  }

  @Test
  void whoBreaksMlKemLearnsNothing() {
    Adversary.Outsider clever = recordedRun().outsider(Optional.of(this::latticeOf));
    assertThat(clever.tried()).isGreaterThan(30);
    assertThat(clever.epochsRead()).isEmpty();
  }

  @Test
  void whoBreaksBothReadsNearlyAll() {
    Adversary run = recordedRun();
    Adversary.Outsider both = run.outsider(Optional.of(UnaryOperator.identity()));
    assertThat(both.epochsRead().size()).isGreaterThan(run.epochs() / 2);
  }

  @Test
  void aCombinerThatForgetsAHalfIsFoundOut() throws Exception {
    try (PlantedBug bug = new PlantedBug(COMBINER, "combine", XWingMistakes.NoLattice.class)) {
      assertThat(recordedRun().outsider(Optional.of(this::curveOf)).epochsRead()).isNotEmpty();
    }
    try (PlantedBug bug = new PlantedBug(COMBINER, "combine", XWingMistakes.NoCurve.class)) {
      assertThat(recordedRun().outsider(Optional.of(this::latticeOf)).epochsRead()).isNotEmpty();
    }
  }

  private LeafKeyPair curveOf(LeafKeyPair victim) {
    return HalfKeys.onlyTheCurveOf(victim, draws);
  }

  private LeafKeyPair latticeOf(LeafKeyPair victim) {
    return HalfKeys.onlyTheLatticeOf(victim, draws);
  }

  /** People come by Grants, go, renew, ask for what was lost; seals, wraps and Relays are made. */
  private static Adversary recordedRun() {
    Group group = new Group(5);
    group.resealEachMillis = 2_000;
    Tapped tapped = Tapped.founding(group, "anna");
    for (String name : new String[] {"ben", "cora", "dan", "eva", "finn"}) {
      tapped.join(name, "");
    }
    group.run(5_000);
    group.lossPercent = 20;
    tapped.founder.step(new Input.Expel(group.node("finn").device()));
    group.run(2_000);
    group.node("ben").step(new Input.Renew(Optional.empty()));
    group.run(3_000);
    group.node("dan").step(new Input.Leave());
    group.run(3_000);
    group.node("cora").step(new Input.Refresh());
    group.run(5_000);
    return tapped.adversary;
  }
}
