package io.keymoot.flatkeying.frame;

/** Signs with this device's key; called on the threads that seal, several at once. */
@FunctionalInterface
public interface FrameSigner {
  /** The signature's 64 bytes. */
  byte[] sign(byte[] message);
}
