package io.keymoot.runtime;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.Arrays;
import java.util.function.Function;

/**
 * A key for the application's own use, which all members of one state of the group derive alike. It
 * tells nothing of the group's key, nor of exports under other labels. Closing overwrites it.
 */
public final class ExportedKey implements AutoCloseable {
  private final GroupId group;
  private final KeyName from;
  private final byte[] bytes;
  private boolean closed;

  /** Takes the array over. */
  ExportedKey(GroupId group, KeyName from, byte[] bytes) {
    this.group = group;
    this.from = from;
    this.bytes = bytes;
  }

  static void checkBounds(String label, Bytes context, int length) {
    if (label.length() > 255 || context.length() > 4_096 || length < 1 || length > 8_160) {
      throw new IllegalArgumentException(
          "an export takes a label of up to 255 characters, a context of up to 4,096 bytes, and"
              + " gives 1 to 8,160 bytes; these are "
              + label.length()
              + ", "
              + context.length()
              + " and "
              + length);
    }
  }

  public GroupId group() {
    return group;
  }

  /** Which key of the group it was derived from, with {@link #revision}: both ends compare them. */
  public FactId epoch() {
    return from.epoch();
  }

  public int revision() {
    return from.revision();
  }

  /** Lends the bytes: the array is wiped when {@code use} returns, so it must not be kept. */
  public synchronized <T> T lend(Function<byte[], T> use) {
    if (closed) {
      throw new IllegalStateException(this + " is closed");
    }
    byte[] lent = bytes.clone();
    try {
      return use.apply(lent);
    } finally {
      Arrays.fill(lent, (byte) 0);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    Arrays.fill(bytes, (byte) 0);
  }

  @Override
  public String toString() {
    return "ExportedKey of epoch " + from.epoch() + " revision " + from.revision();
  }
}
