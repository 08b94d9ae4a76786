package io.keymoot.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.keymoot.flatkeying.fact.Profile;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** What the comparison reckons with, and each field at its smallest. */
@ResourceLock(CompareTest.MLS)
class CompareTest {
  /** Has one signer for the process, which two cannot use at once. */
  static final String MLS = "Bouncy Castle's MLS";

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
    assertThat(spread.least()).isEqualTo(1);
    assertThat(spread.most()).isEqualTo(1_000);
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

  /** Five who follow in each turn, beside one: each of them goes with its own turn. */
  @Test
  void whoHasSeveralSamplesATurnIsComparedWithinTheTurn() {
    Figures figures = new Figures();
    for (double busy : new double[] {1, 10}) {
      for (int i = 0; i < 5; i++) {
        figures.add("a", What.SEAL, 1, 6 * busy);
      }
      figures.add("b", What.SEAL, 1, 2 * busy);
    }
    assertThat(figures.ratio("a", "b", What.SEAL, 1))
        .hasValueSatisfying(ratio -> assertThat(ratio.high()).isEqualTo(3));
  }

  @Test
  void aFigureIsSaidInTheUnitThatReadsBest() {
    Figures figures = new Figures();
    figures.add("a", What.STATE, 8, 1_960_000);
    figures.add("a", What.REMOVE_AUTHOR, 8, 93);
    assertThat(figures.said("a", What.STATE, 8)).isEqualTo("1,960\u00a0kB");
    assertThat(figures.said("a", What.REMOVE_AUTHOR, 8)).isEqualTo("93\u00a0µs");
    assertThat(figures.said("b", What.REMOVE_AUTHOR, 8)).isEqualTo("–");
  }

  @Test
  void theFittedExponentIsTheSlope() {
    List<Integer> sizes = List.of(8, 32, 128, 1_024);
    List<Double> costs = sizes.stream().map(n -> 7 * Math.sqrt(n)).toList();
    assertThat(Fit.exponent(sizes, costs)).isEqualTo("∝ N^0.50");
    assertThat(Fit.exponent(sizes, List.of(1.0, -1.0, 2.0, 3.0))).isEmpty();
  }

  /** Nothing that we set out to reach is left out. */
  @Test
  void eachGoalHasItsRow() {
    assertThat(Goal.judge(new Figures()))
        .extracting(goal -> goal.words().replaceAll(" \\(N.*", ""))
        .containsExactly(
            "remove, who does it: CPU ≤ 1/10 of warm MLS",
            "remove, each who follows: CPU ≤ 1/40 of warm MLS",
            "remove: bytes of all ≤ 1.6 × warm MLS",
            "remove: bytes of all ≤ 1/20 of cold MLS",
            "remove, in all: bytes ≤ 1.6 × warm MLS",
            "remove, in all: bytes ≤ 1/20 of cold MLS",
            "refresh, who does it: CPU ≤ 1/5 of MLS's self-update",
            "refresh: bytes ≤ 1/5 of MLS's self-update",
            "memory of a member ≤ 1/5 of warm MLS",
            "memory with the facts it fetched ≤ 1/5 of warm MLS",
            "Grant ≤ 1/50 of the Welcome",
            "Grant with the facts it fetches ≤ 1/50 of the Welcome",
            "leave, in all: bytes ≤ 1/8 of ASYM_ENCRYPT's",
            "leave, for the new key alone: bytes ≤ 1/8 of ASYM_ENCRYPT's",
            "worst delivery while one leaves ≤ plain + 25 ms",
            "worst delivery while one leaves ≤ plain + 25 ms",
            "worst delivery while one leaves ≤ plain + 25 ms, a quarter of the talk",
            "connect → first opened message ≤ 50 ms",
            "throughput ≥ SYM_ENCRYPT's, all of it authenticated");
  }

