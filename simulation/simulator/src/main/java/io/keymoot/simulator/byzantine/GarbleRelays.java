package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.message.Relay;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.peer.Address;
import java.util.List;
import java.util.Optional;

/** Hands on what does not open, or keeps it. */
final class GarbleRelays implements Trick {
  @Override
  public String name() {
    return "garble-relays";
  }

  @Override
  public List<Bytes> instead(Liar liar, Optional<Address> to, Bytes message) {
    if (!(SideCodec.decode(message) instanceof Decoded.Ok<SideMessage> ok)
        || !(ok.value() instanceof Relay relay)) {
      return List.of(message);
    }
    if (liar.oneIn(2)) {
      return List.of();
    }
    List<Relay.SlotWrap> wraps =
        relay.wraps().stream()
            .map(each -> new Relay.SlotWrap(each.position(), garbled(liar, each.wrap())))
            .toList();
    return List.of(SideCodec.encode(new Relay(relay.epoch(), relay.place(), wraps)));
  }

  private static Bytes garbled(Liar liar, Bytes wrap) {
    byte[] bytes = wrap.toArray();
    bytes[liar.random.nextInt(bytes.length)] ^= 1;
    return Bytes.owning(bytes);
  }
}
