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
  public boolean overhear(Liar liar, Node from, Bytes message) {
    if (requests.size() < 64
        && SideCodec.decode(message) instanceof Decoded.Ok<SideMessage> ok
        && ok.value() instanceof JoinAsk ask) {
      requests.add(ask.request());
    }
    return false;
  }

  @Override
  public boolean act(Liar liar) {
    for (int i = 0; i < 20 && requests.isEmpty(); i++) {
      liar.someFact()
          .filter(fact -> fact.fact() instanceof Admit)
          .ifPresent(fact -> requests.addAll(((Admit) fact.fact()).rows()));
    }
    if (requests.isEmpty()) {
      return false;
    }
    liar.say(liar.write(liar.state(), new Admit(List.of(liar.oneOf(requests)), List.of())));
    return true;
  }
}
