package io.keymoot.flatkeying.frame;

import io.keymoot.flatkeying.wire.Bytes;

/** Signs with this device's key; called on the threads that seal, several at once. */
@FunctionalInterface
public interface FrameSigner {
  /** The signature's 64 bytes. */
  Bytes sign(byte[] message);
}
