package io.keymoot.flatkeying.fact;

import io.keymoot.flatkeying.wire.Hash32;
import java.nio.charset.StandardCharsets;

/**
 * Names a stay: one row of an Admit, or a Here, or the founder's row. A member whose request two
 * introducers admitted has two stays; who comes back by a Here begins another.
 */
public record StayId(Hash32 hash) implements Comparable<StayId> {
  private static final byte[] LABEL = "keymoot stay".getBytes(StandardCharsets.US_ASCII);

  public static StayId of(FactId begunBy, MemberId member) {
    return new StayId(Hash32.sha256(LABEL, begunBy.hash().toArray(), member.hash().toArray()));
  }

  @Override
  public int compareTo(StayId other) {
    return hash.compareTo(other.hash);
  }

  @Override
  public String toString() {
    return hash.toString();
  }
}
