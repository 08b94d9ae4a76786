package io.keymoot.flatkeying.crypto;

import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.Arrays;
import org.bouncycastle.crypto.digests.SHAKEDigest;
import org.bouncycastle.crypto.kems.MLKEMExtractor;
import org.bouncycastle.crypto.params.MLKEMParameters;
import org.bouncycastle.crypto.params.MLKEMPrivateKeyParameters;
import org.bouncycastle.math.ec.rfc7748.X25519;

/**
 * Both halves of an X-Wing key: a stay's leaf key, or the ephemeral key of one handshake.
 *
 * <p>The private half is kept in its expanded form, which is what opening needs; the seed it grew
 * from is gone as soon as it has grown. {@link #close} wipes it. What Bouncy Castle copies while it
 * works, and what the collector moved before, is beyond reach.
 */
public final class LeafKeyPair implements AutoCloseable {
  private static final int SEED_BYTES = 32;

  private final LeafKey publicKey;
  private final MLKEMPrivateKeyParameters lattice;
  private final byte[] curve;
  private boolean closed;

  private LeafKeyPair(LeafKey publicKey, MLKEMPrivateKeyParameters lattice, byte[] curve) {
    this.publicKey = publicKey;
    this.lattice = lattice;
    this.curve = curve;
  }

  public static LeafKeyPair generate(Entropy entropy) {
    byte[] seed = entropy.bytes(SEED_BYTES);
    byte[] grown = new byte[96];
    SHAKEDigest shake = new SHAKEDigest(256);
    shake.update(seed, 0, seed.length);
    shake.doFinal(grown, 0, grown.length);
    byte[] latticeSeed = Arrays.copyOf(grown, 64);
    byte[] curve = Arrays.copyOfRange(grown, 64, 96);
    var lattice = new MLKEMPrivateKeyParameters(MLKEMParameters.ml_kem_768, latticeSeed);
    Arrays.fill(seed, (byte) 0);
    Arrays.fill(grown, (byte) 0);
    Arrays.fill(latticeSeed, (byte) 0);
    return new LeafKeyPair(publicHalf(lattice, curve), lattice, curve);
  }

  private static LeafKey publicHalf(MLKEMPrivateKeyParameters lattice, byte[] curve) {
    byte[] out = Arrays.copyOf(lattice.getPublicKey(), LeafKey.BYTES);
    X25519.scalarMultBase(curve, 0, out, LeafKey.LATTICE_KEY_BYTES);
    return new LeafKey(Bytes.owning(out));
  }

  public LeafKey publicKey() {
    return publicKey;
  }

  /**
   * The secret that {@code encapsulation} was made with. Bytes made for another key, or by a
   * forger, give a secret that nobody else knows: what is sealed under it tells.
   */
  public SharedSecret decapsulate(Bytes encapsulation) {
    if (closed) {
      throw new IllegalStateException(this + " is closed: its private half is gone");
    }
    if (encapsulation.length() != LeafKey.ENCAPSULATION_BYTES) {
      throw new IllegalArgumentException("the caller checks the length of an encapsulation");
    }
    byte[] in = encapsulation.toArray();
    int curveAt = in.length - X25519.POINT_SIZE;
    byte[] curveEncapsulation = Arrays.copyOfRange(in, curveAt, in.length);
    byte[] curvePublic =
        publicKey.bytes().slice(LeafKey.LATTICE_KEY_BYTES, X25519.POINT_SIZE).toArray();
    byte[] curveSecret = new byte[X25519.POINT_SIZE];
    X25519.scalarMult(curve, 0, curveEncapsulation, 0, curveSecret, 0);
    byte[] latticeSecret = new MLKEMExtractor(lattice).extractSecret(Arrays.copyOf(in, curveAt));
    try {
      return XWing.combine(latticeSecret, curveSecret, curveEncapsulation, curvePublic);
    } finally {
      Arrays.fill(curveSecret, (byte) 0);
      Arrays.fill(latticeSecret, (byte) 0);
    }
  }

  @Override
  public void close() {
    closed = true;
    lattice.destroy();
    Arrays.fill(curve, (byte) 0);
  }

  @Override
  public String toString() {
    return "LeafKeyPair(" + publicKey.hash() + (closed ? ", wiped)" : ")");
  }
}
