package io.keymoot.flatkeying.key;

/**
 * What a wrap or a session's seal gives: the epoch secret that the Rekey committed to, or nothing.
 */
public sealed interface Unwrapped {
  /**
   * @param secret c_x^0, checked against the commitment
   */
  record Opened(EpochSecret secret) implements Unwrapped {}

  /** A forgery, a wrap for others, a lie of its author: all the same. A reason to ask somebody. */
  record Failed() implements Unwrapped {}
}
