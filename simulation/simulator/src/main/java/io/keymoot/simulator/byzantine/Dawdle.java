package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.Address;
import java.util.List;
import java.util.Optional;

/** Says everything, but seconds late. */
final class Dawdle implements Trick {
  @Override
  public String name() {
    return "dawdle";
  }

  @Override
  public List<Bytes> instead(Liar liar, Optional<Address> to, Bytes message) {
    if (to.isPresent()) {
      return List.of(message);
    }
    liar.world
        .timeline()
        .in(
            1_000 + liar.random.nextInt(5_000),
            () -> {
              if (liar.node.isUp()) {
                liar.multicast(message);
              }
            });
    return List.of();
  }
}
