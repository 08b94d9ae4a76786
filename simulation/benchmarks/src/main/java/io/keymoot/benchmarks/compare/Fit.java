package io.keymoot.benchmarks.compare;

import java.util.List;
import java.util.Locale;

/** The slope in a chart with two logarithmic axes: cost ∝ N to this power. */
final class Fit {
  private Fit() {}

  static String exponent(List<Integer> sizes, List<Double> costs) {
    // A difference may come out below nothing, which is no power of anything.
    if (sizes.size() < 3 || costs.stream().anyMatch(cost -> !(cost > 0))) {
      return "";
    }
    double n = sizes.size();
    double sx = 0;
    double sy = 0;
    double sxx = 0;
    double sxy = 0;
    for (int i = 0; i < n; i++) {
      double x = Math.log(sizes.get(i));
      double y = Math.log(costs.get(i));
      sx += x;
      sy += y;
      sxx += x * x;
      sxy += x * y;
    }
    return String.format(Locale.ROOT, "∝ N^%.2f", (n * sxy - sx * sy) / (n * sxx - sx * sx));
  }
}
