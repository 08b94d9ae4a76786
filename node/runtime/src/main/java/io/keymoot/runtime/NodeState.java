package io.keymoot.runtime;

/** How a node stands in its group. */
public enum NodeState {
  /**
   * Looks for the group, or asks to be let in, or learns what happened before; asks again where
   * whoever let it in was put out.
   */
  SYNCING,
  /** Sends and reads under a key that everybody who is in may hold. */
  SETTLED,
  /** A new key is owed; the one before still serves for a moment. */
  REKEYING,
  /** No key may be sent under: messages are held. */
  HOLDING,
  /** Not a member any more, or stopped. */
  OUT
}
