package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.fact.Here;

/** Writes facts in the name of others. */
final class ForgeFacts implements Trick {
  @Override
  public String name() {
    return "forge-facts";
  }

  @Override
  public void act(Liar liar) {
    liar.somebody()
        .ifPresent(
            victim ->
                liar.say(
                    liar.writer(victim.id())
                        .write(
                            liar.state().heads().subList(0, 1),
                            new Here(
                                liar.leafKey().publicKey().hash(), liar.credential().sha256()))));
  }
}
