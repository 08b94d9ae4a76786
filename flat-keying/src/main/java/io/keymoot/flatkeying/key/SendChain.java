package io.keymoot.flatkeying.key;

import io.keymoot.flatkeying.crypto.Aead;
import io.keymoot.flatkeying.crypto.Hkdf;
import io.keymoot.flatkeying.crypto.Info;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The sending half of a direction: a key that steps with every seal, the old one wiped. */
final class SendChain implements AutoCloseable {
  /** As many as a position can count; then a new handshake. */
  static final int MOST_SEALS = 1 << 16;

  private byte[] key;
  private int next;

  /** What the last seal was bound to. */
  private @Nullable Hash32 last;

  /** Takes the array over. */
  SendChain(byte[] key) {
    this.key = key;
  }

  boolean isSpent() {
    return next == MOST_SEALS;
  }

  Seal seal(EpochSecret secret, Hash32 context) {
    if (isSpent()) {
      throw new IllegalStateException("a spent chain seals nothing more");
    }
    byte[] once = sealKey(key);
    try {
      byte[] sealed = Aead.sealOnce(once, context.toArray(), secret.original());
      return new Seal(next++, Bytes.owning(sealed));
    } finally {
      Arrays.fill(once, (byte) 0);
      key = stepped(key);
      last = context;
    }
  }

  /** Whether its last seal was this one. */
  boolean sealedLast(Hash32 context) {
    return context.equals(last);
  }

  /** The key of the one seal at a chain key's position. */
  static byte[] sealKey(byte[] chainKey) {
    return Hkdf.expand(chainKey, Info.of("session seal"));
  }

  /** The next chain key; wipes this one. */
  static byte[] stepped(byte[] chainKey) {
    byte[] after = Hkdf.expand(chainKey, Info.of("session step"));
    Arrays.fill(chainKey, (byte) 0);
    return after;
  }

  @Override
  public void close() {
    Arrays.fill(key, (byte) 0);
    // Nothing is sealed under the zeros.
    next = MOST_SEALS;
  }
}
