package io.keymoot.benchmarks.compare;

import java.util.List;
import java.util.Locale;

/**
 * A median, where the middle eight tenths lie, and the whole range.
 *
 * @param low a tenth is below
 * @param high a tenth is above
 */
record Spread(double median, double low, double high, double least, double most, int count) {
  /** A space at which no line ends. */
  static final String NARROW = "\u00a0";

  static Spread of(List<Double> samples) {
    List<Double> sorted = samples.stream().sorted().toList();
    int last = sorted.size() - 1;
    double median =
        (sorted.get(last / 2) + sorted.get((last + 1) / 2)) / 2; // of an even number, the mean
    return new Spread(
        median,
        sorted.get((int) Math.floor(0.1 * last)),
        sorted.get((int) Math.ceil(0.9 * last)),
        sorted.get(0),
        sorted.get(last),
        sorted.size());
  }

  @Override
  public String toString() {
    return number(median) + around();
  }

  /** In this unit, or one that is easier to read. */
  String in(String unit) {
    String larger = larger(unit);
    return isLarge(unit) ? over(1e3).with(larger) : with(unit);
  }

  /** The median alone. */
  String medianIn(String unit) {
    return isLarge(unit)
        ? number(median / 1e3) + NARROW + larger(unit)
        : number(median) + NARROW + unit;
  }

  private boolean isLarge(String unit) {
    return Math.abs(median) >= 1_000 && !larger(unit).isEmpty();
  }

  private static String larger(String unit) {
    return switch (unit) {
      case "µs" -> "ms";
      case "ms" -> "s";
      case "B" -> "kB";
      case "B/s" -> "kB/s";
      case "ns" -> "µs";
      case "msg/s" -> "k msg/s";
      default -> "";
    };
  }

  private Spread over(double by) {
    return new Spread(median / by, low / by, high / by, least / by, most / by, count);
  }

  private String with(String unit) {
    return number(median) + NARROW + unit + around();
  }

  private String around() {
    return low == high ? "" : " (" + number(low) + "–" + number(high) + ")";
  }

  static String number(double value) {
    double size = Math.abs(value);
    if (size >= 1_000) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    if (size >= 100 || value == Math.rint(value)) {
      return String.format(Locale.ROOT, "%.0f", value);
    }
    return String.format(Locale.ROOT, size >= 10 ? "%.1f" : "%.2f", value);
  }
}
