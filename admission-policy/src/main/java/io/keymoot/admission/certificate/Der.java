package io.keymoot.admission.certificate;

import io.keymoot.flatkeying.wire.Bytes;
import java.math.BigInteger;

/**
 * Reads DER strictly: one encoding for each value, every length checked against what is left.
 *
 * <p>Our own, because what it accepts decides who is a member: a library's reader has switches in
 * system properties and grows more lenient or strict with its versions.
 */
final class Der {
  static final int BOOLEAN = 0x01;
  static final int INTEGER = 0x02;
  static final int BIT_STRING = 0x03;
  static final int OCTET_STRING = 0x04;
  static final int OBJECT_IDENTIFIER = 0x06;
  static final int UTF8_STRING = 0x0c;
  static final int PRINTABLE_STRING = 0x13;
  static final int IA5_STRING = 0x16;
  static final int UTC_TIME = 0x17;
  static final int GENERALIZED_TIME = 0x18;
  static final int SEQUENCE = 0x30;
  static final int SET = 0x31;

  /** Answered by {@link #tag} when nothing is left. */
  static final int NONE = -1;

  /** No certificate has longer object identifiers, and each becomes a string. */
  private static final int OID_BYTES = 32;

  private final byte[] in;
  private final int end;
  private int at;

  private Der(byte[] in, int at, int end) {
    this.in = in;
    this.at = at;
    this.end = end;
  }

  static Der of(Bytes bytes) {
    return new Der(bytes.toArray(), 0, bytes.length());
  }

  /** [number] as a primitive, as used by IMPLICIT tagging of strings and numbers. */
  static int context(int number) {
    return 0x80 | number;
  }

  /** [number] as a container: EXPLICIT tagging, or IMPLICIT tagging of sequences. */
  static int contextOf(int number) {
    return 0xa0 | number;
  }

  boolean hasMore() {
    return at < end;
  }

  int tag() {
    return at < end ? in[at] & 0xff : NONE;
  }

  /** Steps over an element and answers a reader of its content. */
  Der enter(int tag, String field) {
    int length = header(tag, field);
    Der inner = new Der(in, at, at + length);
    at += length;
    return inner;
  }

  /** The content of an element. */
  Bytes content(int tag, String field) {
    int length = header(tag, field);
    Bytes content = Bytes.of(in, at, length);
    at += length;
    return content;
  }

  /** A whole element, header and all, whatever it is. */
  Bytes element(String field) {
    int from = at;
    int length = header(tag(), field);
    at += length;
    return Bytes.of(in, from, at - from);
  }

  boolean bool(String field) {
    Bytes content = content(BOOLEAN, field);
    if (content.length() != 1 || (content.at(0) != 0 && content.at(0) != (byte) 0xff)) {
      throw new Malformed(field + " is not a DER boolean");
    }
    return content.at(0) != 0;
  }

  BigInteger integer(int maxBytes, String field) {
    return integer(INTEGER, maxBytes, field);
  }

  BigInteger integer(int tag, int maxBytes, String field) {
    Bytes content = content(tag, field);
    if (content.isEmpty()) {
      throw new Malformed(field + " is empty");
    }
    boolean padded =
        content.length() > 1
            && ((content.at(0) == 0 && content.at(1) >= 0)
                || (content.at(0) == -1 && content.at(1) < 0));
    if (padded) {
      throw new Malformed(field + " has needless leading bytes");
    }
    // One more than asked for: the sign may take a byte of its own.
    if (content.length() > maxBytes + 1
        || (content.length() == maxBytes + 1 && content.at(0) != 0)) {
      throw new Malformed(field + " is longer than " + maxBytes + " bytes");
    }
    return new BigInteger(content.toArray());
  }

  /** A bit string that fills its last byte, as keys and signatures do. */
  Bytes wholeBits(String field) {
    Bytes content = content(BIT_STRING, field);
    if (content.isEmpty() || content.at(0) != 0) {
      throw new Malformed(field + " is not a whole number of bytes");
    }
    return content.slice(1, content.length() - 1);
  }

