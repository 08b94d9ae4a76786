package io.keymoot.flatkeying.frame;

import io.keymoot.flatkeying.Tick;

/**
 * A frame that is being opened, and the sender it is tried for. One object for a thread, filled
 * anew for each frame: it would otherwise be what opening allocates most.
 */
@SuppressWarnings("NullAway.Init") // The opener fills it before it reads it.
final class Arrival {
  Tick now;
  FrameStream stream;
  long counter;
  byte[] in;
  int at;
  int header;

  /** Of the frame alone, without the signature behind it. */
  int length;

  byte[] metadata;

  OpenKey key;

  /** Whether the frame may well be for another key than this one. */
  boolean doubtful;

  /** Whether a frame of its number has been opened under its key. */
  boolean isSeen;

  long number() {
    return counter >>> 8;
  }

  boolean isLeftBehind() {
    return key.installed.isLeftBehind(now);
  }
}
