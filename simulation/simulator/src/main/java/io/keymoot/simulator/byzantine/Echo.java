package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.simulator.world.Node;
import java.util.ArrayList;
import java.util.List;

/** Says again what others said, now and then with a bit turned over. */
final class Echo implements Trick {
  @Override
  public String name() {
    return "echo";
  }

  private final List<Bytes> heard = new ArrayList<>();

  @Override
  public boolean overhear(Liar liar, Node from, Bytes message) {
    if (heard.size() < 512) {
      heard.add(message);
    } else {
      heard.set(liar.random.nextInt(heard.size()), message);
    }
    return false;
  }

  @Override
  public boolean act(Liar liar) {
    for (int i = 0; i < 10 && !heard.isEmpty(); i++) {
      byte[] bytes = liar.oneOf(heard).toArray();
      if (liar.random.nextBoolean() && bytes.length > 0) {
        bytes[liar.random.nextInt(bytes.length)] ^= (byte) (1 << liar.random.nextInt(8));
      }
      liar.multicast(Bytes.owning(bytes));
    }
    return !heard.isEmpty();
  }
}
