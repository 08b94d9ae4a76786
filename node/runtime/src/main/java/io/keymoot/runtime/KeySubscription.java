package io.keymoot.runtime;

import io.keymoot.flatkeying.frame.FrameStream;
import java.util.List;

/** Until it is closed, its listener is handed the group's keys. */
public interface KeySubscription extends AutoCloseable {
  /**
   * The streams in which its listener may seal, and nobody else in this process; nobody is given
   * them again, as counters under one key must never repeat.
   */
  List<FrameStream> streams();

  @Override
  void close();
}
