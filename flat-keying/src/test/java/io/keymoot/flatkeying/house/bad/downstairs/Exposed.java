package io.keymoot.flatkeying.house.bad.downstairs;

/** Public, though no other package needs it. */
public final class Exposed {
  private Exposed() {}
}