  @Test
  void aNetworkGoalMissedSaysByHowMuch() {
    Figures figures = new Figures();
    figures.add("Keymoot", What.WORST_DELIVERY, 64, 130);
    figures.add("JGroups, plain", What.WORST_DELIVERY, 64, 80);
    figures.add("Keymoot", What.TALK_CPU, 64, 99.5);
    figures.add("Keymoot", What.FIRST_MESSAGE, 64, 40);
    figures.add("Keymoot", What.THROUGHPUT, 4, 56_000);
    figures.add("JGroups SYM_ENCRYPT", What.THROUGHPUT, 4, 64_000);
    List<String> rows =
        NetworkGoals.judge(figures).stream().map(goal -> String.join(" ", goal.row())).toList();
    assertThat(rows.get(3))
        .startsWith("✗")
        .contains("missed by 25\u00a0ms")
        .contains("99.5\u00a0% full before anybody left");
    assertThat(rows.get(5)).startsWith("✓");
    assertThat(rows.get(6)).startsWith("✗").contains("missed by 1.14\u00a0×");
  }

  @Test
  void aCountBelowNothingTicksNoGoalAndNothingIsNoRatio() {
    for (double wrong : new double[] {0, -400}) {
      Figures figures = new Figures();
      figures.add("Keymoot", What.LEAVE_BYTES, 64, wrong);
      figures.add("JGroups ASYM_ENCRYPT", What.LEAVE_BYTES, 64, 48_000);
      assertThat(NetworkGoals.judge(figures).get(1).tick()).isEqualTo("–");
      assertThat(figures.ratio("Keymoot", "JGroups ASYM_ENCRYPT", What.LEAVE_BYTES, 64)).isEmpty();
    }
  }

  /** The new key alone is cheap; what follows is not, and is what one pays. */
  @Test
  void whatALeaveBringsAboutCountsInTheGoalEvenWhereOnlyTheCoresWereWaitedFor() {
    Figures figures = new Figures();
    figures.add("Keymoot", What.LEAVE_BYTES, 64, 5_000);
    figures.add("JGroups ASYM_ENCRYPT", What.LEAVE_BYTES, 64, 48_000);
    figures.add("JGroups ASYM_ENCRYPT", What.LEAVE_IN_ALL, 64, 48_000);
    figures.add("Keymoot", What.REMOVE_ALL_BYTES, 64, 1_000);
    figures.add("Keymoot", What.REMOVE_IN_ALL, 64, 956_000);
    Goal cores = NetworkGoals.judge(figures).get(0);
    assertThat(cores.tick()).isEqualTo("✗");
    assertThat(cores.measured()).contains("20\u00a0× as much").contains("missed by 160\u00a0×");
    assertThat(cores.ours().brief()).contains("5\u00a0kB").contains("955\u00a0kB");
    assertThat(NetworkGoals.judge(figures).get(1).tick()).isEqualTo("✓");
    figures.add("Keymoot", What.LEAVE_IN_ALL, 64, 480_000);
    assertThat(NetworkGoals.judge(figures).get(0).measured())
        .contains("10\u00a0× as much")
        .contains("missed by 80\u00a0×");
  }

  /** In the largest group that all of was run of, under whichever name. */
  @Test
  void whatARemovalBringsAboutCountsInTheGoal() {
    Figures figures = new Figures();
    figures.add(Membership.OURS, What.REMOVE_IN_ALL, 64, 900_000);
    figures.add(Membership.EVERYBODY, What.REMOVE_IN_ALL, 512, 3_200_000);
    figures.add(Membership.WARM, What.REMOVE_IN_ALL, 64, 1_200);
    figures.add(Membership.WARM, What.REMOVE_IN_ALL, 512, 2_000);
    Goal goal = Goal.judge(figures).get(4);
    assertThat(goal.words())
        .isEqualTo("remove, in all: bytes ≤ 1.6 × warm MLS (N\u00a0=\u00a0512)");
    assertThat(goal.tick()).isEqualTo("✗");
    assertThat(goal.measured()).contains("missed by 1,000\u00a0×");
  }

