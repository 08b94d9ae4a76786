package io.keymoot.flatkeying.house.bad;

import java.security.SecureRandom;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** Breaks the rule against ambient randomness, once in each method. */
final class RollsDice {
  int random() {
    return new Random(1).nextInt();
  }

  int threadLocalRandom() {
    return ThreadLocalRandom.current().nextInt();
  }

  int secureRandom(SecureRandom random) {
    return random.nextInt();
  }

  double math() {
    return Math.random();
  }

  UUID uuid() {
    return UUID.randomUUID();
  }

  int identity() {
    return System.identityHashCode(this);
  }

  Object bouncyCastle() {
    return org.bouncycastle.crypto.CryptoServicesRegistrar.getSecureRandom();
  }
}
