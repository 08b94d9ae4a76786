package io.keymoot.benchmarks.compare;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jgroups.Message;
import org.jgroups.stack.Protocol;

/**
 * Sits above the transport and counts what is put onto the network: a multicast counts once. Public
 * because JGroups makes it by its name, and one sum for the JVM, in which one cluster runs at a
 * time.
 */
public final class ByteCount extends Protocol {
  private static final AtomicLong SUM = new AtomicLong();

  public ByteCount() {}

  static long sum() {
    return SUM.get();
  }

  @Override
  public Object down(Message message) {
    SUM.addAndGet(message.size());
    return down_prot.down(message);
  }

  @Override
  public CompletableFuture<Object> down(Message message, boolean async) {
    SUM.addAndGet(message.size());
    return down_prot.down(message, async);
  }
}
