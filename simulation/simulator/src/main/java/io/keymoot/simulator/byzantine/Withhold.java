package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.Address;
import java.util.List;
import java.util.Optional;

/** Keeps half of what it should say to itself. */
final class Withhold implements Trick {
  @Override
  public String name() {
    return "withhold";
  }

  @Override
  public List<Bytes> instead(Liar liar, Optional<Address> to, Bytes message) {
    return liar.random.nextBoolean() ? List.of() : List.of(message);
  }
}
