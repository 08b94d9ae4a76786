package io.keymoot.benchmarks.compare;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.hpke.HPKE;
import org.bouncycastle.mls.crypto.MlsCipherSuite;

/**
 * What MLS cannot do without in a warm tree, with the same primitives and nothing else: a key pair
 * and a seal for each level, and the signatures of the leaf and of the commit. A perfect
 * implementation would come close; the hashes it needs for each level are too few to count.
 */
final class MlsIdeal {
  static final String NAME = "MLS, ideal";

  /** Half of all pairs meet at the root, a quarter one below, and so on. */
  private static final int LEVELS_ABOVE_THE_OPENED = 2;

  private static final byte[] NOTHING = new byte[0];
  private static final String LABEL = "compare";

  private final SecureRandom random = new SecureRandom();
  private final MlsCipherSuite suite;
  private final HPKE hpke;
  private final AsymmetricCipherKeyPair copath;
  private final byte[] secretKey;
  private final byte[] publicKey;

  MlsIdeal() throws Exception {
    suite = MlsCipherSuite.getSuite(MlsCipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519);
    hpke = suite.getHPKE();
    copath = hpke.generatePrivateKey();
    AsymmetricCipherKeyPair signing = suite.generateSignatureKeyPair();
    secretKey = suite.serializeSignaturePrivateKey(signing.getPrivate());
    publicKey = suite.serializeSignaturePublicKey(signing.getPublic());
  }

  void measure(Figures figures, int members) throws Exception {
    byte[] content = "a commit, or a leaf".getBytes(StandardCharsets.UTF_8);
    int levels = 32 - Integer.numberOfLeadingZeros(members - 1);
    List<byte[][]> seals = new ArrayList<>();
    byte[][] signature = new byte[1][];
    figures.add(
        NAME,
        What.REMOVE_AUTHOR,
        members,
        Cpu.micros(
            () -> {
              for (int i = 0; i < levels; i++) {
                hpke.deriveKeyPair(fresh());
                seals.add(
                    hpke.seal(copath.getPublic(), NOTHING, NOTHING, fresh(), null, null, null));
              }
              suite.signWithLabel(secretKey, LABEL, content);
              signature[0] = suite.signWithLabel(secretKey, LABEL, content);
            }));
    byte[][] seal = seals.get(0);
    figures.add(
        NAME,
        What.REMOVE_FOLLOW,
        members,
        Cpu.micros(
            () -> {
              for (int i = 0; i < 2; i++) {
                if (!suite.verifyWithLabel(publicKey, LABEL, content, signature[0])) {
                  throw new IllegalStateException("its own signature");
                }
              }
              hpke.open(seal[1], copath, NOTHING, NOTHING, seal[0], null, null, null);
              for (int i = 0; i < LEVELS_ABOVE_THE_OPENED; i++) {
                hpke.deriveKeyPair(fresh());
              }
            }));
  }

  private byte[] fresh() {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    return bytes;
  }
}
