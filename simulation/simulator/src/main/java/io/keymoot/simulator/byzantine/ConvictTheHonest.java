package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.fact.FaultProof;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.List;

/** Shows two words of somebody honest as if one did not know the other. */
final class ConvictTheHonest implements Trick {
  @Override
  public String name() {
    return "convict-the-honest";
  }

  @Override
  public void act(Liar liar) {
    Known one = liar.someFact().orElse(null);
    Known other = liar.someFact().orElse(null);
    if (one == null || other == null || one == other || one.author().equals(liar.id())) {
      return;
    }
    liar.say(
        liar.rekey(
            liar.state(),
            List.of(
                new Target.Faulty(
                    one.author(),
                    new FaultProof.OutOfOrder(one.signedHeader(), other.signedHeader()))),
            Bytes.EMPTY));
  }
}
