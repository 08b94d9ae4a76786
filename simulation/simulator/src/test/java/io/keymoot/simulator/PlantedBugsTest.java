package io.keymoot.simulator;

import static io.keymoot.simulator.run.Simulation.Progress.NONE;
import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.keying.Draws;
import io.keymoot.simulator.invariant.Invariants;
import io.keymoot.simulator.plant.Plant;
import io.keymoot.simulator.plant.Planted;
import io.keymoot.simulator.result.Plan;
import io.keymoot.simulator.result.Violation;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Trace;
import io.keymoot.simulator.world.World;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A check that cannot fail is a defect: each mistake, put into the running code, is found by the
 * property that it must break, most in their first run. {@code -Dplants=name,name} for some, with
 * more runs.
 */
@Isolated("it changes the code that others would run")
class PlantedBugsTest {
  /** A change of the product changes what happens in a run, so the next ones have their turn. */
  private static final int FIRST_RUNS = 12;

  private static final List<String> WANTED =
      Stream.of(System.getProperty("plants", "").split(","))
          .filter(each -> !each.isEmpty())
          .toList();

  static Stream<String> names() {
    return WANTED.isEmpty() ? Plant.all().stream().map(Plant::name) : WANTED.stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  void aMistakeIsFound(String name) {
    Planted planted = Planted.byName(Optional.of(name));
    try {
      int seeds = WANTED.isEmpty() ? FIRST_RUNS : Telling.SEEDS;
      assertThat(Telling.firstThatBreaksWhatItNames(name, seeds)).as(name).isPresent();
    } finally {
      planted.close();
    }
  }

  /** The judge of proofs does not go silent in a group of sixteen that many came to and left. */
  @Test
  void whoIsConvictedIsFoundHoweverManyHaveComeAndGone() {
    World world =
        new World(
            new World.Setup(5, Profile.CONFERENCE, false, Draws::new),
            new Trace(Optional.empty(), Optional.empty()));
    Node founder = world.found(0);
    Invariants.all(world).forEach(world::watch);
    world.start(founder);
    world.join(1);
    world.join(2);
    for (int person = 3; person < 3 + Invariants.SMALL; person++) {
      world.arrive(person);
    }
    world.timeline().runTo(10_000);
    assertThat(world.violations()).isEmpty();
    Planted planted = Planted.byName(Optional.of("the-honest-are-convicted"));
    try {
      world.join(3 + Invariants.SMALL);
      world.timeline().runTo(30_000);
    } finally {
      planted.close();
    }
    assertThat(world.violations()).extracting(Violation::property).contains("P10");
  }

  /** Where nobody goes through the bytes, some peers make what facts show for themselves. */
  @Test
  void inALargeGroupTooItIsFoundThatFactsComeToSomethingElseInAnotherOrder() {
    String name = "facts-come-to-something-else-in-another-order";
    Plan plan = Telling.plan(name).withMembers(Invariants.SMALL + 6).withMillis(30_000);
    Planted planted = Planted.byName(Optional.of(name));
    try {
      assertThat(LongStream.range(0, FIRST_RUNS))
          .as("runs in which it is found")
          .anyMatch(each -> breaks(plan.withSeed(plan.seed() + each), "I1"));
    } finally {
      planted.close();
    }
  }

  private static boolean breaks(Plan plan, String property) {
    return Runs.run(plan, new Trace(Optional.empty(), Optional.empty()), NONE).violations().stream()
        .anyMatch(violation -> violation.property().equals(property));
  }

  /** What finds them finds nothing where nothing is wrong. */
  @Test
  void whereNoneIsPlantedNothingIsFound() {
    assertThat(
            Telling.plansOfNothing().parallelStream()
                .map(plan -> Runs.run(plan, new Trace(Optional.empty(), Optional.empty()), NONE))
                .filter(result -> !result.isGood())
                .map(Failure::inWords)
                .toList())
        .isEmpty();
  }
}
