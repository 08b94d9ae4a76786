package io.keymoot.flatkeying.fact;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;

/** Names a device: SHA-256 of its SubjectPublicKeyInfo. Every start of a device is a new member. */
public record Fingerprint(Hash32 hash) implements Comparable<Fingerprint> {
  public static Fingerprint of(Bytes spki) {
    return new Fingerprint(spki.sha256());
  }

  @Override
  public int compareTo(Fingerprint other) {
    return hash.compareTo(other.hash);
  }

  @Override
  public String toString() {
    return hash.toString();
  }
}
