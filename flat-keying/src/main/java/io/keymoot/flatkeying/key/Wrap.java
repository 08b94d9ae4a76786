package io.keymoot.flatkeying.key;

import io.keymoot.flatkeying.crypto.Aead;
import io.keymoot.flatkeying.crypto.Opening;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.Arrays;

/**
 * An epoch's original secret under a key made for this one wrap: 48 bytes.
 *
 * <p>The key is made from the hash of the Rekey's content, which holds the commitment, and from who
 * wraps. So an honest wrapper never has two secrets to wrap under one key, however many authors
 * call their epochs alike, and no nonce need be sent. A liar who wraps two under one key gives away
 * the two secrets it knew.
 */
final class Wrap {
  /** A secret and a tag. */
  static final int BYTES = Secret.BYTES + Aead.TAG_BYTES;

  private static final byte[] NOTHING = new byte[0];

  private Wrap() {}

  /** Wipes the key. */
  static Bytes seal(byte[] key, EpochSecret secret) {
    try {
      return Bytes.owning(Aead.sealOnce(key, NOTHING, secret.original()));
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  /** Wipes the key. */
  static Unwrapped open(byte[] key, Bytes wrap, Hash32 commitment) {
    try {
      return wrap.length() == BYTES
          ? checked(Aead.openOnce(key, NOTHING, wrap.toArray()), commitment)
          : new Unwrapped.Failed();
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  /** AES-GCM alone would let a wrapper give different members different secrets. */
  static Unwrapped checked(Opening opening, Hash32 commitment) {
    return switch (opening) {
      case Opening.Failed forged -> new Unwrapped.Failed();
      case Opening.Opened opened -> {
        // Takes the plaintext over: the secret's own close wipes it.
        EpochSecret secret = new EpochSecret(opened.plaintext(), 0);
        if (secret.matches(commitment)) {
          yield new Unwrapped.Opened(secret);
        }
        secret.close();
        yield new Unwrapped.Failed();
      }
    };
  }
}
