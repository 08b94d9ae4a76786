package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.fact.Admit;
import io.keymoot.flatkeying.group.GroupState;
import java.util.List;

/** Lets accomplices in on a past from before it is found out. */
final class AdmitInThePast implements Trick {
  @Override
  public String name() {
    return "admit-in-the-past";
  }

  @Override
  public boolean act(Liar liar) {
    GroupState past = liar.somePast().orElse(null);
    if (past == null) {
      return false;
    }
    liar.say(liar.write(past, new Admit(List.of(liar.accomplice(liar.id())), List.of())));
    return true;
  }
}
