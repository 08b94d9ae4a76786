package io.keymoot.flatkeying.fact;

import io.keymoot.flatkeying.wire.Hash32;

/**
 * Names a member: SHA-256 of the body of its JoinRequest. Two Admits of one request are one member.
 */
public record MemberId(Hash32 hash) implements Comparable<MemberId> {
  @Override
  public int compareTo(MemberId other) {
    return hash.compareTo(other.hash);
  }

  @Override
  public String toString() {
    return hash.toString();
  }
}
