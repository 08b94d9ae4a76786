package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.fact.Here;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.List;

/** Writes on a past it likes better than the present. */
final class BackDate implements Trick {
  @Override
  public String name() {
    return "back-date";
  }

  @Override
  public boolean act(Liar liar) {
    GroupState past = liar.somePast().orElse(null);
    if (past == null) {
      return false;
    }
    liar.say(
        liar.random.nextBoolean()
            ? liar.rekey(past, List.of(), Bytes.EMPTY)
            : liar.write(
                past, new Here(liar.leafKey().publicKey().hash(), liar.credential().sha256())));
    return true;
  }
}
