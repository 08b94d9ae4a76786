package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.List;
import java.util.Optional;

/** Makes an epoch with a false digest of who is in. */
final class LieAboutMembers implements Trick {
  @Override
  public String name() {
    return "lie-about-members";
  }

  @Override
  public boolean act(Liar liar) {
    EpochSecret secret = EpochSecret.fresh(liar.node.entropy());
    liar.say(
        liar.write(
            liar.state(),
            new Rekey(
                Optional.empty(),
                List.of(),
                secret.commitment(),
                Hash32.sha256(liar.randomBytes(8)),
                Hash32.sha256(Bytes.EMPTY.toArray()))));
    return true;
  }
}
