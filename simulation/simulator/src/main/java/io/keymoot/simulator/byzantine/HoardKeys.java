package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.message.JoinAsk;
import io.keymoot.flatkeying.message.Need;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.peer.Address;
import io.keymoot.simulator.world.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Asks everybody for every epoch there ever was. */
final class HoardKeys implements Trick {
  @Override
  public String name() {
    return "hoard-keys";
  }

  private Bytes leafKey = Bytes.EMPTY;

  @Override
  public List<Bytes> instead(Liar liar, Optional<Address> to, Bytes message) {
    if (SideCodec.decode(message) instanceof Decoded.Ok<SideMessage> ok) {
      if (ok.value() instanceof Need need) {
        leafKey = need.leafKey();
      } else if (ok.value() instanceof JoinAsk ask) {
        leafKey = ask.leafKey();
      }
    }
    return List.of(message);
  }

  @Override
  public void act(Liar liar) {
    List<FactId> epochs = new ArrayList<>();
    for (int i = 0; i < 40 && epochs.size() < 8; i++) {
      liar.someFact()
          .filter(fact -> fact.fact() instanceof Rekey)
          .map(Known::id)
          .filter(id -> !epochs.contains(id))
          .ifPresent(epochs::add);
    }
    if (!epochs.isEmpty() && !leafKey.isEmpty()) {
      for (Node node : liar.world.up()) {
        liar.tell(
            node,
            SideCodec.need(
                liar.writer(),
                List.of(new FactId(liar.world.group().hash())),
                leafKey,
                epochs,
                List.of()));
      }
    }
  }
}
