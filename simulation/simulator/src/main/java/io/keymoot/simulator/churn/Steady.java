package io.keymoot.simulator.churn;

import io.keymoot.simulator.result.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;

/** People who come one by one for a time, so many that about as many as planned are there. */
final class Steady {
  private Steady() {}

  /**
   * @param session draws how long somebody stays, in milliseconds
   * @param meanMillis of that
   * @param rate how busy it is at a moment, 1 on average
   */
  static List<Visit> visits(
      Plan plan,
      Random random,
      ToDoubleFunction<Random> session,
      double meanMillis,
      double vanishing,
      DoubleUnaryOperator rate) {
    List<Visit> visits = new ArrayList<>();
    int person = 1;
    double within = Math.min(plan.millis() / 10.0, 10_000);
    for (; person < plan.members(); person++) {
      double from = random.nextDouble() * within;
      visits.add(visit(person, from, session.applyAsDouble(random), random, vanishing));
    }
    double between = meanMillis / plan.members();
    double at = within;
    while (true) {
      at += Distributions.exponential(random, between);
      if (at >= plan.millis() * 0.95) {
        return visits;
      }
      if (random.nextDouble() * 2 < rate.applyAsDouble(at / plan.millis())) {
        visits.add(visit(person++, at, session.applyAsDouble(random), random, vanishing));
      }
    }
  }

  private static Visit visit(
      int person, double from, double lasts, Random random, double vanishing) {
    Visit.Ending ending =
        random.nextDouble() < vanishing ? Visit.Ending.VANISHES : Visit.Ending.LEAVES;
    // Who is gone before it can have said hello is nobody's churn.
    return new Visit(person, (long) from, (long) (from + Math.max(1_000, lasts)), ending);
  }
}
