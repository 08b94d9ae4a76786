package io.keymoot.runtime;

/** What became of a message given to {@link GroupNode#send}. */
public enum Sent {
  /** Sealed, and on its way. */
  SENT,
  /**
   * No key may be sent under just now. It waits, sealed nowhere, and goes out with the next key.
   */
  HELD,
  /** Dropped: as many wait already as may. */
  FULL,
  /** Dropped: this device is not in the group any more, or the node is closed. */
  OUT
}
