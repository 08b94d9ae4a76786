package io.keymoot.flatkeying.fact;

import io.keymoot.flatkeying.wire.Hash32;

/** A group <b>is</b> the id of its Found; names are for display and discovery. */
public record GroupId(Hash32 hash) implements Comparable<GroupId> {
  /** Stands for the group in its own Found, which cannot hold its own hash. */
  public static final GroupId NONE = new GroupId(Hash32.ZERO);

  @Override
  public int compareTo(GroupId other) {
    return hash.compareTo(other.hash);
  }

  @Override
  public String toString() {
    return hash.toString();
  }
}
