package io.keymoot.simulator.churn;

import java.util.Random;

/** Draws from the distributions that churn is made of; the same numbers on every machine. */
final class Distributions {
  private Distributions() {}

  static double exponential(Random random, double mean) {
    return -mean * StrictMath.log(1 - random.nextDouble());
  }

  static double weibull(Random random, double shape, double scale) {
    return scale * StrictMath.pow(-StrictMath.log(1 - random.nextDouble()), 1 / shape);
  }

  static double logNormal(Random random, double mu, double sigma) {
    return StrictMath.exp(mu + sigma * random.nextGaussian());
  }

  /** Zipf-like: from {@code least} on, with the exponent of the tail. */
  static double pareto(Random random, double least, double exponent) {
    return least / StrictMath.pow(1 - random.nextDouble(), 1 / exponent);
  }

  /** The gamma function by Lanczos' series: the mean of a Weibull needs it. */
  static double gamma(double x) {
    double[] series = {
      676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406,
      12.507343278686905, -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7
    };
    double sum = 0.9999999999998099;
    double y = x - 1;
    for (int i = 0; i < series.length; i++) {
      sum += series[i] / (y + i + 1);
    }
    double t = y + series.length - 0.5;
    return StrictMath.sqrt(2 * StrictMath.PI)
        * StrictMath.pow(t, y + 0.5)
        * StrictMath.exp(-t)
        * sum;
  }
}
