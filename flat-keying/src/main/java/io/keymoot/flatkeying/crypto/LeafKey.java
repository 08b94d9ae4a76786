package io.keymoot.flatkeying.crypto;

import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.Arrays;
import javax.security.auth.DestroyFailedException;
import org.bouncycastle.crypto.SecretWithEncapsulation;
import org.bouncycastle.crypto.kems.MLKEMGenerator;
import org.bouncycastle.crypto.params.MLKEMParameters;
import org.bouncycastle.crypto.params.MLKEMPublicKeyParameters;
import org.bouncycastle.math.ec.rfc7748.X25519;

/**
 * The public half of a leaf key: X-Wing (draft-connolly-cfrg-xwing-kem), which is X25519 and
 * ML-KEM-768 in one, safe as long as either is. Who records today and has a quantum computer later
 * still meets ML-KEM; if ML-KEM falls to a clever idea, X25519 still stands.
 *
 * <p>Facts carry its {@link #hash}; the key itself is fetched on first need.
 */
public final class LeafKey {
  public static final int BYTES = 1_216;
  public static final int ENCAPSULATION_BYTES = 1_120;

  static final int LATTICE_KEY_BYTES = 1_184;
  private static final int SEED_BYTES = 64;

  private final Bytes bytes;
  private final Hash32 hash;

  LeafKey(Bytes bytes) {
    this.bytes = bytes;
    this.hash = Hash32.sha256(bytes.toArray());
  }

  /**
   * Malformed unless the length is right and ML-KEM's own check of the key (FIPS 203, 7.2) holds.
   */
  public static Decoded<LeafKey> decode(Bytes bytes) {
    if (bytes.length() != BYTES) {
      return new Decoded.Malformed<>("a leaf key has " + BYTES + " bytes, not " + bytes.length());
    }
    try {
      LeafKey key = new LeafKey(bytes);
      var unused = key.latticeKey();
      return new Decoded.Ok<>(key);
    } catch (IllegalArgumentException e) {
      return new Decoded.Malformed<>("not an ML-KEM-768 key");
    }
  }

  public Bytes bytes() {
    return bytes;
  }

  public Hash32 hash() {
    return hash;
  }

  /**
   * @param encapsulation what the holder of the private half needs to know the secret too
   */
  public record Encapsulated(Bytes encapsulation, SharedSecret secret) {}

  /**
   * A fresh secret shared with the holder of the private half.
   *
   * <p>Put together from Bouncy Castle's parts, not from its X-Wing class: that one throws on a key
   * whose curve point is of low order, which anybody may send us, and takes its randomness from a
   * {@code SecureRandom}. The draft checks no curve points: ML-KEM's half keeps the secret then.
   */
  public Encapsulated encapsulate(Entropy entropy) {
    byte[] seed = entropy.bytes(SEED_BYTES);
    byte[] latticeSeed = Arrays.copyOf(seed, 32);
    byte[] curvePublic = bytes.slice(LATTICE_KEY_BYTES, X25519.POINT_SIZE).toArray();
    byte[] curveSecret = new byte[X25519.POINT_SIZE];
    byte[] out = new byte[ENCAPSULATION_BYTES];
    int curveAt = ENCAPSULATION_BYTES - X25519.POINT_SIZE;
    X25519.scalarMultBase(seed, 32, out, curveAt);
    X25519.scalarMult(seed, 32, curvePublic, 0, curveSecret, 0);
    SecretWithEncapsulation lattice =
        MLKEMGenerator.internalGenerateEncapsulated(latticeKey(), latticeSeed);
    byte[] latticeSecret = lattice.getSecret();
    System.arraycopy(lattice.getEncapsulation(), 0, out, 0, curveAt);
    try {
      byte[] curveEncapsulation = Arrays.copyOfRange(out, curveAt, out.length);
      return new Encapsulated(
          Bytes.owning(out),
          XWing.combine(latticeSecret, curveSecret, curveEncapsulation, curvePublic));
    } finally {
      Arrays.fill(seed, (byte) 0);
      Arrays.fill(latticeSeed, (byte) 0);
      Arrays.fill(curveSecret, (byte) 0);
      Arrays.fill(latticeSecret, (byte) 0);
      destroy(lattice);
    }
  }

  private static void destroy(SecretWithEncapsulation lattice) {
    try {
      lattice.destroy();
    } catch (DestroyFailedException e) {
      throw new IllegalStateException("Bouncy Castle wipes this kind of secret", e);
    }
  }

  private MLKEMPublicKeyParameters latticeKey() {
    return new MLKEMPublicKeyParameters(
        MLKEMParameters.ml_kem_768, bytes.slice(0, LATTICE_KEY_BYTES).toArray());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LeafKey that && bytes.equals(that.bytes);
  }

  @Override
  public int hashCode() {
    return hash.hashCode();
  }

  @Override
  public String toString() {
    return "LeafKey(" + hash + ")";
  }
}
