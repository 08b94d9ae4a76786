package io.keymoot.simulator.churn;

import io.keymoot.simulator.result.Plan;
import java.util.List;
import java.util.Random;

/** An open peer-to-peer network: most stay for a moment, a few for very long. */
final class OpenPeers implements Churn {
  private static final double SHAPE = 0.615;
  private static final double MEAN_MILLIS = 300_000;

  @Override
  public String name() {
    return "p2p";
  }

  @Override
  public String source() {
    return "Poisson arrivals; sessions Weibull of shape 0.615, the median of eighteen archived "
        + "traces (P2P Trace Archive, PDS-2010-003); mean 5 min, half vanish without a word";
  }

  @Override
  public List<Visit> visits(Plan plan, Random random) {
    double scale = MEAN_MILLIS / Distributions.gamma(1 + 1 / SHAPE);
    return Steady.visits(
        plan, random, r -> Distributions.weibull(r, SHAPE, scale), MEAN_MILLIS, 0.5, at -> 2);
  }
}
