package io.keymoot.flatkeying.key;

/** Secrets that nobody made by the rules. */
public final class EpochSecrets {
  private EpochSecrets() {}

  /** Any bytes at any revision, as a member may well tell them. */
  public static EpochSecret of(byte[] bytes, int revision) {
    return new EpochSecret(bytes, revision);
  }
}
