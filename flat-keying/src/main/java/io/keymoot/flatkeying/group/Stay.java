package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.wire.Hash32;

/**
 * One stay of a member, from the fact that begins it to its end, which is for good.
 *
 * @param begunBy the Found, Admit or Here
 */
public record Stay(StayId id, Person person, Known begunBy, Hash32 leafKey, Hash32 credential) {
  static Stay of(Known begunBy, Person person, Hash32 leafKey, Hash32 credential) {
    return new Stay(StayId.of(begunBy.id(), person.id()), person, begunBy, leafKey, credential);
  }

  /** Stays are compared by id: the rest follows from it. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Stay that && id.equals(that.id);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  @Override
  public String toString() {
    return "stay " + id + " of " + person.id();
  }
}
