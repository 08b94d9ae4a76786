package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.group.Person;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.List;

/** Puts somebody out with nobody's word but its own. */
final class ExpelAlone implements Trick {
  @Override
  public String name() {
    return "expel-alone";
  }

  @Override
  public boolean act(Liar liar) {
    Person victim = liar.somebody().orElse(null);
    if (victim == null) {
      return false;
    }
    Target target = new Target.Expelled(victim.device(), List.of());
    liar.say(liar.rekey(liar.state(), List.of(target), Bytes.EMPTY));
    return true;
  }
}
