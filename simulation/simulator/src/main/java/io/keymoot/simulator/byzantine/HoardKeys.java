package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.keying.Eavesdropper;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SlotSet;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.simulator.world.Node;
import java.util.ArrayList;
import java.util.List;

/** Asks everybody for every epoch there ever was, and for all keys of its slots since then. */
final class HoardKeys implements Trick {
  private static final int ALL_POSITIONS = -1;

  @Override
  public String name() {
    return "hoard-keys";
  }

  @Override
  public boolean act(Liar liar) {
    List<FactId> epochs = new ArrayList<>();
    for (int i = 0; i < 40 && epochs.size() < 8; i++) {
      liar.someFact()
          .filter(fact -> fact.fact() instanceof Rekey)
          .map(Known::id)
          .filter(id -> !epochs.contains(id))
          .ifPresent(epochs::add);
    }
    Bytes leafKey = Eavesdropper.leafKey(liar.node.peer().keying()).orElse(Bytes.EMPTY);
    List<SlotSet> slots =
        epochs.stream()
            .limit(Limits.NEEDED_SLOT_SETS)
            .map(epoch -> new SlotSet(epoch, ALL_POSITIONS))
            .toList();
    if (!epochs.isEmpty() && !leafKey.isEmpty()) {
      for (Node node : liar.world.up()) {
        liar.tell(
            node,
            SideCodec.need(
                liar.writer(),
                List.of(new FactId(liar.world.group().hash())),
                leafKey,
                epochs,
                slots));
      }
      return true;
    }
    return false;
  }
}
