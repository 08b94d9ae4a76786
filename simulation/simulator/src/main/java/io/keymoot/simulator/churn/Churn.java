package io.keymoot.simulator.churn;

import io.keymoot.simulator.result.Plan;
import java.util.List;
import java.util.Random;

/** A model of who comes and goes. */
public interface Churn {
  String name();

  /** Where the model comes from. */
  String source();

  /** All visits but the founder's, who is there from the start; in any order. */
  List<Visit> visits(Plan plan, Random random);

  static List<Churn> all() {
    return List.of(
        new Nobody(),
        new Conference(),
        new OpenPeers(),
        new Mbone(),
        new Broadcast(),
        new Workday(),
        new Hostile());
  }
}
