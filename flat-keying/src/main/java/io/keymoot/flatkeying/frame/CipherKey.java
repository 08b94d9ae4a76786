package io.keymoot.flatkeying.frame;

import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import javax.crypto.SecretKey;

/**
 * A key in the shape the JCA takes, which can be wiped while other threads use it.
 *
 * <p>The platform's {@code SecretKeySpec} cannot be wiped at all. A cipher copies the bytes out at
 * each {@code init}; a copy taken while they are being overwritten would seal a frame under half
 * zeroes. So wiping says so first, and a copy is checked after it was taken: it is whole or it is
 * refused.
 *
 * <p>What stays: the copy inside each thread's cipher, until that thread's next frame under another
 * key. Java offers no way to reach it.
 */
@SuppressWarnings("serial") // It is serialisable by inheritance only, and refuses.
final class CipherKey implements SecretKey {
  private final transient byte[] bytes;
  private final String algorithm;
  private volatile boolean wiped;

  CipherKey(String algorithm, byte[] from, int at, int length) {
    this.algorithm = algorithm;
    this.bytes = Arrays.copyOfRange(from, at, at + length);
  }

  /** A copy, which the cipher that asked for it wipes. */
  @Override
  public byte[] getEncoded() {
    byte[] copy = bytes.clone();
    VarHandle.loadLoadFence();
    if (wiped) {
      Arrays.fill(copy, (byte) 0);
      throw Wiped.INSTANCE;
    }
    return copy;
  }

  @Override
  public String getAlgorithm() {
    return algorithm;
  }

  @Override
  public String getFormat() {
    return "RAW";
  }

  @Override
  public void destroy() {
    wiped = true;
    VarHandle.fullFence();
    Arrays.fill(bytes, (byte) 0);
  }

  @Override
  public boolean isDestroyed() {
    return wiped;
  }

  @Override
  public String toString() {
    return algorithm + " key";
  }

  private void writeObject(ObjectOutputStream out) throws NotSerializableException {
    throw new NotSerializableException("a frame key");
  }

  /** The key went while it was being used; the caller looks again for what is held now. */
  static final class Wiped extends IllegalStateException {
    static final Wiped INSTANCE = new Wiped();

    private Wiped() {
      super("the frame key has been wiped");
    }

    @Override
    public Throwable fillInStackTrace() {
      return this;
    }
  }
}
