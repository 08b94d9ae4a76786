package io.keymoot.peer;

import io.keymoot.flatkeying.wire.Bytes;

/**
 * Where a message came from or goes to, as the transport names it. It says nothing about who that
 * is: a device has a new one after each start, and anybody can write somebody else's on a message.
 *
 * @param value as the transport writes it; its meaning is the transport's own
 */
public record Address(Bytes value) implements Comparable<Address> {
  public static final int MAX_BYTES = 64;

  public Address {
    if (value.isEmpty() || value.length() > MAX_BYTES) {
      throw new IllegalArgumentException("an address of " + value.length() + " bytes");
    }
  }

  @Override
  public int compareTo(Address other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return "Address " + value;
  }
}