  /** Named bits, the first one as bit 0 of the answer; at most 16. */
  int namedBits(String field) {
    Bytes content = content(BIT_STRING, field);
    int bytes = content.length() - 1;
    if (bytes < 0 || bytes > 2) {
      throw new Malformed(field + " is not a short bit string");
    }
    int unused = content.at(0);
    if (unused < 0 || unused > 7 || (bytes == 0 && unused != 0)) {
      throw new Malformed(field + " has a wrong count of unused bits");
    }
    int bits = 0;
    for (int i = 0; i < bytes * 8; i++) {
      if ((content.at(1 + i / 8) & (0x80 >>> (i % 8))) != 0) {
        bits |= 1 << i;
      }
    }
    // DER drops trailing zero bits, so the last one that counts is set.
    if (bytes > 0 && (bits >>> (bytes * 8 - unused - 1)) != 1) {
      throw new Malformed(field + " is not in its shortest form");
    }
    return bits;
  }

  /** An object identifier in dotted form. */
  String oid(String field) {
    Bytes content = content(OBJECT_IDENTIFIER, field);
    if (content.isEmpty() || content.length() > OID_BYTES) {
      throw new Malformed(field + " has an object identifier of " + content.length() + " bytes");
    }
    StringBuilder dotted = new StringBuilder();
    long arc = 0;
    boolean fresh = true;
    for (int i = 0; i < content.length(); i++) {
      int octet = content.at(i) & 0xff;
      if ((fresh && octet == 0x80) || arc > Long.MAX_VALUE >>> 7) {
        throw new Malformed(field + " has a misshapen object identifier");
      }
      arc = arc << 7 | (octet & 0x7f);
      fresh = (octet & 0x80) == 0;
      if (fresh) {
        if (dotted.length() == 0) {
          long first = Math.min(arc / 40, 2);
          dotted.append(first).append('.').append(arc - 40 * first);
        } else {
          dotted.append('.').append(arc);
        }
        arc = 0;
      }
    }
    if (!fresh) {
      throw new Malformed(field + " has a cut-off object identifier");
    }
    return dotted.toString();
  }

  /** ASCII without control characters. */
  static String ascii(Bytes content, String field) {
    StringBuilder text = new StringBuilder(content.length());
    for (int i = 0; i < content.length(); i++) {
      byte octet = content.at(i);
      if (octet < 0x20 || octet == 0x7f) {
        throw new Malformed(field + " has a character outside printable ASCII");
      }
      text.append((char) octet);
    }
    return text.toString();
  }

  void end(String field) {
    if (at != end) {
      throw new Malformed((end - at) + " bytes too many at the end of " + field);
    }
  }

  /** Reads tag and length, answers the length and stands at the content. */
  private int header(int wanted, String field) {
    if (at >= end) {
      throw new Malformed(field + " is missing or cut off");
    }
    int tag = in[at] & 0xff;
    if (tag != wanted) {
      throw new Malformed(field + " has the wrong type");
    }
    if ((tag & 0x1f) == 0x1f) {
      throw new Malformed(field + " has a tag of several bytes");
    }
    at++;
    int length = lengthField(field);
    if (length > end - at) {
      throw new Malformed(field + " is cut off");
    }
    return length;
  }

  private int lengthField(String field) {
    if (at >= end) {
      throw new Malformed(field + " is cut off");
    }
    int first = in[at++] & 0xff;
    if (first < 0x80) {
      return first;
    }
    int octets = first & 0x7f;
    if (octets == 0 || octets > 3) {
      throw new Malformed(field + " has a length that is indefinite or far too long");
    }
    if (octets > end - at) {
      throw new Malformed(field + " is cut off");
    }
    int length = 0;
    for (int i = 0; i < octets; i++) {
      length = length << 8 | (in[at++] & 0xff);
    }
    int shortest = length < 0x80 ? 0 : length < 0x100 ? 1 : length < 0x10000 ? 2 : 3;
    if (octets != shortest) {
      throw new Malformed(field + " has a length that is not in its shortest form");
    }
    return length;
  }

  /** Carries a reason out of a decoder and no further; without a stack trace: garbage is cheap. */
  @SuppressWarnings("serial")
  static final class Malformed extends RuntimeException {
    Malformed(String reason) {
      super(reason, null, false, false);
    }

    String reason() {
      return String.valueOf(getMessage());
    }
  }
}
