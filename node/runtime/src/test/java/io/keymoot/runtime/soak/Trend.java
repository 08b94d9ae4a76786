package io.keymoot.runtime.soak;

/** By how much one figure grows with another: the line with the least squares. */
final class Trend {
  private Trend() {}

  /** What is added to {@code ys} for each one in {@code xs}. */
  static double slope(double[] xs, double[] ys) {
    double meanX = mean(xs);
    double meanY = mean(ys);
    double together = 0;
    double alone = 0;
    for (int i = 0; i < xs.length; i++) {
      together += (xs[i] - meanX) * (ys[i] - meanY);
      alone += (xs[i] - meanX) * (xs[i] - meanX);
    }
    if (alone == 0) {
      throw new IllegalArgumentException("all at " + meanX + ": no line goes through them");
    }
    return together / alone;
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double each : values) {
      sum += each;
    }
    return sum / values.length;
  }
}
