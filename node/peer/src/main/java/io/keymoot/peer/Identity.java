package io.keymoot.peer;

import io.keymoot.admission.WallTime;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;

/**
 * Who a device is by what it shows, checked against the group's trust and at no date.
 *
 * @param name the certificate's, or empty
 * @param certifiedBy the name of who signed it, or empty
 * @param spiffe its SPIFFE id
 * @param otherNames DNS names, e-mail addresses and URIs beside it
 * @param until when the first certificate of the chain ends
 */
public record Identity(
    Standing standing,
    String name,
    String certifiedBy,
    Optional<String> spiffe,
    List<String> otherNames,
    SortedSet<String> roles,
    Optional<WallTime> until) {

  /** What vouches for a name. */
  public enum Standing {
    /** A chain to one of the group's anchors. */
    CERTIFIED,
    /** The group's invite, which names nobody. */
    INVITED,
    /** The group is open: nobody vouches for anybody. */
    NOBODY_ASKED,
    /** The credential does not hold in this group. */
    REFUSED,
    /** The credential has not been seen yet. */
    NOT_SEEN
  }
}
