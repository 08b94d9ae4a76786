package io.keymoot.simulator.churn;

import io.keymoot.simulator.result.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A day at work, shortened to the run: it fills, empties at noon, fills again, and empties. */
final class Workday implements Churn {
  @Override
  public String name() {
    return "workday";
  }

  @Override
  public String source() {
    return "diurnal: in by the first sixth, half away for a twelfth at noon, gone in the last "
        + "sixth; 40 % come once for a moment";
  }

  @Override
  public List<Visit> visits(Plan plan, Random random) {
    long day = plan.millis();
    List<Visit> visits = new ArrayList<>();
    for (int person = 1; person < plan.members(); person++) {
      if (random.nextDouble() < 0.4) {
        long from = (long) (random.nextDouble() * day * 0.85);
        long until = from + Math.max(2_000, (long) Distributions.exponential(random, day / 20.0));
        visits.add(new Visit(person, from, until, Visit.Ending.LEAVES));
        continue;
      }
      long from = (long) (random.nextDouble() * day / 6);
      long home = day - (long) (random.nextDouble() * day / 6);
      long lunch = (long) (day * (0.45 + 0.05 * random.nextDouble()));
      if (random.nextBoolean()) {
        visits.add(new Visit(person, from, lunch, Visit.Ending.LEAVES));
        visits.add(new Visit(person, lunch + day / 12, home, Visit.Ending.LEAVES));
      } else {
        visits.add(new Visit(person, from, home, Visit.Ending.VANISHES));
      }
    }
    return visits;
  }
}
