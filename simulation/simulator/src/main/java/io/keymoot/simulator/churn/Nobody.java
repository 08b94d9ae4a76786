package io.keymoot.simulator.churn;

import io.keymoot.simulator.result.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** All come at the start and stay. */
final class Nobody implements Churn {
  @Override
  public String name() {
    return "none";
  }

  @Override
  public String source() {
    return "nobody comes or goes";
  }

  @Override
  public List<Visit> visits(Plan plan, Random random) {
    List<Visit> visits = new ArrayList<>();
    long within = Math.min(plan.millis() / 10, 10_000);
    for (int person = 1; person < plan.members(); person++) {
      long from = (long) (random.nextDouble() * within);
      visits.add(new Visit(person, from, Long.MAX_VALUE, Visit.Ending.LEAVES));
    }
    return visits;
  }
}
