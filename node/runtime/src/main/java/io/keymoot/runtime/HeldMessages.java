package io.keymoot.runtime;

import io.keymoot.flatkeying.frame.Authentication;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Messages that wait for a key to be sent under, in their order. For one thread at a time. */
final class HeldMessages {
  record Message(Bytes text, Authentication proof, Delivery delivery) {}

  private final ArrayDeque<Message> waiting = new ArrayDeque<>();
  private long bytes;

  /** False if there is no room. */
  boolean add(Message message) {
    if (waiting.size() >= RuntimeLimits.HELD_MESSAGES
        || bytes + message.text.length() > RuntimeLimits.HELD_BYTES) {
      return false;
    }
    bytes += message.text.length();
    return waiting.add(message);
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  @Nullable Message first() {
    return waiting.peek();
  }

  void removeFirst() {
    bytes -= waiting.remove().text.length();
  }

  void clear() {
    waiting.clear();
    bytes = 0;
  }
}
