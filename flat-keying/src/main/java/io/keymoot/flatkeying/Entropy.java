package io.keymoot.flatkeying;

/**
 * Where a core's randomness comes from: the operating system in the product, a seeded stream in the
 * simulator. Key generation, encapsulation and nonces all draw from here, so one seed replays a
 * run.
 */
@FunctionalInterface
public interface Entropy {
  /** Fills all of {@code target} with fresh random bytes. */
  void fill(byte[] target);

  default byte[] bytes(int length) {
    byte[] fresh = new byte[length];
    fill(fresh);
    return fresh;
  }
}
