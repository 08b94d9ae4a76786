package io.keymoot.simulator;

import io.keymoot.simulator.plant.Plant;
import io.keymoot.simulator.result.Plan;
import io.keymoot.simulator.result.RunResult;
import io.keymoot.simulator.run.Simulation;
import io.keymoot.simulator.world.Trace;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Small runs in which much happens, so that a planted mistake shows soon. */
final class Telling {
  /** As many are tried before it is said that a mistake was not found. */
  static final int SEEDS = 40;

  /** What most mistakes need: people who come and are put out, on a network that works. */
  private static final Stage MOSTLY = new Stage(6, 45, "adversarial", List.of(), 4, 4, 1);

  /** Members that turn, and are put out with what they learnt meanwhile. */
  private static final Stage LIARS =
      new Stage(8, 60, "adversarial", List.of("loss"), 6, 6, 1).withLiars(3);

  /** Where something else shows it sooner, or nothing else does. */
  private static final Map<String, Stage> ELSE =
      Map.ofEntries(
          Map.entry(
              "gives-by-the-present-roster",
              new Stage(8, 30, "none", List.of(), 0, 0, 1).withLiars(3)),
          Map.entry(
              "gives-one-revision-too-early",
              new Stage(8, 30, "none", List.of(), 0, 0, 1).withLiars(3)),
          Map.entry(
              "facts-come-to-something-else-in-another-order",
              new Stage(8, 40, "none", List.of("partition"), 30, 0, 1)),
          Map.entry(
              "frames-wait-for-a-minute",
              new Stage(6, 45, "adversarial", List.of("loss", "one-way"), 4, 4, 1)),
          Map.entry(
              "void-admissions-count", new Stage(8, 60, "none", List.of("partition"), 20, 4, 3)),
          Map.entry(
              "an-expelled-device-comes-in-again",
              new Stage(8, 60, "adversarial", List.of(), 6, 6, 1).withLiars(3)),
          Map.entry("ends-end-nothing", new Stage(6, 45, "conference", List.of(), 5, 0, 1)),
          Map.entry("nothing-is-erased", new Stage(5, 60, "adversarial", List.of(), 0, 0, 1)),
          Map.entry("overdue-timers-wait", new Stage(5, 120, "none", List.of("pause"), 2, 2, 1)),
          Map.entry(
              "nobody-ever-rekeys", new Stage(5, 40, "conference", List.of("crash"), 4, 0, 1)),
          Map.entry("answers-to-fetches-are-dropped", new Stage(4, 20, "none", List.of(), 0, 0, 1)),
          Map.entry(
              "needs-go-unanswered",
              new Stage(8, 40, "none", List.of("one-way", "loss", "slow"), 20, 0, 1)),
          Map.entry("a-counter-that-stands-still", new Stage(3, 10, "none", List.of(), 0, 0, 1)),
          Map.entry(
              "a-session-that-stands-still", new Stage(8, 45, "none", List.of("loss"), 30, 40, 2)),
          Map.entry(
              "a-slot-wraps-all-under-one-key",
              new Stage(8, 60, "none", List.of("partition"), 20, 8, 3)),
          Map.entry("frames-open-twice", new Stage(4, 20, "none", List.of("duplication"), 0, 0, 1)),
          Map.entry(
              "facts-need-no-signature", new Stage(5, 40, "none", List.of("forgery"), 0, 0, 1)),
          Map.entry(
              "words-need-no-signature", new Stage(5, 40, "none", List.of("forgery"), 0, 0, 1)),
          Map.entry("a-here-ends-nothing", new Stage(5, 60, "none", List.of("loss"), 0, 3, 1)),
          Map.entry("frames-never-follow", new Stage(5, 60, "conference", List.of(), 4, 0, 1)),
          Map.entry(
              "requests-are-not-held-against-their-hashes",
              new Stage(5, 30, "none", List.of("impostor"), 2, 0, 1)),
          Map.entry(
              "a-combiner-that-forgets-a-half", new Stage(4, 15, "none", List.of(), 0, 0, 16)),
          Map.entry("keks-to-any-address", LIARS),
          Map.entry("a-reseals-key-need-not-prove-itself", LIARS.from(12)),
          Map.entry("keks-that-do-not-step", new Stage(6, 45, "adversarial", List.of(), 4, 4, 10)),
          Map.entry(
              "certificates-have-no-dates",
              new Stage(5, 60, "none", List.of("expired", "crash"), 4, 0, 1)),
          Map.entry(
              "revocations-are-forgotten", new Stage(5, 60, "none", List.of("revoked"), 0, 0, 1)),
          Map.entry(
              "what-was-kept-is-not-looked-at",
              new Stage(8, 90, "none", List.of("old-state", "partition"), 8, 6, 1)),
          Map.entry("old-revisions-are-kept", new Stage(4, 60, "none", List.of(), 0, 0, 1)));

  private record Stage(
      int members,
      int seconds,
      String churn,
      List<String> faults,
      double joinsPerMinute,
      double evictionsPerMinute,
      long seed,
      int liars) {
    Stage(
        int members,
        int seconds,
        String churn,
        List<String> faults,
        double joinsPerMinute,
        double evictionsPerMinute,
        long seed) {
      this(members, seconds, churn, faults, joinsPerMinute, evictionsPerMinute, seed, 0);
    }

    Stage from(long other) {
      return new Stage(
          members, seconds, churn, faults, joinsPerMinute, evictionsPerMinute, other, liars);
    }

    /** Some ask for what they should not have. */
    Stage withLiars(int some) {
      return new Stage(
          members, seconds, churn, faults, joinsPerMinute, evictionsPerMinute, seed, some);
    }
  }

  private Telling() {}

  static Plan plan(String name) {
    return plan(ELSE.getOrDefault(name, MOSTLY), Optional.of(name));
  }

  /** The same runs with nothing planted. */
  static List<Plan> plansOfNothing() {
    return Stream.concat(Stream.of(MOSTLY), ELSE.values().stream())
        .distinct()
        .map(stage -> plan(stage, Optional.empty()))
        .toList();
  }

  private static Plan plan(Stage stage, Optional<String> plant) {
    return new Plan(
        stage.members,
        stage.seconds * 1_000L,
        stage.churn,
        stage.faults,
        0,
        1,
        "conference",
        stage.seed,
        stage.joinsPerMinute,
        stage.evictionsPerMinute,
        stage.liars,
        plant,
        false);
  }

  /**
   * The first of so many seeds, from its own on, in which the planted mistake breaks the property
   * that it names. What it breaks besides proves nothing of the judge of that one.
   */
  static Optional<RunResult> firstThatBreaksWhatItNames(String name, int seeds) {
    Plan plan = plan(name);
    String property =
        Plant.all().stream()
            .filter(plant -> plant.name().equals(name))
            .map(Plant::breaks)
            .findFirst()
            .orElseThrow();
    for (int i = 0; i < seeds; i++) {
      Trace trace = new Trace(Optional.empty(), Optional.empty());
      RunResult result = Runs.run(plan.withSeed(plan.seed() + i), trace, Simulation.Progress.NONE);
      if (result.violations().stream().anyMatch(each -> each.property().equals(property))) {
        return Optional.of(result);
      }
    }
    return Optional.empty();
  }
}
