package io.keymoot.flatkeying.frame;

/** Takes what {@link FrameOpener#drain} delivers. */
public interface FrameSink {
  /** The plaintext is valid during the call. */
  void opened(Opening.Opened frame, byte[] plaintext, int at);

  void vouched(Opening.Vouched vouched);
}
