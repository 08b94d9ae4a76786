package io.keymoot.simulator;

import io.keymoot.simulator.churn.Churn;
import io.keymoot.simulator.result.Plan;
import io.keymoot.simulator.result.RunResult;
import io.keymoot.simulator.result.Violation;
import io.keymoot.simulator.run.Simulation;
import io.keymoot.simulator.world.Trace;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Runs a plan, with one seed or many. */
final class Runs {
  private static final double QUARTER = 0.25;
  private static final int MOST_LIARS = 3;

  private final Plan plan;
  private final @Nullable Progress progress;

  Runs(Plan plan, @Nullable Progress progress) {
    this.plan = plan;
    this.progress = progress;
  }

  RunResult one(Plan itsPlan, Trace trace) {
    Simulation.Progress itsProgress = progress == null ? Simulation.Progress.NONE : progress;
    RunResult result = run(settled(itsPlan), trace, itsProgress);
    if (progress != null) {
      progress.finished(result.isGood());
    }
    return result;
  }

  /** Whatever is thrown in a run is found in it, with its seed, and ends nothing else. */
  static RunResult run(Plan settled, Trace trace, Simulation.Progress progress) {
    try {
      return new Simulation(settled, trace, progress).run();
    } catch (UncheckedIOException e) {
      throw e; // the trace cannot be written
    } catch (RuntimeException | StackOverflowError | AssertionError bug) {
      return RunResult.broken(settled, new Violation("BUG", Simulation.inWords(bug), 0, 0));
    }
  }

  /**
   * Each seed from the plan's own on, several side by side; which thread runs it is all the same.
   *
   * @param everySignatureOneIn in the first run, and in one of so many after it, each peer checks
   *     every signature itself; 0 for in none
   * @param taker says whether to go on
   */
  void all(long seeds, int threads, int everySignatureOneIn, Predicate<RunResult> taker) {
    AtomicLong next = new AtomicLong();
    ExecutorService workers = Executors.newFixedThreadPool(threads);
    List<Future<?>> working = new ArrayList<>();
    try {
      for (int i = 0; i < threads; i++) {
        working.add(
            workers.submit(
                () -> {
                  for (long n = next.getAndIncrement(); n < seeds; n = next.getAndIncrement()) {
                    Plan one = planOf(n, everySignatureOneIn);
                    RunResult result = one(one, new Trace(Optional.empty(), Optional.empty()));
                    synchronized (taker) {
                      if (!taker.test(result)) {
                        next.set(seeds);
                      }
                    }
                  }
                }));
      }
      for (Future<?> each : working) {
        each.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UncheckedIOException unwritten) {
        throw unwritten;
      }
      throw new IllegalStateException("a run ended in a bug", e.getCause());
    } finally {
      workers.shutdownNow();
    }
  }

  /** The plan of one run of a campaign. */
  private Plan planOf(long n, int everySignatureOneIn) {
    Plan one = settled(plan.withSeed(plan.seed() + n));
    boolean isChecked = everySignatureOneIn > 0 && n % everySignatureOneIn == 0;
    return isChecked ? one.withEverySignature() : one;
  }

  /**
   * Where the churn is mixed, the seed says which it is; and, where the plan says nothing of them,
   * who comes besides, who is put out and who keeps to no rule. A plan that is settled stays as it
   * is, so that it can be run again.
   */
  static Plan settled(Plan plan) {
    if (!plan.churn().equals(Plan.MIXED)) {
      return plan;
    }
    List<Churn> models = Churn.all();
    Random random = new Random(plan.seed() * 0x9E37_79B9_7F4A_7C15L);
    double comers = random.nextInt(3) == 0 ? QUARTER * (1 + random.nextInt(12)) : 0;
    double evictions = random.nextInt(3) > 0 ? QUARTER * (2 + random.nextInt(14)) : 0;
    int most = Math.min(MOST_LIARS, (plan.members() - 1) / 2);
    int liars = most > 0 && random.nextInt(5) < 2 ? 1 + random.nextInt(most) : 0;
    return plan.withChurn(models.get(Math.floorMod(plan.seed(), models.size())).name())
        .withComers(
            plan.joinsPerMinute() > 0 ? plan.joinsPerMinute() : comers,
            plan.evictionsPerMinute() > 0 ? plan.evictionsPerMinute() : evictions)
        .withByzantine(plan.byzantine() > 0 ? plan.byzantine() : liars);
  }
}
