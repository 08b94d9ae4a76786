package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.fact.SignedJoinRequest;
import io.keymoot.flatkeying.message.JoinAsk;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.simulator.world.Node;

/** Many requests to be let in, most of them falsely signed. */
final class FloodOfJoiners implements Trick {
  @Override
  public String name() {
    return "flood-of-joiners";
  }

  @Override
  public boolean act(Liar liar) {
    Bytes leafKey = liar.leafKey().publicKey().bytes();
    for (int i = 0; i < 10; i++) {
      SignedJoinRequest request = liar.accomplice(liar.id());
      Bytes signature = liar.oneIn(4) ? request.signature() : Bytes.owning(liar.randomBytes(64));
      Bytes ask =
          SideCodec.encode(
              new JoinAsk(
                  new SignedJoinRequest(request.request(), request.member(), signature),
                  liar.credential(),
                  leafKey,
                  liar.oneIn(2)));
      Node to = liar.oneOf(liar.world.up());
      liar.tell(to, ask);
    }
    return true;
  }
}
