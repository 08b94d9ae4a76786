package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.fact.Approval;
import io.keymoot.flatkeying.fact.EvidenceCodec;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.List;

/** Finds members absent that are not, with a friend's word if it has a friend. */
final class SuspendTheLiving implements Trick {
  @Override
  public String name() {
    return "suspend-the-living";
  }

  @Override
  public boolean act(Liar liar) {
    Stay stay =
        liar.somebody().flatMap(victim -> liar.state().newestStay(victim.id())).orElse(null);
    if (stay == null) {
      return false;
    }
    FactWriter second =
        liar.friends().isEmpty() ? liar.writer() : liar.oneOf(liar.friends()).writer();
    Approval word =
        second.approve(
            liar.state().heads().subList(0, 1),
            Approval.Action.SUSPEND,
            stay.person().id().hash(),
            stay.id().hash());
    liar.multicast(EvidenceCodec.encode(word));
    Target target = new Target.Absent(stay.person().id(), stay.id(), word);
    liar.say(liar.rekey(liar.state(), List.of(target), Bytes.EMPTY));
    return true;
  }
}
