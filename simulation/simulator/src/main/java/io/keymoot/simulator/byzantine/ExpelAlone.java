package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.List;

/** Puts somebody out with nobody's word but its own. */
final class ExpelAlone implements Trick {
  @Override
  public String name() {
    return "expel-alone";
  }

  @Override
  public void act(Liar liar) {
    liar.somebody()
        .ifPresent(
            victim ->
                liar.say(
                    liar.rekey(
                        liar.state(),
                        List.of(new Target.Expelled(victim.device(), List.of())),
                        Bytes.EMPTY)));
  }
}
