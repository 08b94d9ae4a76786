package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.fact.Approval;
import io.keymoot.flatkeying.fact.EvidenceCodec;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.group.Person;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.List;

/** Signs approvals in the name of others. */
final class ForgeApprovals implements Trick {
  @Override
  public String name() {
    return "forge-approvals";
  }

  @Override
  public boolean act(Liar liar) {
    Person voice = liar.somebody().orElse(null);
    Person victim = liar.somebody().orElse(null);
    if (voice == null || victim == null || victim.id().equals(voice.id())) {
      return false;
    }
    Approval word =
        liar.writer(voice.id())
            .approve(
                liar.state().heads().subList(0, 1),
                Approval.Action.EXPEL,
                victim.device().hash(),
                Hash32.ZERO);
    liar.multicast(EvidenceCodec.encode(word));
    Target target = new Target.Expelled(victim.device(), List.of(word));
    liar.say(liar.rekey(liar.state(), List.of(target), Bytes.EMPTY));
    return true;
  }
}
