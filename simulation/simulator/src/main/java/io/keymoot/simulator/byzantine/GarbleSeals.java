package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.message.Give;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.peer.Address;
import java.util.List;
import java.util.Optional;

/** Gives what does not open. */
final class GarbleSeals implements Trick {
  @Override
  public String name() {
    return "garble-seals";
  }

  @Override
  public List<Bytes> instead(Liar liar, Optional<Address> to, Bytes message) {
    if (!(SideCodec.decode(message) instanceof Decoded.Ok<SideMessage> ok)
        || !(ok.value() instanceof Give give)
        || give.sealed().isEmpty()) {
      return List.of(message);
    }
    byte[] sealed = give.sealed().toArray();
    sealed[liar.random.nextInt(sealed.length)] ^= 1;
    return List.of(
        SideCodec.give(
            liar.writer(),
            give.signed().header().heads(),
            give.to(),
            give.need(),
            give.busy(),
            Bytes.owning(sealed)));
  }
}
