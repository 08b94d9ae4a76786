package io.keymoot.simulator.churn;

import io.keymoot.simulator.result.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A conference: most come about the start, some late, some drop out and come back, and at the end
 * nearly all leave at once. Shorter runs have proportionally shorter times.
 */
final class Conference implements Churn {
  private static final double SIGMA_MILLIS = 180_000;
  private static final double LONG_CONFERENCE_MILLIS = 3_600_000;

  @Override
  public String name() {
    return "conference";
  }

  @Override
  public String source() {
    return "arrivals Gaussian, sigma 3 min about the start, 10 % late, 15 % drop and rejoin within "
        + "60 s, 80 % leave within 2 min of the end";
  }

  @Override
  public List<Visit> visits(Plan plan, Random random) {
    double scale = Math.min(1, plan.millis() / LONG_CONFERENCE_MILLIS);
    double sigma = SIGMA_MILLIS * scale;
    double start = Math.min(2 * sigma, plan.millis() / 5.0);
    List<Visit> visits = new ArrayList<>();
    for (int person = 1; person < plan.members(); person++) {
      double from =
          random.nextDouble() < 0.1
              ? start + random.nextDouble() * (plan.millis() * 0.6)
              : start + sigma * random.nextGaussian();
      long begin = (long) Math.max(0, Math.min(from, plan.millis() * 0.8));
      boolean leaves = random.nextDouble() < 0.8;
      long end =
          leaves ? plan.millis() - (long) (random.nextDouble() * 120_000 * scale) : Long.MAX_VALUE;
      long lasts = plan.millis() - begin;
      if (random.nextDouble() < 0.15 && lasts > 60_000) {
        long drops = begin + (long) (random.nextDouble() * (lasts - 60_000));
        long back = drops + 1_000 + (long) (random.nextDouble() * 59_000);
        visits.add(new Visit(person, begin, drops, Visit.Ending.VANISHES));
        visits.add(new Visit(person, back, Math.max(end, back), Visit.Ending.LEAVES));
      } else {
        visits.add(new Visit(person, begin, Math.max(end, begin), Visit.Ending.LEAVES));
      }
    }
    return visits;
  }
}
