package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeyStoreTest {
  private static final FactId EPOCH = new FactId(Hash32.sha256(new byte[] {1}));
  private static final GroupId GROUP = new GroupId(Hash32.sha256(new byte[] {2}));

  private final KeyStore keys = new KeyStore();
  private final Draws draws = new Draws(1);
  private final EpochSecret secret = EpochSecret.fresh(draws);

  private List<Effect> put(EpochSecret of, boolean isProved) {
    List<Effect> out = new ArrayList<>();
    assertThat(keys.put(EPOCH, of, isProved, out)).isTrue();
    keys.install(GROUP, GroupState.nothing(), Tick.ZERO, out);
    return out;
  }

  private static List<Integer> installed(List<Effect> effects) {
    return effects.stream()
        .filter(Effect.Install.class::isInstance)
        .map(effect -> ((Effect.Install) effect).tek().revision())
        .toList();
  }

  /** Whoever installs keys takes none again that was retired: nothing would open any more. */
  @Test
  void theProofOfWhatWasToldAddsWhatIsEarlierAndRetiresNothing() {
    assertThat(installed(put(secret.at(1), false))).containsExactly(1, 2, 3);
    List<Effect> proved = put(secret.at(0), true);
    assertThat(proved).noneMatch(Effect.Retire.class::isInstance);
    assertThat(installed(proved)).containsExactly(0);
  }

  @Test
  void theProofThatItWasFalseRetiresIt() {
    put(EpochSecret.fresh(draws).at(1), false);
    List<Effect> proved = put(secret.at(0), true);
    assertThat(proved).filteredOn(Effect.Retire.class::isInstance).hasSize(3);
    assertThat(installed(proved)).containsExactly(0, 1, 2);
  }
}
