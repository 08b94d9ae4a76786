package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.fact.EvidenceCodec;

/** Says goodbye in the name of others. */
final class LeaveForOthers implements Trick {
  @Override
  public String name() {
    return "leave-for-others";
  }

  @Override
  public void act(Liar liar) {
    liar.somebody()
        .flatMap(victim -> liar.state().newestStay(victim.id()))
        .ifPresent(
            stay ->
                liar.multicast(
                    EvidenceCodec.encode(
                        liar.writer(stay.person().id())
                            .leave(liar.state().heads().subList(0, 1), stay.id()))));
  }
}
