package io.keymoot.simulator.baseline;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.simulator.result.MemberEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The other schemes are what they are said to be: with real keys, under one churn. */
class BaselinesTest {
  private static final long HOP = 50;

  /** Forty come; then they go and others come, one every seven seconds. */
  private static List<MemberEvent> churn() {
    List<MemberEvent> events = new ArrayList<>();
    List<Integer> in = new ArrayList<>();
    Random random = new Random(1);
    for (int i = 0; i < 40; i++) {
      events.add(new MemberEvent(i * 100L, MemberEvent.Kind.JOINED, i));
      in.add(i);
    }
    for (int i = 0; i < 60; i++) {
      long at = 20_000 + i * 7_000L;
      int out = in.remove(random.nextInt(in.size()));
      events.add(
          new MemberEvent(at, i % 2 == 0 ? MemberEvent.Kind.LEFT : MemberEvent.Kind.EXPELLED, out));
      events.add(new MemberEvent(at + 3_000, MemberEvent.Kind.JOINED, 40 + i));
      in.add(40 + i);
    }
    return events;
  }

  private final List<Baselines.Outcome> outcomes = Baselines.replay(churn(), HOP, 1);

  private Baselines.Outcome outcome(String name) {
    return outcomes.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void byThePapersRuleWhoIsOutReadsAlmostEverythingFromTheSecondOn() {
    Baselines.Outcome paper = outcome("the paper's flat rule");
    assertThat(paper.tried())
        .filteredOn(each -> each.evicted() == 1)
        .noneMatch(each -> each.isRead());
    assertThat(paper.tried()).filteredOn(each -> each.evicted() > 1).hasSizeGreaterThan(50);
    // A key that came by a step of the one before is read with it.
    assertThat(paper.tried())
        .filteredOn(each -> each.evicted() > 1)
        .allMatch(each -> each.isRead());
  }

  @Test
  void nobodyWhoIsOutOfATreeOrOfPairwiseSealsReadsAnything() {
    for (Baselines.Outcome each : outcomes.subList(1, outcomes.size())) {
      assertThat(each.tried()).as(each.name()).hasSizeGreaterThan(15);
      assertThat(each.readKeys()).as(each.name()).isZero();
    }
  }

  @Test
  void inEpochsWhoIsOutReadsOnForOneToTwoOfThem() {
    Baselines.Outcome epochs = outcome("key tree in epochs of 10 s");
    assertThat(epochs.exposures())
        .allMatch(
            millis ->
                millis > CentralTree.EPOCH_MILLIS && millis <= 2 * CentralTree.EPOCH_MILLIS + HOP);
  }

  @Test
  void aTreeCostsLessThanSealsAndEpochsLessThanEither() {
    long seals = allBytes(1);
    long tree = allBytes(2);
    long epochs = allBytes(3);
    assertThat(tree).isLessThan(seals);
    assertThat(epochs).isLessThanOrEqualTo(tree);
  }

  private long allBytes(int index) {
    List<Baselines.Point> cost = outcomes.get(index).cost();
    return cost.get(cost.size() - 1).allBytes();
  }

  @Test
  void theSameChurnAndSeedGiveTheSameOutcome() {
    assertThat(Baselines.replay(churn(), HOP, 1)).isEqualTo(outcomes);
  }
}
