package io.keymoot.runtime;

import java.util.concurrent.atomic.LongAdder;

/** What a node counts beside its transport. */
final class Figures {
  final LongAdder ignored = new LongAdder();
  final LongAdder keys = new LongAdder();
  final LongAdder rekeys = new LongAdder();
  final LongAdder opened = new LongAdder();
  final LongAdder unopened = new LongAdder();
  volatile int members;

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
