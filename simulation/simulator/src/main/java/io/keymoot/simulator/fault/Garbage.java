package io.keymoot.simulator.fault;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.simulator.world.Node;
import java.util.List;
import java.util.Optional;

/** Oversize messages, and bytes that mean nothing, some of them with a true beginning. */
final class Garbage implements Fault {
  private static final int LONG = 300;
  private static final int MOST_OVERSIZE = 10_000;

  @Override
  public String name() {
    return "garbage";
  }

  @Override
  public void plan(Trouble trouble) {
    trouble.nowAndThen(
        10_000,
        () -> {
          List<Node> up = trouble.world().up();
          if (up.isEmpty()) {
            return;
          }
          trouble.world().injected(name());
          boolean isOversize = trouble.random().nextInt(4) == 0;
          int length =
              isOversize
                  ? Limits.MESSAGE_BYTES + (int) trouble.spread(1, MOST_OVERSIZE)
                  : (int) trouble.spread(1, LONG);
          byte[] bytes = new byte[length];
          trouble.random().nextBytes(bytes);
          if (length > 2) {
            MessageType[] types = MessageType.values();
            bytes[0] = 1;
            bytes[1] = (byte) types[trouble.random().nextInt(types.length)].code();
          }
          Node by = up.get(trouble.random().nextInt(up.size()));
          trouble.world().inject(by, Optional.empty(), Bytes.owning(bytes));
        });
  }
}
