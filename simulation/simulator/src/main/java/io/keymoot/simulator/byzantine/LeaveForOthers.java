package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.fact.EvidenceCodec;
import io.keymoot.flatkeying.group.Stay;

/** Says goodbye in the name of others. */
final class LeaveForOthers implements Trick {
  @Override
  public String name() {
    return "leave-for-others";
  }

  @Override
  public boolean act(Liar liar) {
    Stay stay =
        liar.somebody().flatMap(victim -> liar.state().newestStay(victim.id())).orElse(null);
    if (stay == null) {
      return false;
    }
    liar.multicast(
        EvidenceCodec.encode(
            liar.writer(stay.person().id()).leave(liar.state().heads().subList(0, 1), stay.id())));
    return true;
  }
}
