package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.Address;
import io.keymoot.simulator.world.Node;
import java.util.List;
import java.util.Optional;

/** Is silent to some, always the same ones. */
final class SpeakToSome implements Trick {
  @Override
  public String name() {
    return "speak-to-some";
  }

  @Override
  public List<Bytes> instead(Liar liar, Optional<Address> to, Bytes message) {
    if (to.isPresent()) {
      return List.of(message);
    }
    for (Node node : liar.world.up()) {
      if (node != liar.node && node.index() % 2 == liar.node.index() % 2) {
        liar.tell(node, message);
      }
    }
    return List.of();
  }
}
