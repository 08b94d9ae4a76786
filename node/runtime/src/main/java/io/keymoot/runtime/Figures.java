package io.keymoot.runtime;

import io.keymoot.flatkeying.frame.KeyRing;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What a node counts beside its transport. */
final class Figures {
  final LongAdder ignored = new LongAdder();
  final LongAdder keys = new LongAdder();
  final LongAdder rekeys = new LongAdder();
  final LongAdder opened = new LongAdder();
  final LongAdder unopened = new LongAdder();
  volatile int members;

  /** This node's ring, and what those of its seats before counted: figures never go back. */
  private record Rings(KeyRing.Counts before, @Nullable KeyRing now) {
    KeyRing.Counts counts() {
      if (now == null) {
        return before;
      }
      KeyRing.Counts more = now.counts();
      return new KeyRing.Counts(
          before.derived() + more.derived(), before.droppedForRoom() + more.droppedForRoom());
    }
  }

  private volatile Rings rings = new Rings(new KeyRing.Counts(0, 0), null);

  /** On the loop's thread. */
  void use(KeyRing ring) {
    rings = new Rings(rings.counts(), ring);
  }

  KeyRing.Counts openingKeys() {
    return rings.counts();
  }

  void count(NodeEvent event) {
    switch (event) {
      case NodeEvent.Message message -> opened.increment();
      case NodeEvent.Unopened some -> unopened.add(some.frames());
      case NodeEvent.KeyInUse key -> keys.increment();
      case NodeEvent.Rekeyed rekeyed -> rekeys.increment();
      case NodeEvent.RosterChanged changed -> members = changed.members();
      default -> {}
    }
  }
}