  /** On a machine somewhat slower than planned for, too. */
  @Test
  void aRunIsPlannedToEndWithinItsTime() {
    for (boolean isQuick : new boolean[] {true, false}) {
      double planned =
          Scale.of(isQuick).steps(Options.SECTIONS, new Figures()).stream()
              .mapToDouble(Step::seconds)
              .sum();
      double limit = new Options(isQuick, Path.of(""), Options.SECTIONS).limitSeconds();
      assertThat(1.1 * planned).isLessThanOrEqualTo(limit);
    }
  }

  @Test
  void theTwoWaysToABestTreeOfMlsAreTheSame() throws Exception {
    MlsGroup atOnce = MlsGroup.warm(9);
    MlsGroup bySteps = MlsGroup.warm(4);
    bySteps.growTo(8);
    bySteps.growTo(9);
    Figures figures = new Figures();
    atOnce.measureRemoval(figures, "at once");
    bySteps.measureRemoval(figures, "by steps");
    assertThat(figures.median("at once", What.REMOVE_ALL_BYTES, 9))
        .isEqualTo(figures.median("by steps", What.REMOVE_ALL_BYTES, 9));
  }

  @Test
  void aRatioIsSaidTheWayThatHasANumberAboveOne() {
    assertThat(Ratios.words(Spread.of(List.of(0.25, 0.2, 0.5)))).isEqualTo("÷\u00a04 (2–5)");
    assertThat(Ratios.words(Spread.of(List.of(2.0)))).isEqualTo("×\u00a02");
  }

  @Test
  void aGoalMissedSaysByHowMuchAndAGoalNotMeasuredSaysSo() {
    Figures figures = new Figures();
    figures.add(Membership.OURS, What.WELCOME_BYTES, 1_024, 10);
    figures.add(Membership.WARM, What.WELCOME_BYTES, 1_024, 1_000);
    figures.add(Membership.OURS, What.REMOVE_AUTHOR, 1_024, 100);
    figures.add(Membership.WARM, What.REMOVE_AUTHOR, 1_024, 500);
    figures.add(Membership.WARM, What.REMOVE_ALL_BYTES, 1_024, 2_000);
    figures.fails(Membership.OURS, What.REMOVE_ALL_BYTES, 1_024, "nobody came");
    assertThat(Goal.judge(figures))
        .anySatisfy(
            goal -> {
              assertThat(goal.words()).contains("1.6 × warm MLS");
              assertThat(goal.tick()).isEqualTo("✗");
              assertThat(goal.ours().whole()).contains("nobody came");
            })
        .anySatisfy(
            goal -> {
              assertThat(goal.words()).contains("Grant ≤ 1/50");
              assertThat(goal.tick()).isEqualTo("✓");
            })
        .anySatisfy(
            goal -> {
              assertThat(goal.words()).contains("remove, who does it");
              assertThat(goal.tick()).isEqualTo("✗");
              assertThat(goal.measured()).contains("5\u00a0× less").contains("missed by 2\u00a0×");
              assertThat(goal.ratio().orElseThrow().median()).isEqualTo(0.2);
            })
        .anySatisfy(
            goal -> {
              assertThat(goal.words()).contains("memory");
              assertThat(goal.tick()).isEqualTo("–");
            });
  }

