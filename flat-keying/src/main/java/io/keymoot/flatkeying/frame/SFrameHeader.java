package io.keymoot.flatkeying.frame;

/**
 * The header of RFC 9605, section 4.3: a byte {@code X KKK Y CCC}, then the KID and the counter
 * where they do not fit its three bits. KID and counter are unsigned 64-bit numbers.
 *
 * <p>Everything is read in place, as numbers: a header costs no object. Only the shortest form of a
 * number is a header; a longer one of the same value is malformed, as the RFC demands.
 */
final class SFrameHeader {
  static final int MAX_BYTES = 17;
  static final int MALFORMED = -1;

  private SFrameHeader() {}

  static int length(long kid, long counter) {
    return 1 + extraBytes(kid) + extraBytes(counter);
  }

  /** Writes the header at {@code at} and answers its length. */
  static int write(long kid, long counter, byte[] out, int at) {
    int kidBytes = extraBytes(kid);
    int counterBytes = extraBytes(counter);
    out[at] = (byte) (field(kid, kidBytes) << 4 | field(counter, counterBytes));
    put(kid, kidBytes, out, at + 1);
    put(counter, counterBytes, out, at + 1 + kidBytes);
    return 1 + kidBytes + counterBytes;
  }

  /** How long the header at {@code at} is, or {@link #MALFORMED}. */
  static int measure(byte[] in, int at, int available) {
    if (available < 1) {
      return MALFORMED;
    }
    int kidBytes = kidBytes(in[at]);
    int counterBytes = counterBytes(in[at]);
    int length = 1 + kidBytes + counterBytes;
    if (available < length
        || !isShortest(in, at + 1, kidBytes)
        || !isShortest(in, at + 1 + kidBytes, counterBytes)) {
      return MALFORMED;
    }
    return length;
  }

  /** The KID of a header that has been measured. */
  static long kid(byte[] in, int at) {
    int bytes = kidBytes(in[at]);
    return bytes == 0 ? in[at] >> 4 & 7 : get(in, at + 1, bytes);
  }

  /** The counter of a header that has been measured. */
  static long counter(byte[] in, int at) {
    int bytes = counterBytes(in[at]);
    return bytes == 0 ? in[at] & 7 : get(in, at + 1 + kidBytes(in[at]), bytes);
  }

  private static int kidBytes(byte config) {
    return (config & 0x80) == 0 ? 0 : (config >> 4 & 7) + 1;
  }

  private static int counterBytes(byte config) {
    return (config & 0x08) == 0 ? 0 : (config & 7) + 1;
  }

  private static int extraBytes(long value) {
    return value >= 0 && value < 8 ? 0 : (71 - Long.numberOfLeadingZeros(value)) >>> 3;
  }

  private static int field(long value, int extraBytes) {
    return extraBytes == 0 ? (int) value : 8 | (extraBytes - 1);
  }

  private static boolean isShortest(byte[] in, int at, int bytes) {
    return bytes == 0 || (bytes == 1 ? (in[at] & 0xff) >= 8 : in[at] != 0);
  }

  private static void put(long value, int bytes, byte[] out, int at) {
    for (int i = bytes - 1; i >= 0; i--) {
      out[at++] = (byte) (value >>> (8 * i));
    }
  }

  private static long get(byte[] in, int at, int bytes) {
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value = value << 8 | (in[at + i] & 0xff);
    }
    return value;
  }
}
