package io.keymoot.simulator.world;

import java.util.Random;

/**
 * What the network does to every message: how long it takes, what is lost, doubled, held back or
 * garbled. Mutable: faults change it, and change it back.
 *
 * <p>Latency is log-normal, as measured between hosts of the Internet: most messages take about the
 * median, a few take many times as long.
 */
public final class Weather {
  public double medianMillis = 20;
  public double sigma = 0.4;
  public double lossPercent;
  public double duplicatePercent;
  public double reorderPercent;
  public long reorderMillis = 5_000;
  public double corruptPercent;

  /** A long tail, but no eternity. */
  private static final long LONGEST_MILLIS = 5_000;

  boolean loses(Random random) {
    return lossPercent > 0 && random.nextDouble() * 100 < lossPercent;
  }

  boolean doubles(Random random) {
    return duplicatePercent > 0 && random.nextDouble() * 100 < duplicatePercent;
  }

  boolean corrupts(Random random) {
    return corruptPercent > 0 && random.nextDouble() * 100 < corruptPercent;
  }

  long delay(Random random) {
    double factor = sigma == 0 ? 1 : StrictMath.exp(sigma * random.nextGaussian());
    long delay = Math.min(LONGEST_MILLIS, Math.max(1, Math.round(medianMillis * factor)));
    if (reorderPercent > 0 && random.nextDouble() * 100 < reorderPercent) {
      delay += 1 + (long) (random.nextDouble() * reorderMillis);
    }
    return delay;
  }
}
