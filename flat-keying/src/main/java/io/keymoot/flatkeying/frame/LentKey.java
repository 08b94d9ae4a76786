package io.keymoot.flatkeying.frame;

import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.Arrays;
import javax.crypto.SecretKey;

/**
 * A key lent to a cipher for one operation, after which the copy that the cipher took is
 * overwritten. The platform keeps that very copy to tell whether a nonce comes again under the same
 * key, which would refuse what {@link TagCheck} does.
 */
@SuppressWarnings("serial") // It is serialisable by inheritance only, and refuses.
final class LentKey implements SecretKey {
  private static final byte[] NOTHING = {};
  private final transient CipherKey key;
  private transient byte[] taken = NOTHING;

  LentKey(CipherKey key) {
    this.key = key;
  }

  @Override
  public byte[] getEncoded() {
    takeBack();
    return taken = key.getEncoded();
  }

  void takeBack() {
    Arrays.fill(taken, (byte) 0);
  }

  @Override
  public String getAlgorithm() {
    return "AES";
  }

  @Override
  public String getFormat() {
    return "RAW";
  }

  @Override
  public String toString() {
    return "AES key, lent";
  }

  private void writeObject(ObjectOutputStream out) throws NotSerializableException {
    throw new NotSerializableException("a frame key");
  }
}
