package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Here;
import io.keymoot.flatkeying.group.Person;
import java.util.List;

/** Writes facts in the name of others. */
final class ForgeFacts implements Trick {
  @Override
  public String name() {
    return "forge-facts";
  }

  @Override
  public boolean act(Liar liar) {
    Person victim = liar.somebody().orElse(null);
    if (victim == null) {
      return false;
    }
    Here here = new Here(liar.leafKey().publicKey().hash(), liar.credential().sha256());
    List<FactId> heads = liar.state().heads().subList(0, 1);
    liar.say(liar.writer(victim.id()).write(heads, here));
    return true;
  }
}
