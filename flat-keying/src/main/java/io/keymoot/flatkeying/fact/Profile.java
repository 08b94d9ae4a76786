package io.keymoot.flatkeying.fact;

/** k, the radix of addresses: how many KEKs stand at each position of the slot table. */
public enum Profile {
  /** k = 2, the paper's table; spent after a few evictions, here for comparison. */
  PAPER(1, 1),
  /** k = 4, the default. */
  CONFERENCE(2, 2),
  /** k = 16, for large groups. */
  BROADCAST(3, 4);

  private final int code;
  private final int symbolBits;

  Profile(int code, int symbolBits) {
    this.code = code;
    this.symbolBits = symbolBits;
  }

  public int code() {
    return code;
  }

  public int symbolBits() {
    return symbolBits;
  }

  public int radix() {
    return 1 << symbolBits;
  }
}
