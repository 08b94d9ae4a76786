package io.keymoot.simulator.report;

import java.util.Locale;

/** Numbers as people read them. */
final class Words {
  private Words() {}

  static String count(double value) {
    return String.format(
        Locale.ROOT, value < 10 && value != Math.rint(value) ? "%.1f" : "%,.0f", value);
  }

  static String millis(double millis) {
    if (millis < 1_000) {
      return count(millis) + " ms";
    }
    return millis < 120_000
        ? String.format(Locale.ROOT, "%.1f s", millis / 1_000)
        : String.format(Locale.ROOT, "%.1f min", millis / 60_000);
  }

  static String micros(double micros) {
    return micros < 1_000
        ? count(micros) + " µs"
        : String.format(Locale.ROOT, "%.1f ms", micros / 1_000);
  }

  static String bytes(double bytes) {
    if (bytes < 10_000) {
      return count(bytes) + " B";
    }
    return bytes < 1e7
        ? String.format(Locale.ROOT, "%,.1f kB", bytes / 1e3)
        : String.format(Locale.ROOT, "%,.1f MB", bytes / 1e6);
  }

  static String percent(double share) {
    return share == 0 || share == 1
        ? Math.round(100 * share) + " %"
        : String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }
}
