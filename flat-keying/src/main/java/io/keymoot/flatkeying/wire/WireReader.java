package io.keymoot.flatkeying.wire;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Reads the compact binary form, strictly: every length is checked against its bound and against
 * what is left before anything is allocated.
 *
 * <p>Numbers are big-endian. A list is a count and its items; a byte string is a length and its
 * bytes. Failing throws {@link MalformedBytes}, which {@link Decoded#all} turns into a result.
 */
public final class WireReader {
  private final byte[] in;
  private int at;

  WireReader(byte[] in, int from) {
    this.in = in;
    this.at = from;
  }

  public int position() {
    return at;
  }

  public int remaining() {
    return in.length - at;
  }

  public int u8(String field) {
    need(1, field);
    return in[at++] & 0xff;
  }

  public int u16(String field) {
    need(2, field);
    int value = (in[at] & 0xff) << 8 | (in[at + 1] & 0xff);
    at += 2;
    return value;
  }

  public long u32(String field) {
    need(4, field);
    long value = 0;
    for (int i = 0; i < 4; i++) {
      value = value << 8 | (in[at++] & 0xff);
    }
    return value;
  }

  /** 64 bits; to be read as unsigned. */
  public long u64(String field) {
    need(8, field);
    long value = 0;
    for (int i = 0; i < 8; i++) {
      value = value << 8 | (in[at++] & 0xff);
    }
    return value;
  }

  public Hash32 hash(String field) {
    need(Hash32.LENGTH, field);
    Hash32 value = Hash32.read(in, at);
    at += Hash32.LENGTH;
    return value;
  }

  /** Exactly {@code length} bytes. */
  public Bytes fixed(int length, String field) {
    need(length, field);
    Bytes value = Bytes.of(in, at, length);
    at += length;
    return value;
  }

  /** Passes over bytes that the caller takes from elsewhere. */
  public void skip(int length, String field) {
    need(length, field);
    at += length;
  }

  /** A 16-bit length of at most {@code max}, then the bytes. */
  public Bytes bytes(int max, String field) {
    int length = u16(field);
    if (length > max) {
      throw malformed(field + " is " + length + " bytes, at most " + max + " are allowed");
    }
    return fixed(length, field);
  }

  /** A byte string that is UTF-8 without control characters. */
  public String text(int maxBytes, String field) {
    byte[] raw = bytes(maxBytes, field).toArray();
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(raw))
              .toString();
      if (text.codePoints().anyMatch(Character::isISOControl)) {
        throw malformed(field + " has a control character");
      }
      return text;
    } catch (CharacterCodingException e) {
      throw malformed(field + " is not UTF-8");
    }
  }

  public boolean bool(String field) {
    int value = u8(field);
    if (value > 1) {
      throw malformed(field + " is " + value + ", neither 0 nor 1");
    }
    return value == 1;
  }

  /** A count of {@code min} to {@code max} (8 bits), then that many items. */
  public <T> List<T> list(int min, int max, String field, Function<WireReader, T> item) {
    int count = u8(field);
    if (count < min || count > max) {
      throw malformed(field + " has " + count + " items, " + min + " to " + max + " are allowed");
    }
    // Sized by what is there, not by the count: each item takes a byte at least.
    List<T> items = new ArrayList<>(Math.min(count, remaining()));
    for (int i = 0; i < count; i++) {
      items.add(item.apply(this));
    }
    return List.copyOf(items);
  }

  /** Everything read since {@code from}, as received: what a signature or hash is taken over. */
  public Bytes since(int from) {
    return Bytes.of(in, from, at - from);
  }

  public Bytes rest() {
    return fixed(remaining(), "rest");
  }

  public void end() {
    if (at != in.length) {
      throw malformed((in.length - at) + " bytes too many at the end");
    }
  }

  public MalformedBytes malformed(String reason) {
    return new MalformedBytes(reason + " (at byte " + at + ")");
  }

  private void need(int length, String field) {
    if (in.length - at < length) {
      throw malformed(field + " is cut off");
    }
  }

  /**
   * Carries a reason out of a decoder and no further; without a stack trace, so garbage is cheap.
   */
  @SuppressWarnings("serial")
  public static final class MalformedBytes extends RuntimeException {
    private MalformedBytes(String reason) {
      super(reason, null, false, false);
    }

    String reason() {
      return String.valueOf(getMessage());
    }
  }
}
