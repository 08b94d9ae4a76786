package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.keymoot.flatkeying.Duty;
import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** More go at once than one Rekey can name: by their number, or by how long their words are. */
class ManyTargetsTest {
  private static final int LEAVERS = 70;

  @ParameterizedTest
  @ValueSource(ints = {0, Limits.HEADS})
  void whoIsExpelledGoesFirstAndTheOthersGoWithTheNextRekeys(int heads) {
    BigGroup group = new BigGroup(Profile.CONFERENCE, 110, 1);
    group.sayAtOnce(heads);
    FlatKeying core = group.excluder();
    for (int i = 0; i < LEAVERS; i++) {
      core.step(group.now(), new Input.Received(Bytes.EMPTY, group.leaveOf(35 + i)));
    }
    int expelled = 34;
    group.expel(core, expelled);
    assertThat(core.state().isMember(group.member(expelled))).isFalse();
    List<Target> targets = newest(core).targets();
    assertThat(targets).hasSizeBetween(2, Limits.REKEY_TARGETS);
    assertThat(targets).filteredOn(Target.Left.class::isInstance).hasSizeLessThan(LEAVERS);
    for (int i = 0; i < 5; i++) {
      core.step(group.now(), new Input.Act(Duty.REKEY));
    }
    assertThat(core.state().memberCount()).isEqualTo(110 - LEAVERS - 1);
  }

  private static Rekey newest(FlatKeying core) {
    return core.ledger().get(core.sendingEpoch().orElseThrow()) instanceof Known epoch
            && epoch.fact() instanceof Rekey rekey
        ? rekey
        : fail("no epoch to send under");
  }
}
