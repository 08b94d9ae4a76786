package io.keymoot.flatkeying.fact;

/** What {@link FactVerifier} answers. */
public sealed interface Verification {
  record Accepted(Verified fact) implements Verification {}

  record Rejected(Rejection reason) implements Verification {}

  /** For facts this process made itself: rejected means a bug. */
  default Verified orThrow() {
    return switch (this) {
      case Accepted accepted -> accepted.fact();
      case Rejected rejected -> throw new IllegalStateException("rejected: " + rejected.reason());
    };
  }
}
