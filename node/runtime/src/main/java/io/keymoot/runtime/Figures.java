package io.keymoot.runtime;

import java.util.concurrent.atomic.LongAdder;

/** What a node counts beside its transport. */
final class Figures {
  final LongAdder ignored = new LongAdder();
}
