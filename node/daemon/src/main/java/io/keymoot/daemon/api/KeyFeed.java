package io.keymoot.daemon.api;

import java.util.concurrent.CompletionStage;

/** Where media workers' keys come from. */
public interface KeyFeed {
  /** Sends a message to one worker; any thread. The array is wiped when it was taken. */
  interface Worker {
    void send(byte[] json);
  }

  /** One worker's subscription. */
  interface Line {
    /** The worker has what was sent under this number. */
    void acknowledged(long seq);

    /** The worker wants a fresh key. */
    void rekey();

    void close();
  }

  CompletionStage<Line> subscribe(Worker worker);
}
