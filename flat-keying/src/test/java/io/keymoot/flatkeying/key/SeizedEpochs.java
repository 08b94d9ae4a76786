package io.keymoot.flatkeying.key;

/** Secrets of epochs as whoever has their bytes may take them. */
public final class SeizedEpochs {
  private SeizedEpochs() {}

  /** The same bytes, as if they were of another revision than was said. */
  public static EpochSecret asOf(EpochSecret secret, int revision) {
    return new EpochSecret(secret.alive().clone(), revision);
  }

  /** Whatever revisions are said. */
  public static boolean haveTheSameBytes(EpochSecret one, EpochSecret other) {
    return one.sameBytes(other);
  }
}
