package io.keymoot.simulator;

import io.keymoot.simulator.result.Heal;
import io.keymoot.simulator.result.Plan;
import io.keymoot.simulator.result.RunResult;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** What many runs come to, in a few numbers. */
final class Tally {
  private long runs;
  private long failed;
  private long steps;
  private long checked;
  private long frames;
  private long millis;
  private final List<Long> converged = new ArrayList<>();

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
  }

  String inWords(Plan plan) {
    Collections.sort(converged);
    String how =
        converged.isEmpty()
            ? "nothing converged"
            : String.format(
                Locale.ROOT,
                "converged after the faults in %d ms (half), %d ms (99 %%), %d ms (all)",
                at(0.5),
                at(0.99),
                at(1));
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

  private long at(double part) {
    return converged.get((int) Math.min(converged.size() - 1, part * converged.size()));
  }
}
