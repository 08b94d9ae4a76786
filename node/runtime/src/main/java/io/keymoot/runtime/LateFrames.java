package io.keymoot.runtime;

import io.keymoot.flatkeying.frame.Opening;

/** Takes frames that came before their key, once they open. */
@FunctionalInterface
public interface LateFrames {
  /**
   * On a thread of its own, one frame at a time: it may be slow, and loses what comes meanwhile
   * beyond some thousand frames.
   */
  void opened(Opening.Opened frame, byte[] plaintext, int at);
}
