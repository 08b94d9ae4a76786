package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.message.JoinAsk;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.simulator.world.Node;
import java.util.List;

/** Lets in who asks with a Grant that leads nowhere. */
final class GrantFalsely implements Trick {
  @Override
  public String name() {
    return "grant-falsely";
  }

  @Override
  public boolean overhear(Liar liar, Node from, Bytes message) {
    if (SideCodec.decode(message) instanceof Decoded.Ok<SideMessage> ok
        && ok.value() instanceof JoinAsk ask) {
      FactId admit = liar.oneIn(2) ? liar.randomId() : new FactId(liar.world.group().hash());
      List<FactId> heads =
          liar.oneIn(2) ? List.of(liar.randomId()) : liar.state().heads().subList(0, 1);
      liar.tell(
          from,
          SideCodec.grant(
              liar.writer(),
              heads,
              ask.request().member(),
              admit,
              Bytes.owning(liar.randomBytes(1_200))));
      return true;
    }
    return false;
  }
}
