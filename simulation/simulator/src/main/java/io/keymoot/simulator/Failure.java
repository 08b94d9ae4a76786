package io.keymoot.simulator;

import io.keymoot.simulator.result.Plan;
import io.keymoot.simulator.result.RunResult;
import io.keymoot.simulator.result.Violation;
import java.math.BigDecimal;

/** A run that broke something, in words, with the command that shows it again. */
final class Failure {
  private Failure() {}

  static String inWords(RunResult result) {
    Violation first = result.violations().get(0);
    return "Seed "
        + result.plan().seed()
        + ", step "
        + first.step()
        + ", at "
        + first.atMillis()
        + " ms: "
        + first.property()
        + " does not hold: "
        + first.what()
        + ".\nSee it again: "
        + command(result.plan());
  }

  static String command(Plan plan) {
    StringBuilder out = new StringBuilder("simulation/bin/simulate");
    out.append(" --members ").append(plan.members());
    out.append(" --for ").append(Command.inUnits(plan.millis()));
    out.append(" --churn ").append(plan.churn());
    out.append(" --faults ");
    out.append(plan.faults().isEmpty() ? "none" : String.join(",", plan.faults()));
    if (plan.lossPercent() > 0) {
      out.append(" --loss ").append(exactly(plan.lossPercent())).append('%');
    }
    if (plan.partitions() > 1) {
      out.append(" --partitions ").append(plan.partitions());
    }
    if (!plan.profile().equals("conference")) {
      out.append(" --profile ").append(plan.profile());
    }
    if (plan.joinsPerMinute() > 0) {
      out.append(" --join-rate ").append(exactly(plan.joinsPerMinute())).append("/m");
    }
    if (plan.evictionsPerMinute() > 0) {
      out.append(" --evict-rate ").append(exactly(plan.evictionsPerMinute())).append("/m");
    }
    if (plan.byzantine() > 0) {
      out.append(" --byzantine ").append(plan.byzantine());
    }
    plan.plant().ifPresent(bug -> out.append(" --plant ").append(bug));
    if (plan.formed()) {
      out.append(" --formed");
    }
    if (plan.everySignature()) {
      out.append(" --every-signature");
    }
    return out.append(" --replay ").append(plan.seed()).toString();
  }

  /** Not rounded: a run with another rate is another run. */
  private static String exactly(double value) {
    return new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString();
  }
}
