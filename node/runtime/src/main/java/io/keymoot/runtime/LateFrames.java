package io.keymoot.runtime;

import io.keymoot.flatkeying.frame.Opening;

/** Takes frames that came before their key, once they open. */
@FunctionalInterface
public interface LateFrames {
  /**
   * On the node's thread for frames, so it must be quick; the plaintext is valid during the call.
   */
  void opened(Opening.Opened frame, byte[] plaintext, int at);
}
