package io.keymoot.runtime;

/** How hard the network tries. */
public enum Delivery {
  /** Sent again until it arrives, as long as the receiver can be reached. */
  RELIABLE,
  /** Sent once: for what is worth nothing when it is late. */
  ONCE
}
