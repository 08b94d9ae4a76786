package io.keymoot.flatkeying.house.bad;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;

/** Uses thread locals and atomics outside of their places, once in each method. */
final class Shares {
  int atomic(AtomicInteger count) {
    return count.get();
  }

  String local(ThreadLocal<String> local) {
    return local.get();
  }

  void handle(VarHandle handle) {
    handle.setVolatile(1);
  }
}
