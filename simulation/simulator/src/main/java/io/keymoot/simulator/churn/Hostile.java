package io.keymoot.simulator.churn;

import io.keymoot.simulator.result.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The worst that comers and goers can do by their coming and going alone. */
final class Hostile implements Churn {
  @Override
  public String name() {
    return "adversarial";
  }

  @Override
  public String source() {
    return "every newcomer is expelled, expelled devices ask again, and a third of the group "
        + "vanishes at one moment, all who hold a slot among them";
  }

  @Override
  public List<Visit> visits(Plan plan, Random random) {
    List<Visit> visits = new ArrayList<>();
    long within = Math.min(plan.millis() / 10, 10_000);
    long boom = plan.millis() / 2;
    int person = 1;
    for (; person < plan.members(); person++) {
      long from = (long) (random.nextDouble() * within);
      boolean vanishes = person % 3 == 0;
      visits.add(new Visit(person, from, vanishes ? boom : Long.MAX_VALUE, Visit.Ending.VANISHES));
    }
    long every = Math.max(4_000, plan.millis() / 40);
    for (long at = within + every; at < plan.millis() * 0.9; at += every) {
      long caught = at + 1_000 + (long) (random.nextDouble() * every / 2);
      visits.add(new Visit(person, at, caught, Visit.Ending.EXPELLED));
      if (random.nextInt(3) == 0) {
        visits.add(new Visit(person, caught + 3_000, caught + 9_000, Visit.Ending.VANISHES));
      }
      person++;
    }
    return visits;
  }
}
