package io.keymoot.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.keymoot.flatkeying.fact.Profile;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the comparison reckons with, and its two fields of membership at their smallest. */
class CompareTest {

  @Test
  void whatTheCommandLineAsksForIsUnderstoodOrAnsweredInWords() {
    assertThat(Options.parse("--full", "--out", "x", "--only", "frames,transport"))
        .isEqualTo(
            new Options.Parsed.Good(
                new Options(false, Path.of("x"), List.of("frames", "transport"))));
    assertThat(Options.parse("--help")).isInstanceOf(Options.Parsed.Help.class);
    assertThat(why("--only", "all")).contains("'all'").contains("membership");
    assertThat(why("--out")).contains("--out needs a value");
    assertThat(why("--fast")).contains("--fast");
  }

  private static String why(String... args) {
    return Options.parse(args) instanceof Options.Parsed.Bad bad ? bad.why() : "accepted";
  }

  @Test
  void aSpreadIsTheMedianAndTheMiddleEightTenths() {
    Spread spread = Spread.of(List.of(5.0, 1.0, 2.0, 3.0, 4.0, 6.0, 7.0, 8.0, 9.0, 10.0, 1_000.0));
    assertThat(spread.median()).isEqualTo(6);
    assertThat(spread.low()).isEqualTo(2);
    assertThat(spread.high()).isEqualTo(10);
    assertThat(Spread.of(List.of(1.0, 2.0)).median()).isEqualTo(1.5);
  }

  @Test
  void ratiosAreTakenTurnByTurn() {
    Figures figures = new Figures();
    // Both took ten times as long in the second turn: the machine was busy, and the ratio is not.
    for (double busy : new double[] {1, 10, 1}) {
      figures.add("a", What.SEAL, 1, 6 * busy);
      figures.add("b", What.SEAL, 1, 2 * busy);
    }
    assertThat(figures.ratio("a", "b", What.SEAL, 1))
        .hasValueSatisfying(
            ratio -> {
              assertThat(ratio.low()).isEqualTo(3);
              assertThat(ratio.high()).isEqualTo(3);
            });
  }

  @Test
  void theFittedExponentIsTheSlope() {
    List<Integer> sizes = List.of(8, 32, 128, 1_024);
    List<Double> costs = sizes.stream().map(n -> 7 * Math.sqrt(n)).toList();
    assertThat(Fit.exponent(sizes, costs)).isEqualTo("∝ N^0.50");
  }

  @Test
  void aGoalMissedSaysByHowMuchAndAGoalNotMeasuredSaysSo() {
    Figures figures = new Figures();
    figures.add(Membership.OURS, What.WELCOME_BYTES, 1_024, 10);
    figures.add(Membership.WARM, What.WELCOME_BYTES, 1_024, 1_000);
    figures.add(Membership.OURS, What.REMOVE_AUTHOR, 1_024, 100);
    figures.add(Membership.WARM, What.REMOVE_AUTHOR, 1_024, 500);
    assertThat(Goal.judge(figures))
        .anySatisfy(
            goal -> {
              assertThat(goal.words()).contains("Grant ≤ 1/50");
              assertThat(goal.tick()).isEqualTo("✓");
            })
        .anySatisfy(
            goal -> {
              assertThat(goal.words()).contains("who does it");
              assertThat(goal.tick()).isEqualTo("✗");
              assertThat(goal.measured()).contains("5 ×").contains("short by 2 ×");
            })
        .anySatisfy(
            goal -> {
              assertThat(goal.words()).contains("memory");
              assertThat(goal.tick()).isEqualTo("–");
            });
  }

  @Test
  void bothGroupsDoTheirRoundsAndThePagesShowThem() throws Exception {
    Figures figures = new Figures();
    CoreGroup ours = CoreGroup.of(8, Profile.CONFERENCE, 1);
    MlsGroup warm = MlsGroup.warm(8);
    MlsGroup cold = MlsGroup.cold(8);
    assertThat(ours.size()).isEqualTo(8);
    for (int i = 0; i < 2; i++) {
      ours.measure(figures, Membership.OURS);
      warm.measure(figures, Membership.WARM);
      cold.measure(figures, Membership.COLD);
    }
    assertThat(ours.size()).isEqualTo(8);
    // As measured elsewhere: 0.7 kB of a warm tree, 1 kB of a cold one.
    assertThat(median(figures, Membership.WARM)).isCloseTo(711, within(20.0));
    assertThat(median(figures, Membership.COLD)).isCloseTo(957, within(20.0));
    assertThat(median(figures, Membership.OURS)).isBetween(300.0, 5_000.0);
    Results results = new Results(figures, List.of("a test"), "compare --quick");
    for (String page : List.of(results.json(), results.markdown(), results.html())) {
      assertThat(page).contains(Membership.WARM).contains("compare --quick").contains("a test");
    }
  }

  private static double median(Figures figures, String who) {
    return figures.spread(who, What.REMOVE_MULTICAST, 8).orElseThrow().median();
  }
}
