package io.keymoot.benchmarks.compare;

import java.util.function.Consumer;

/** One member of a cluster, whatever encrypts it. */
interface Seat extends AutoCloseable {
  /** Connects, or begins to. */
  void connect() throws Exception;

  void onMessage(Consumer<byte[]> receiver);

  /** False if it was not taken, and may be tried again. */
  boolean send(byte[] message) throws Exception;

  /** Whether each message is to prove from now on which member sent it, where that can be. */
  default void proves(boolean isToProve) {}

  /** What the newest key it holds is called; empty while there is none. */
  String key();

  /** What it sends under; empty while there is none. */
  default String inUse() {
    return key();
  }

  /** How many members this one thinks there are. */
  int members();

  /** Goes, in good order, and returns when it is gone. */
  void leave() throws Exception;

  @Override
  void close();
}
