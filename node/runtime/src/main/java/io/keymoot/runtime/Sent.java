package io.keymoot.runtime;

/** What became of a message given to {@link GroupNode#send}. */
public enum Sent {
  /** Sealed, and on its way. */
  SENT,
  /**
   * No key may be sent under just now. It waits, sealed nowhere, and goes out with the next key; if
   * this device is out or the node closed before, with none.
   */
  HELD,
  /**
   * Dropped; try again in a moment. As many wait already as may, for a key or for the network; or
   * others said that they cannot open so many frames a second, and this is more than its pace.
   */
  FULL,
  /** Dropped: this device is not in the group any more, or the node is closed. */
  OUT
}
