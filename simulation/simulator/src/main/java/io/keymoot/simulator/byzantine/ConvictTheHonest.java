package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.fact.FaultProof;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Shows two words of somebody honest as if one did not know the other. */
final class ConvictTheHonest implements Trick {
  @Override
  public String name() {
    return "convict-the-honest";
  }

  private static final int TRIES = 16;

  /** Two words of one member; the law has it that they are in order. */
  private static boolean isOfNoUse(Liar liar, @Nullable Known one, @Nullable Known other) {
    return one == null
        || other == null
        || one == other
        || !one.author().equals(other.author())
        || one.author().equals(liar.id());
  }

  @Override
  public boolean act(Liar liar) {
    Known one = liar.someFact().orElse(null);
    Known other = liar.someFact().orElse(null);
    for (int i = 0; i < TRIES && isOfNoUse(liar, one, other); i++) {
      one = liar.someFact().orElse(null);
      other = liar.someFact().orElse(null);
    }
    if (one == null || other == null || isOfNoUse(liar, one, other)) {
      return false;
    }
    liar.say(
        liar.rekey(
            liar.state(),
            List.of(
                new Target.Faulty(
                    one.author(),
                    new FaultProof.OutOfOrder(one.signedHeader(), other.signedHeader()))),
            Bytes.EMPTY));
    return true;
  }
}
