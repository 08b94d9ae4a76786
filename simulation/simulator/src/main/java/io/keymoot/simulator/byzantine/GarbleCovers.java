package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.peer.Address;
import java.util.List;
import java.util.Optional;

/** Turns bits of its wraps and seals over, and signs them so. */
final class GarbleCovers implements Trick {
  @Override
  public String name() {
    return "garble-covers";
  }

  @Override
  public List<Bytes> instead(Liar liar, Optional<Address> to, Bytes message) {
    if (!(FactCodec.decode(message) instanceof Decoded.Ok<Envelope>(Envelope fact))
        || !(fact.fact() instanceof Rekey rekey)
        || fact.cover().isEmpty()
        || !fact.header().author().equals(liar.id())) {
      return List.of(message);
    }
    byte[] cover = fact.cover().toArray();
    for (int i = 0; i < 1 + cover.length / 40; i++) {
      cover[liar.random.nextInt(cover.length)] ^= (byte) (1 + liar.random.nextInt(255));
    }
    Bytes garbled = Bytes.owning(cover);
    Rekey other =
        new Rekey(
            rekey.prev(),
            rekey.targets(),
            rekey.commitment(),
            rekey.members(),
            Hash32.sha256(garbled.toArray()));
    List<FactId> heads = fact.header().heads();
    return List.of(FactCodec.encode(liar.writer().write(heads, other, garbled)));
  }
}
