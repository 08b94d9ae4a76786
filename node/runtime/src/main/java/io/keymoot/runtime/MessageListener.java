package io.keymoot.runtime;

import io.keymoot.flatkeying.wire.Bytes;

/** Takes the group's messages, one at a time, on a thread of its own; it may be slow. */
@FunctionalInterface
public interface MessageListener {
  void message(From from, Bytes payload);
}
