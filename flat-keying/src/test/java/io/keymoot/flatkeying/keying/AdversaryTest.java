package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Properties P3, P4, P5 and P9 against the real code and real keys, and P2 at the end of each run.
 * More runs by {@code -Dseeds=N}, others by {@code -DfirstSeed=M}. Two classes, so that two JVMs
 * can share the work: even seeds have slots of two symbols, odd ones of four, and each fifth of
 * those of sixteen.
 */
abstract class AdversaryTest {
  private static final int SEEDS = Integer.getInteger("seeds", 300);
  private static final int FIRST = Integer.getInteger("firstSeed", 0);

  /** So many keys in use were tried by somebody who had something to try with, run by run. */
  private static final int TRIED_PER_RUN = 20;

  private final IntPredicate mine;

  AdversaryTest(IntPredicate mine) {
    this.mine = mine;
  }

  private record Outcome(long seed, List<String> wrong, int checked, int pooled, String show) {}

  @Test
  void whoeverIsOutPoolsEverythingAndReadsNothing() {
    List<Outcome> outcomes =
        IntStream.range(FIRST, FIRST + SEEDS)
            .filter(mine)
            .parallel()
            .mapToObj(AdversaryTest::run)
            .toList();
    List<String> wrong = new ArrayList<>();
    long checked = 0;
    long pooled = 0;
    for (Outcome each : outcomes) {
      if (!each.wrong.isEmpty()) {
        wrong.add("seed " + each.seed + ": " + each.wrong.get(0) + "\n" + each.show);
      }
      checked += each.checked;
      pooled += each.pooled;
    }
    long runs = outcomes.size();
    assertThat(wrong).as("%d of %d runs", wrong.size(), runs).isEmpty();
    assertThat(checked).as("keys in use that were tried").isGreaterThan(TRIED_PER_RUN * runs);
    assertThat(pooled).as("secrets pooled to try with").isGreaterThan(TRIED_PER_RUN * runs);
  }

  private static Outcome run(int seed) {
    AdversaryRun run = new AdversaryRun(seed);
    try {
      List<String> wrong = run.run();
      String show = wrong.isEmpty() ? "" : String.join("\n", run.story()) + "\n" + run.show();
      return new Outcome(seed, wrong, run.checked(), run.pooled(), show);
    } catch (IllegalStateException e) {
      throw new IllegalStateException("seed " + seed + ": " + String.join("\n", run.story()), e);
    }
  }
}
