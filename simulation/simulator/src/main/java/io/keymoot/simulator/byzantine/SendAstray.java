package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.message.Need;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.simulator.world.Node;
import java.util.List;
import java.util.Optional;

/** Tells who asks for a key to ask somebody who is not there. */
final class SendAstray implements Trick {
  @Override
  public String name() {
    return "send-astray";
  }

  @Override
  public boolean overhear(Liar liar, Node from, Bytes message) {
    if (SideCodec.decode(message) instanceof Decoded.Ok<SideMessage> ok
        && ok.value() instanceof Need need) {
      MemberId nobody =
          liar.oneIn(2) ? liar.id() : new MemberId(Hash32.sha256(liar.randomBytes(8)));
      liar.tell(
          from,
          SideCodec.give(
              liar.writer(),
              List.of(new FactId(liar.world.group().hash())),
              need.signed().header().author(),
              SideCodec.nameOf(need),
              Optional.of(nobody),
              Bytes.EMPTY));
      return true;
    }
    return false;
  }
}
