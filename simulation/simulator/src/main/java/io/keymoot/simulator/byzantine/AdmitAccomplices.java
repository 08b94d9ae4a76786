package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.fact.Admit;
import java.util.List;

/** Lets in devices of its own making, with addresses near somebody's. */
final class AdmitAccomplices implements Trick {
  @Override
  public String name() {
    return "admit-accomplices";
  }

  @Override
  public void act(Liar liar) {
    liar.somebody()
        .ifPresent(
            near ->
                liar.say(
                    liar.write(
                        liar.state(), new Admit(List.of(liar.accomplice(near.id())), List.of()))));
  }
}
