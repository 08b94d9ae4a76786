package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.fact.Here;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.wire.Hash32;
import org.jspecify.annotations.Nullable;

/** One stay of a member, from the fact that begins it to its end, which is for good. */
public final class Stay {
  private final Hash32 id;
  private final Person person;
  private final Known begunBy;

  Stay(Known begunBy, Person person) {
    this.id = StayId.of(begunBy.id(), person.id()).hash();
    this.person = person;
    this.begunBy = begunBy;
  }

  public StayId id() {
    return new StayId(id);
  }

  Hash32 key() {
    return id;
  }

  public Person person() {
    return person;
  }

  /** The Found, Admit or Here. */
  public Known begunBy() {
    return begunBy;
  }

  /** Hash of the leaf key that counts while this is the member's newest stay. */
  public Hash32 leafKey() {
    return begunBy.here().map(Here::leafKey).orElseGet(() -> person.request().leafKey());
  }

  /** Hash of the credential that the member shows since then. */
  public Hash32 credential() {
    return begunBy.here().map(Here::credential).orElseGet(() -> person.request().credential());
  }

  boolean isByHere() {
    return begunBy.here().isPresent();
  }

  /** Stays are compared by id: the rest follows from it. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Stay that && id.equals(that.id);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  @Override
  public String toString() {
    return "stay " + id + " of " + person;
  }
}
