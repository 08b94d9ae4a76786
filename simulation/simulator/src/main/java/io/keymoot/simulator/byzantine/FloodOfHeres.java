package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Here;
import java.util.List;

/** Says Here, and Here, and Here, one on the other. */
final class FloodOfHeres implements Trick {
  @Override
  public String name() {
    return "flood-of-heres";
  }

  @Override
  public boolean act(Liar liar) {
    if (!liar.oneIn(4)) {
      return false;
    }
    List<FactId> heads = liar.state().heads();
    heads = heads.subList(0, Math.min(heads.size(), 32));
    for (int i = 0; i < 20; i++) {
      Envelope here =
          liar.writer()
              .write(
                  heads, new Here(liar.leafKey().publicKey().hash(), liar.credential().sha256()));
      liar.say(here);
      heads = List.of(here.id());
    }
    return true;
  }
}
