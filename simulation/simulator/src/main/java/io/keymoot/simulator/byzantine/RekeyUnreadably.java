package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.wire.Bytes;
import java.util.List;

/** Makes epochs whose covers nobody can read. */
final class RekeyUnreadably implements Trick {
  @Override
  public String name() {
    return "rekey-unreadably";
  }

  @Override
  public boolean act(Liar liar) {
    Bytes cover =
        liar.random.nextBoolean()
            ? Bytes.EMPTY
            : Bytes.owning(liar.randomBytes(1 + liar.random.nextInt(500)));
    liar.say(liar.rekey(liar.state(), List.of(), cover));
    return true;
  }
}
