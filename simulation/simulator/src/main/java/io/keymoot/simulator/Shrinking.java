package io.keymoot.simulator;

import io.keymoot.simulator.fault.Fault;
import io.keymoot.simulator.result.Injected;
import io.keymoot.simulator.result.Plan;
import io.keymoot.simulator.result.RunResult;
import io.keymoot.simulator.run.Simulation;
import io.keymoot.simulator.world.Trace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Looks for a smaller run that breaks the same property: shorter, fewer members, fewer faults. */
final class Shrinking {
  private static final int MOST_TRIES = 24;
  private static final long MOST_NANOS = 60_000_000_000L;
  private static final int SEEDS_EACH = 2;

  /** What is not one of these, such as a liar's trick, cannot be asked for. */
  private static final List<String> FAULTS =
      Stream.concat(Fault.all().stream(), Fault.named().stream()).map(Fault::name).toList();

  private final long started = System.nanoTime();
  private int tries;

  RunResult smallest(RunResult failed) {
    RunResult best = failed;
    boolean smaller = true;
    while (smaller) {
      smaller = false;
      for (Plan plan : smaller(best)) {
        Optional<RunResult> fails = tryIt(plan, property(failed));
        if (fails.isPresent()) {
          best = fails.get();
          smaller = true;
          break;
        }
      }
    }
    return best;
  }

  private static String property(RunResult result) {
    return result.violations().get(0).property();
  }

  private static List<Plan> smaller(RunResult failed) {
    Plan plan = failed.plan();
    List<Plan> plans = new ArrayList<>();
    long at = failed.violations().get(0).atMillis();
    if (at + 1_000 < plan.millis()) {
      plans.add(plan.withMillis((at / 1_000 + 1) * 1_000));
    }
    int fewest = Math.max(3, plan.byzantine() + 1);
    if (plan.members() > fewest) {
      plans.add(plan.withMembers(Math.max(fewest, plan.members() / 2)));
      plans.add(plan.withMembers(plan.members() - 1));
    }
    if (plan.millis() > 10_000) {
      plans.add(plan.withMillis(plan.millis() / 2 / 1_000 * 1_000));
    }
    if (plan.faults().contains("heavy") || plan.faults().contains(Fault.ALL)) {
      plans.add(plan.withFaults(List.of()));
      plans.add(
          plan.withFaults(
              failed.injected().stream()
                  .filter(each -> each.times() > 0)
                  .map(Injected::fault)
                  .filter(FAULTS::contains)
                  .toList()));
    } else {
      for (String each : plan.faults()) {
        plans.add(
            plan.withFaults(plan.faults().stream().filter(other -> !other.equals(each)).toList()));
      }
    }
    if (plan.byzantine() > 0) {
      plans.add(plan.withByzantine(plan.byzantine() - 1));
    }
    if (plan.joinsPerMinute() > 0 || plan.evictionsPerMinute() > 0) {
      plans.add(plan.withComers(0, plan.evictionsPerMinute()));
      plans.add(plan.withComers(plan.joinsPerMinute(), 0));
    }
    plans.removeIf(plan::equals);
    return plans;
  }

  /** With the same seed, and the one after it: a smaller run is another run. */
  private Optional<RunResult> tryIt(Plan plan, String property) {
    for (int i = 0; i < SEEDS_EACH; i++) {
      if (++tries > MOST_TRIES || System.nanoTime() - started > MOST_NANOS) {
        return Optional.empty();
      }
      Trace trace = new Trace(Optional.empty(), Optional.empty());
      RunResult result = Runs.run(plan.withSeed(plan.seed() + i), trace, Simulation.Progress.NONE);
      if (!result.isGood() && property(result).equals(property)) {
        return Optional.of(result);
      }
    }
    return Optional.empty();
  }
}
