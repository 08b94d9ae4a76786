package io.keymoot.simulator;

import io.keymoot.simulator.result.Change;
import io.keymoot.simulator.result.Heal;
import io.keymoot.simulator.result.MemberEvent;
import io.keymoot.simulator.result.Plan;
import io.keymoot.simulator.result.RunResult;
import io.keymoot.simulator.result.Series;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** What many runs come to, in a few numbers. */
final class Tally {
  /** Fewer leaves at once are nothing to tell of. */
  private static final int MANY = 20;

  private long runs;
  private long failed;
  private long steps;
  private long checked;
  private long frames;
  private long millis;
  private final List<Long> converged = new ArrayList<>();
  private final List<Long> joined = new ArrayList<>();
  private Burst burst = new Burst(0, 0);

  /** The most leaves within one second, and the Rekeys from then on until the keys had settled. */
  private record Burst(int leaves, long rekeys) {
    private static final long SETTLING_MILLIS = 15_000;

    static Burst of(RunResult result) {
      List<Long> left =
          result.events().stream()
              .filter(event -> event.kind() == MemberEvent.Kind.LEFT)
              .map(MemberEvent::atMillis)
              .sorted()
              .toList();
      int most = 0;
      long at = 0;
      for (int i = 0, first = 0; i < left.size(); i++) {
        while (left.get(i) - left.get(first) > 1_000) {
          first++;
        }
        if (i - first + 1 > most) {
          most = i - first + 1;
          at = left.get(first);
        }
      }
      long before = 0;
      long after = 0;
      for (Series.Sample sample : result.series().samples()) {
        before = sample.atMillis() <= at ? sample.rekeys() : before;
        after = sample.atMillis() <= at + SETTLING_MILLIS ? sample.rekeys() : after;
      }
      return new Burst(most, after - before);
    }
  }

  void add(RunResult result) {
    runs++;
    failed += result.isGood() ? 0 : 1;
    steps += result.steps();
    checked += result.totals().epochsChecked();
    frames += result.totals().framesOpened();
    millis += result.plan().millis();
    for (Heal heal : result.heals()) {
      converged.add(heal.convergedMillis());
    }
    for (Change change : result.changes()) {
      if (change.kind() == Change.Kind.JOIN && change.settledMillis() >= 0) {
        joined.add(change.settledMillis());
      }
    }
    Burst its = Burst.of(result);
    burst = its.leaves > burst.leaves ? its : burst;
  }

  String inWords(Plan plan) {
    Collections.sort(converged);
    Collections.sort(joined);
    String how =
        converged.isEmpty()
            ? "nothing converged"
            : String.format(
                Locale.ROOT,
                "converged after the faults in %d ms (half), %d ms (99 %%), %d ms (all)",
                at(converged, 0.5),
                at(converged, 0.99),
                at(converged, 1));
    if (!joined.isEmpty()) {
      how +=
          String.format(
              Locale.ROOT,
              "; %,d joined and could send after %d ms (half), %d ms (99 %%), %d ms (all)",
              joined.size(),
              at(joined, 0.5),
              at(joined, 0.99),
              at(joined, 1));
    }
    if (burst.leaves >= MANY) {
      how +=
          String.format(
              Locale.ROOT,
              "; %,d left within 1 s, which took %d Rekeys",
              burst.leaves,
              burst.rekeys);
    }
    return String.format(
            Locale.ROOT,
            "%d of %d runs broke a property: %d members, %.1f virtual hours, %,d steps, %,d keys"
                + " tried by those who are out, %,d frames opened; %s.",
            failed,
            runs,
            plan.members(),
            millis / 3.6e6,
            steps,
            checked,
            frames,
            how)
        + (failed == 0 && runs > 1
            ? String.format(
                Locale.ROOT,
                " With 95 %% confidence a run of this kind fails at most once in %,d.",
                Math.max(1, runs / 3))
            : "");
  }

  private static long at(List<Long> sorted, double part) {
    return sorted.get((int) Math.min(sorted.size() - 1, part * sorted.size()));
  }
}
