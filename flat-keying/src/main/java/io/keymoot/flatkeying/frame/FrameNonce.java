package io.keymoot.flatkeying.frame;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import javax.crypto.spec.GCMParameterSpec;

/**
 * The nonce of a frame, salt ⊕ counter, in the shape the JCA takes: one object for a thread, set
 * anew for each frame, because the platform's own would be two objects a frame.
 */
final class FrameNonce extends GCMParameterSpec {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private int first;
  private long rest;

  FrameNonce() {
    super(8 * SFrameSuite.GCM_TAG_BYTES, new byte[SFrameSuite.NONCE_BYTES]);
  }

  void set(byte[] salt, long counter) {
    first = (int) INT.get(salt, 0);
    rest = (long) LONG.get(salt, 4) ^ counter;
  }

  /** To another nonce and back; see {@link TagCheck}. */
  void flip() {
    first ^= 1;
  }

  void write(byte[] out) {
    INT.set(out, 0, first);
    LONG.set(out, 4, rest);
  }

  /** Ciphers keep what they are given, so each gets an array of its own. */
  @Override
  public byte[] getIV() {
    byte[] nonce = new byte[SFrameSuite.NONCE_BYTES];
    write(nonce);
    return nonce;
  }
}
