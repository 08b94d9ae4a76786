package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.fact.Admit;
import io.keymoot.flatkeying.fact.SignedJoinRequest;
import io.keymoot.flatkeying.message.JoinAsk;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.simulator.world.Node;
import java.util.ArrayList;
import java.util.List;

/** Lets in again whoever once asked, gone or put out since. */
final class AdmitAgain implements Trick {
  @Override
  public String name() {
    return "admit-again";
  }

  private final List<SignedJoinRequest> requests = new ArrayList<>();

  @Override
  public void overhear(Liar liar, Node from, Bytes message) {
    if (requests.size() < 64
        && SideCodec.decode(message) instanceof Decoded.Ok<SideMessage> ok
        && ok.value() instanceof JoinAsk ask) {
      requests.add(ask.request());
    }
  }

  @Override
  public void act(Liar liar) {
    if (!requests.isEmpty()) {
      liar.say(liar.write(liar.state(), new Admit(List.of(liar.oneOf(requests)), List.of())));
    }
  }
}
