package io.keymoot.simulator.churn;

import io.keymoot.simulator.result.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A live broadcast with a flash crowd: half the audience comes within a minute. */
final class Broadcast implements Churn {
  private static final double MU = 5.24;
  private static final double SIGMA = 1.54;

  @Override
  public String name() {
    return "broadcast";
  }

  @Override
  public String source() {
    return "sessions log-normal, mu 5.24 sigma 1.54 (seconds); piecewise Poisson; a flash crowd of "
        + "half the group in 60 s (Veloso and others; Li and others)";
  }

  @Override
  public List<Visit> visits(Plan plan, Random random) {
    double mean = 1_000 * StrictMath.exp(MU + SIGMA * SIGMA / 2);
    List<Visit> visits =
        new ArrayList<>(
            Steady.visits(
                plan.withMembers(Math.max(2, plan.members() / 2)),
                random,
                r -> 1_000 * Distributions.logNormal(r, MU, SIGMA),
                mean,
                0.3,
                at -> at < 0.5 ? 1 : 2));
    int person = visits.stream().mapToInt(Visit::person).max().orElse(0) + 1;
    double flash = plan.millis() * 0.3;
    double lasts = Math.min(60_000, plan.millis() * 0.1);
    for (int i = 0; i < plan.members() / 2; i++) {
      double from = flash + random.nextDouble() * lasts;
      double until = from + Math.max(1_000, 1_000 * Distributions.logNormal(random, MU, SIGMA));
      visits.add(new Visit(person++, (long) from, (long) until, Visit.Ending.LEAVES));
    }
    return visits;
  }
}
