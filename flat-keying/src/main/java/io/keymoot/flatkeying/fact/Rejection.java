package io.keymoot.flatkeying.fact;

/** Why a well-formed fact is not believed. */
public enum Rejection {
  /** The author's key is none that may sign. */
  AUTHOR_KEY,
  /** The author did not sign this. */
  AUTHOR_SIGNATURE,
  /** A Found checked against another key than its founder's own. */
  FOUNDER_KEY,
  /** A Found whose invite key is none that may sign. */
  INVITE_KEY,
  /** A row's key is none that may sign. */
  ROW_KEY,
  /** A row is not signed by who it lets in, or is not named by its hash. */
  ROW_SIGNATURE
}
