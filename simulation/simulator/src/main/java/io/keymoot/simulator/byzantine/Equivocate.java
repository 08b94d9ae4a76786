package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.Here;
import io.keymoot.simulator.world.Node;

/** Says one thing to some and another to the rest, both for good. */
final class Equivocate implements Trick {
  @Override
  public String name() {
    return "equivocate";
  }

  @Override
  public boolean act(Liar liar) {
    Envelope one = here(liar);
    Envelope other = here(liar);
    for (Node node : liar.world.up()) {
      liar.tell(node, FactCodec.encode(liar.random.nextBoolean() ? one : other));
    }
    return true;
  }

  private static Envelope here(Liar liar) {
    return liar.write(
        liar.state(), new Here(liar.leafKey().publicKey().hash(), liar.credential().sha256()));
  }
}
