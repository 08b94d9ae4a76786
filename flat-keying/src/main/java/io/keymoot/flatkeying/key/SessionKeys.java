package io.keymoot.flatkeying.key;

import io.keymoot.flatkeying.crypto.Hkdf;
import io.keymoot.flatkeying.crypto.Info;
import io.keymoot.flatkeying.crypto.LeafKey;
import io.keymoot.flatkeying.crypto.SharedSecret;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The derivations of a handshake, which both ends make alike:
 *
 * <pre>
 *   offered   = hash of group, both stays, leaf key, ephemeral key, encapsulation to the leaf key
 *   early     = HKDF(leaf's secret, "session early" ‖ offered)
 *   proof     = HKDF(early, "session offer"), half-open chain = HKDF(early, "session half-open")
 *   answered  = hash of offered, encapsulation to the ephemeral key
 *   root      = HKDF-Extract(early, ephemeral's secret)
 *   both chains, confirmation = HKDF(root, label ‖ answered)
 * </pre>
 *
 * Root needs both secrets. Whoever gets the leaf key's private half later lacks the ephemeral one.
 */
final class SessionKeys {
  private static final byte[] OFFERED =
      "keymoot session offered".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ANSWERED =
      "keymoot session answered".getBytes(StandardCharsets.US_ASCII);

  private SessionKeys() {}

  /** Every field has a fixed length. */
  static Hash32 offered(
      GroupId group, StayId from, StayId to, LeafKey leaf, Bytes ephemeral, Bytes encapsulation) {
    return Hash32.sha256(
        OFFERED,
        group.hash().toArray(),
        from.hash().toArray(),
        to.hash().toArray(),
        leaf.hash().toArray(),
        ephemeral.toArray(),
        encapsulation.toArray());
  }

  static Hash32 answered(Hash32 offered, Bytes encapsulation) {
    return Hash32.sha256(ANSWERED, offered.toArray(), encapsulation.toArray());
  }

  /** What the Offer alone gives: guarded by the receiver's leaf key only. */
  static final class Early implements AutoCloseable {
    final Hash32 offered;
    private final byte[] key;

    /** Closes the secret. */
    Early(SharedSecret leafSecret, Hash32 offered) {
      this.offered = offered;
      try (leafSecret) {
        this.key = leafSecret.derive(Info.of("session early").hash(offered));
      }
    }

    Bytes proof() {
      return Bytes.owning(Hkdf.expand(key, Info.of("session offer"), Handshake.Offer.PROOF_BYTES));
    }

    byte[] halfOpenChain() {
      return Hkdf.expand(key, Info.of("session half-open"));
    }

    /** Closes the secret. */
    Full with(SharedSecret ephemeralSecret, Bytes encapsulation) {
      try (ephemeralSecret) {
        return new Full(ephemeralSecret.mixedInto(key), answered(offered, encapsulation));
      }
    }

    @Override
    public void close() {
      Arrays.fill(key, (byte) 0);
    }
  }

  /** What both messages give. */
  static final class Full implements AutoCloseable {
    private final byte[] root;
    private final Hash32 answered;

    /** Takes the root over. */
    Full(byte[] root, Hash32 answered) {
      this.root = root;
      this.answered = answered;
    }

    Bytes confirmation() {
      return Bytes.owning(Hkdf.expand(root, Info.of("session confirmation").hash(answered)));
    }

    byte[] offererChain() {
      return Hkdf.expand(root, Info.of("session offerer").hash(answered));
    }

    byte[] answererChain() {
      return Hkdf.expand(root, Info.of("session answerer").hash(answered));
    }

    @Override
    public void close() {
      Arrays.fill(root, (byte) 0);
    }
  }
}
