package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.keymoot.flatkeying.Duty;
import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** Many go at once: as many as one Rekey has room for, and more. */
class ManyTargetsTest {
  @Test
  void whoGoTogetherAndKnowTheSameGoWithOneRekey() {
    BigGroup group = new BigGroup(Profile.CONFERENCE, 300, 1);
    FlatKeying core = group.excluder();
    List<FactId> heads = core.state().heads();
    hear(group, core, 235, i -> heads);
    group.expel(core, 34);
    assertThat(newest(core).targets()).hasSize(236);
    assertThat(core.state().memberCount()).isEqualTo(300 - 236);
  }

  @Test
  void whoIsExpelledGoesFirstAndTheOthersGoWithTheNextRekeys() {
    BigGroup group = new BigGroup(Profile.CONFERENCE, 300, 1);
    FlatKeying core = group.excluder();
    List<FactId> heads = core.state().heads();
    hear(group, core, 250, i -> heads);
    expectThatTheyGoWithTheNext(group, core, 250, 300);
  }

  /** Half of them know one thing, half another: what a half knows is said once. */
  @Test
  void whoKnowTheSameStandBesideEachOther() {
    BigGroup group = new BigGroup(Profile.CONFERENCE, 110, 1);
    group.sayAtOnce(Limits.HEADS);
    FlatKeying core = group.excluder();
    List<FactId> heads = core.state().heads();
    hear(group, core, 70, i -> without(heads, i % 2));
    group.expel(core, 34);
    assertThat(core.state().memberCount()).isEqualTo(110 - 71);
  }

  /** Each knows others of 32 facts that nobody knew of the other: their words are long. */
  @Test
  void whereWordsAreLongFewerGoWithOneRekey() {
    BigGroup group = new BigGroup(Profile.CONFERENCE, 110, 1);
    group.sayAtOnce(Limits.HEADS);
    FlatKeying core = group.excluder();
    List<FactId> heads = core.state().heads();
    hear(group, core, 70, i -> without(heads, i % heads.size()));
    expectThatTheyGoWithTheNext(group, core, 70, 110);
  }

  private static List<FactId> without(List<FactId> heads, int index) {
    List<FactId> others = new ArrayList<>(heads);
    others.remove(index);
    return others;
  }

  private static void hear(
      BigGroup group, FlatKeying core, int leavers, IntFunction<List<FactId>> heads) {
    for (int i = 0; i < leavers; i++) {
      Bytes leave = group.leaveOf(35 + i, heads.apply(i));
      core.step(group.now(), new Input.Received(Bytes.EMPTY, leave));
    }
  }

  private static void expectThatTheyGoWithTheNext(
      BigGroup group, FlatKeying core, int leavers, int members) {
    int expelled = 34;
    group.expel(core, expelled);
    assertThat(core.state().isMember(group.member(expelled))).isFalse();
    List<Target> targets = newest(core).targets();
    assertThat(targets).hasSizeBetween(2, Limits.REKEY_TARGETS);
    assertThat(targets).filteredOn(Target.Left.class::isInstance).hasSizeLessThan(leavers);
    for (int i = 0; i < 5; i++) {
      core.step(group.now(), new Input.Act(Duty.REKEY));
    }
    assertThat(core.state().memberCount()).isEqualTo(members - leavers - 1);
  }

  private static Rekey newest(FlatKeying core) {
    return core.ledger().get(core.sendingEpoch().orElseThrow()) instanceof Known epoch
            && epoch.fact() instanceof Rekey rekey
        ? rekey
        : fail("no epoch to send under");
  }
}
