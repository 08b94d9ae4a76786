package io.keymoot.flatkeying.house.good.crypto;

import java.security.SecureRandom;

/** Hands a library the randomness we were given. */
@SuppressWarnings("serial")
final class PassesEntropyOn extends SecureRandom {
  @Override
  public void nextBytes(byte[] bytes) {
    bytes[0] = 1;
  }
}
