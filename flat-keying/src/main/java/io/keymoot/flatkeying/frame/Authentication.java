package io.keymoot.flatkeying.frame;

/** How much a receiver learns of who sealed a frame; each stream has one for good. */
public enum Authentication {
  /** That it was somebody in the group: any member can derive any member's frame key. */
  NONE,
  /** The same at once; and the sender soon after, when one signature vouches for a batch. */
  AMORTISED,
  /** The sender, by a signature behind each frame. */
  SIGNED
}
