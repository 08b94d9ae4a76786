package io.keymoot.flatkeying.key;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.StayId;
import java.util.Arrays;
import java.util.function.Function;

/** The base key of one sender's frames under one TEK, from which SFrame makes its key and salt. */
public final class SenderBaseKey extends Secret {
  private final StayId sender;
  private final FactId epoch;
  private final int revision;

  SenderBaseKey(byte[] bytes, StayId sender, FactId epoch, int revision) {
    super(bytes);
    this.sender = sender;
    this.epoch = epoch;
    this.revision = revision;
  }

  public StayId sender() {
    return sender;
  }

  /**
   * Lends the 32 bytes to what turns them into frame keys. The array is wiped when {@code use}
   * returns, so {@code use} must not keep it.
   */
  public <T> T lend(Function<byte[], T> use) {
    byte[] lent = alive().clone();
    try {
      return use.apply(lent);
    } finally {
      Arrays.fill(lent, (byte) 0);
    }
  }

  @Override
  String stamp() {
    return "sender " + sender + " epoch " + epoch + " revision " + revision;
  }
}
