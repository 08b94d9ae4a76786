package io.keymoot.benchmarks.compare;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PublicKey;
import java.security.SignatureException;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * RSA keys for ASYM_ENCRYPT, a few for all its members: making one takes a third of a second, which
 * no figure is about and a quick run has not the time for.
 */
final class RsaKeys {
  static final int BITS = 2_048;

  private static final int PAIRS = 4;
  private static final AtomicInteger TAKEN = new AtomicInteger();

  private RsaKeys() {}

  /** As the protocol takes it. */
  static KeyStore.PrivateKeyEntry next() {
    KeyPair pair = Made.ALL.get(TAKEN.getAndIncrement() % PAIRS);
    return new KeyStore.PrivateKeyEntry(
        pair.getPrivate(), new Certificate[] {new Bare(pair.getPublic())});
  }

  private static final class Made {
    static final List<KeyPair> ALL = made();

    private static List<KeyPair> made() {
      try {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(BITS);
        List<KeyPair> pairs = new ArrayList<>();
        for (int i = 0; i < PAIRS; i++) {
          pairs.add(generator.generateKeyPair());
        }
        return pairs;
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("every Java has RSA", e);
      }
    }
  }

  /** Nothing but its key, which is all that is read of it. */
  private static final class Bare extends Certificate {
    private static final long serialVersionUID = 1;

    private final PublicKey key;

    Bare(PublicKey key) {
      super("bare key");
      this.key = key;
    }

    @Override
    public byte[] getEncoded() {
      return key.getEncoded();
    }

    @Override
    public void verify(PublicKey by) throws SignatureException {
      throw new SignatureException("nobody signed it");
    }

    @Override
    public void verify(PublicKey by, String provider) throws SignatureException {
      verify(by);
    }

    @Override
    public String toString() {
      return "a bare key";
    }

    @Override
    public PublicKey getPublicKey() {
      return key;
    }
  }
}
