package io.keymoot.flatkeying.house.bad.frame;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;

/** The same, where it is allowed. */
public final class SharesFrames {
  public int atomic(AtomicInteger count) {
    return count.get();
  }

  public String local(ThreadLocal<String> local) {
    return local.get();
  }

  public void handle(VarHandle handle) {
    handle.setVolatile(1);
  }
}