  @Test
  void everyFieldOfMembershipIsMeasuredAndThePagesShowIt() throws Exception {
    Figures figures = new Figures();
    CoreGroup ours = CoreGroup.of(8, Profile.CONFERENCE, 1);
    MlsGroup warm = MlsGroup.warm(4);
    warm.growTo(8);
    MlsGroup cold = MlsGroup.cold(8);
    assertThat(ours.size()).isEqualTo(8);
    for (int i = 0; i < 2; i++) {
      ours.measure(figures, Membership.OURS);
      warm.measure(figures, Membership.WARM);
      cold.measure(figures, Membership.COLD);
      new MlsIdeal().measure(figures, 8);
      new Rivals().measure(figures, 8, 1);
    }
    assertThat(ours.size()).isEqualTo(8);
    // As measured elsewhere: 0.7 kB of a warm tree, 1 kB of a cold one.
    assertThat(bytes(figures, Membership.WARM)).isCloseTo(711, within(20.0));
    assertThat(bytes(figures, Membership.COLD)).isCloseTo(957, within(20.0));
    assertThat(bytes(figures, Membership.OURS)).isBetween(300.0, 5_000.0);
    // The slots that it wore out are renewed, which is most of it.
    assertThat(figures.median(Membership.OURS, What.REMOVE_IN_ALL, 8).orElseThrow())
        .isGreaterThan(2 * bytes(figures, Membership.OURS));
    // One key with its tag for each of the six who hear of it.
    assertThat(bytes(figures, "pairwise seals")).isBetween(6 * 48.0, 6 * 60.0 + 150);
    // By its own word at once, by a relay one delay later.
    assertThat(figures.median(Membership.OURS, What.REMOVE_DELAYS, 8).orElseThrow())
        .isBetween(1.0, 3.0);
    assertThat(cpu(figures, MlsIdeal.NAME)).isLessThan(cpu(figures, Membership.COLD));
    Results results = new Results(figures, List.of("a test"), "compare --quick");
    for (String page : List.of(results.json(), results.markdown(), results.html())) {
      assertThat(page).contains(Membership.WARM).contains("compare --quick").contains("a test");
    }
  }

  /** At large sizes only some are run: what they need is what all of them would. */
  @Test
  void whoIsMeasuredAloneStandsForTheWholeGroup() throws Exception {
    Figures figures = new Figures();
    CoreGroup all = CoreGroup.of(8, Profile.CONFERENCE, 1);
    LargeGroup few = new LargeGroup(8);
    for (int i = 0; i < 3; i++) {
      all.measure(figures, "all");
      few.measure(figures, "few");
    }
    for (What what : List.of(What.REMOVE_ALL_BYTES, What.REFRESH_BYTES, What.ADMIT_MULTICAST)) {
      double whole = figures.median("all", what, 8).orElseThrow();
      assertThat(figures.median("few", what, 8).orElseThrow() / whole)
          .as(what.words)
          .isBetween(0.7, 1.4);
    }
    assertThat(figures.median("few", What.WELCOME_BYTES, 8).orElseThrow())
        .isBetween(1_000.0, 4_000.0);
    assertThat(figures.sizes("few", What.REMOVE_FOLLOW)).containsExactly(8);
  }

  private static double bytes(Figures figures, String who) {
    return figures.median(who, What.REMOVE_ALL_BYTES, 8).orElseThrow();
  }

  private static double cpu(Figures figures, String who) {
    return figures.median(who, What.REMOVE_AUTHOR, 8).orElseThrow();
  }

  /** The search finds what is there: the other implementation keeps what it no longer needs. */
  @Test
  void secretsOfPastEpochsAreFoundWhereTheyAreKeptAndOursAreGone() throws Exception {
    int epochs = 3;
    CoreGroup ours = CoreGroup.of(4, Profile.CONFERENCE, 1);
    MlsGroup mls = MlsGroup.warm(4);
    Erasure.Noted core = new Erasure.Noted();
    Erasure.Noted tree = new Erasure.Noted();
    for (int i = 0; i < epochs + 2; i++) {
      ours.refreshAndForget();
      core.note(ours.measuredCore());
      mls.refreshFollower();
      tree.note(mls.follower());
    }
    assertThat(tree.stillHeld(mls.follower(), epochs)).isEqualTo(epochs);
    assertThat(core.stillHeld(ours.measuredCore(), epochs)).isZero();
    // The newest is in use.
    assertThat(core.stillHeld(ours.measuredCore(), epochs + 2)).isPositive();
  }
}
