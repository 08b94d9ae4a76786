package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.fact.Here;
import java.util.List;

/** Writes facts on parents that nobody ever wrote. */
final class FloodOfOrphans implements Trick {
  @Override
  public String name() {
    return "flood-of-orphans";
  }

  @Override
  public boolean act(Liar liar) {
    for (int i = 0; i < 150; i++) {
      liar.say(
          liar.writer()
              .write(
                  List.of(liar.randomId()),
                  new Here(liar.credential().sha256(), liar.credential().sha256())));
    }
    return true;
  }
}
