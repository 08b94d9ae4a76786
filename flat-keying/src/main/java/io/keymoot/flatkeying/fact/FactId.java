package io.keymoot.flatkeying.fact;

import io.keymoot.flatkeying.wire.Hash32;

/** Names a fact: SHA-256 of its header, which holds the hash of its content. */
public record FactId(Hash32 hash) implements Comparable<FactId> {
  @Override
  public int compareTo(FactId other) {
    return hash.compareTo(other.hash);
  }

  @Override
  public String toString() {
    return hash.toString();
  }
}
