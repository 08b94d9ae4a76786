package io.keymoot.heartbeat;

import io.keymoot.flatkeying.Entropy;

/** Chance, from the entropy this core was given. Nothing here is secret. */
final class Jitter {
  private final Entropy entropy;
  private final byte[] eight = new byte[8];

  Jitter(Entropy entropy) {
    this.entropy = entropy;
  }

  private long bits() {
    entropy.fill(eight);
    long bits = 0;
    for (byte each : eight) {
      bits = bits << 8 | (each & 0xff);
    }
    return bits;
  }

  /** From {@code low} up to, not including, {@code high}. */
  double between(double low, double high) {
    return low + (high - low) * ((bits() >>> 11) * 0x1.0p-53);
  }

  long millis(double low, double high) {
    return Math.round(between(low, high));
  }

  int below(int bound) {
    return (int) between(0, bound);
  }
}
