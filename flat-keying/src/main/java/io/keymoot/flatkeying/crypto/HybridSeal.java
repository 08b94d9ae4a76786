package io.keymoot.flatkeying.crypto;

import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.Arrays;

/**
 * Seals bytes to the holder of a leaf key: an encapsulation, and the bytes under a key derived from
 * its secret and from the context.
 *
 * <p>Says nothing about who sealed: anybody can seal to a public key. Senders sign what they seal.
 * Opens for whoever gets the leaf key's private half, also later: for what must not, there are
 * pairwise sessions.
 */
public final class HybridSeal {
  /** By how much sealed bytes are longer. */
  public static final int OVERHEAD_BYTES = LeafKey.ENCAPSULATION_BYTES + Aead.TAG_BYTES;

  private static final byte[] NOTHING = new byte[0];

  private HybridSeal() {}

  public static Bytes seal(LeafKey to, SealContext context, byte[] plaintext, Entropy entropy) {
    LeafKey.Encapsulated fresh = to.encapsulate(entropy);
    byte[] key = key(fresh.secret(), to, context);
    try {
      byte[] sealed = Aead.sealOnce(key, NOTHING, plaintext);
      byte[] out =
          Arrays.copyOf(fresh.encapsulation().toArray(), plaintext.length + OVERHEAD_BYTES);
      System.arraycopy(sealed, 0, out, LeafKey.ENCAPSULATION_BYTES, sealed.length);
      return Bytes.owning(out);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  public static Opening open(LeafKeyPair own, SealContext context, Bytes sealed) {
    if (sealed.length() < OVERHEAD_BYTES) {
      return new Opening.Failed();
    }
    Bytes encapsulation = sealed.slice(0, LeafKey.ENCAPSULATION_BYTES);
    Bytes rest =
        sealed.slice(LeafKey.ENCAPSULATION_BYTES, sealed.length() - LeafKey.ENCAPSULATION_BYTES);
    byte[] key = key(own.decapsulate(encapsulation), own.publicKey(), context);
    try {
      return Aead.openOnce(key, NOTHING, rest.toArray());
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  private static byte[] key(SharedSecret secret, LeafKey to, SealContext context) {
    try (secret) {
      return secret.derive(
          Info.of("hybrid seal")
              .hash(context.group().hash())
              .hash(context.from().hash())
              .hash(context.to().hash())
              .hash(to.hash())
              .u8(context.kind().code())
              .hash(context.id()));
    }
  }
}
