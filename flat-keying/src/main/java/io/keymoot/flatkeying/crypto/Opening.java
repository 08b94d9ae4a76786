package io.keymoot.flatkeying.crypto;

import java.util.Arrays;

/** What opening sealed bytes gives. One failure for all forgeries: it never says what was wrong. */
public sealed interface Opening {

  /** The plaintext, the receiver's to use and then to wipe: it may hold secrets. */
  final class Opened implements Opening, AutoCloseable {
    private final byte[] plaintext;

    Opened(byte[] plaintext) {
      this.plaintext = plaintext;
    }

    /** Not a copy. */
    public byte[] plaintext() {
      return plaintext;
    }

    @Override
    public void close() {
      Arrays.fill(plaintext, (byte) 0);
    }

    @Override
    public String toString() {
      return "Opened(" + plaintext.length + " bytes)";
    }
  }

  record Failed() implements Opening {}
}
