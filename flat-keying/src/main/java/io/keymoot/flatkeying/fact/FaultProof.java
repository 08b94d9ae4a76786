package io.keymoot.flatkeying.fact;

import io.keymoot.flatkeying.wire.Bytes;

/** What convinces a third. */
public sealed interface FaultProof {

  /** Two statements of one author, neither of which covers the other. */
  record OutOfOrder(SignedHeader one, SignedHeader other) implements FaultProof {}

  /**
   * The author of {@code admit} let in a row whose credential does not check against the Found.
   * Ends that row too.
   */
  record BadCredential(FactId admit, MemberId row, Bytes credential) implements FaultProof {}
}
