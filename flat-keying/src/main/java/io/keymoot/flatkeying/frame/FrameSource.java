package io.keymoot.flatkeying.frame;

/** What is proved of a frame's origin. */
public enum FrameSource {
  /** Somebody who holds the group's key. */
  GROUP,
  /** The sender named: a signature says so. */
  MEMBER
}
