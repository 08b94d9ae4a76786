package io.keymoot.runtime;

import io.keymoot.flatkeying.wire.Bytes;

/** Takes the group's messages, one at a time, on a thread of its own; it may be slow. */
@FunctionalInterface
public interface MessageListener {
  void message(From from, Bytes payload);

  /**
   * It was too slow: so many of the node's events passed it by, messages among them.
   *
   * @param events all that happened meanwhile, as {@link EventFeed.Listener#missed} counts it
   */
  default void missed(long events) {}
}
