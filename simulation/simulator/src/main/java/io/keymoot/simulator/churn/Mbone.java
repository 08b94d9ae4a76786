package io.keymoot.simulator.churn;

import io.keymoot.simulator.result.Plan;
import java.util.List;
import java.util.Random;

/** Multicast sessions of the MBone: short visits and some that last. */
final class Mbone implements Churn {
  private static final double SHORT_MILLIS = 120_000;
  private static final double LONG_LEAST_MILLIS = 300_000;
  private static final double TAIL = 1.5;
  private static final double SHARE_OF_LONG = 0.2;

  @Override
  public String name() {
    return "mbone";
  }

  @Override
  public String source() {
    return "inter-arrivals exponential, durations exponential (short sessions) or Zipf-like (long "
        + "ones) (Almeroth and Ammar)";
  }

  @Override
  public List<Visit> visits(Plan plan, Random random) {
    double mean =
        (1 - SHARE_OF_LONG) * SHORT_MILLIS + SHARE_OF_LONG * LONG_LEAST_MILLIS * TAIL / (TAIL - 1);
    return Steady.visits(
        plan,
        random,
        r ->
            r.nextDouble() < SHARE_OF_LONG
                ? Distributions.pareto(r, LONG_LEAST_MILLIS, TAIL)
                : Distributions.exponential(r, SHORT_MILLIS),
        mean,
        0.2,
        at -> 2);
  }
}
