package io.keymoot.flatkeying.house.bad.crypto;

import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;

/** In crypto a SecureRandom may be named, but not had from the platform. */
public final class RollsPlatformDice {
  public SecureRandom made() {
    return new SecureRandom();
  }

  public SecureRandom found() throws NoSuchAlgorithmException {
    return SecureRandom.getInstance("DRBG");
  }
}
