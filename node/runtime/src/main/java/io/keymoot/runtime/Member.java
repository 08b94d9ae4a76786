package io.keymoot.runtime;

import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.heartbeat.Colour;
import java.util.Optional;
import java.util.SortedSet;

/**
 * A member of the group, as this node knows it.
 *
 * @param name from its certificate; for a device without one, the start of its fingerprint. Names
 *     are for people: two devices may have one name, the fingerprint tells them apart
 * @param roles that its credential gives it
 * @param presence how it is heard from here; none for this device itself
 */
public record Member(
    MemberId id,
    Fingerprint device,
    String name,
    Standing standing,
    SortedSet<String> roles,
    Optional<Colour> presence,
    boolean isThisDevice) {

  /** What vouches for the name. */
  public enum Standing {
    /** A certificate chain, or the group's invite, that was checked against the group's trust. */
    VERIFIED,
    /** Nothing: the group is open, so the fingerprint is all there is to know it by. */
    SELF_MADE,
    /** Its credential is not here yet. */
    UNCHECKED,
    /** A credential that does not hold; the group is about to put out whoever let it in. */
    REFUSED
  }
}
