package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.fact.Admit;
import io.keymoot.flatkeying.group.Person;
import java.util.List;

/** Lets in devices of its own making, with addresses near somebody's. */
final class AdmitAccomplices implements Trick {
  @Override
  public String name() {
    return "admit-accomplices";
  }

  @Override
  public boolean act(Liar liar) {
    Person near = liar.somebody().orElse(null);
    if (near == null) {
      return false;
    }
    Admit admit = new Admit(List.of(liar.accomplice(near.id())), List.of());
    liar.say(liar.write(liar.state(), admit));
    return true;
  }
}
