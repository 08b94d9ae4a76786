package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.keymoot.flatkeying.Duty;
import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.EvidenceCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Leave;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** Many go at once: as many as one Rekey has room for, and more. */
class ManyTargetsTest {
  @Test
  void whoGoTogetherAndKnowTheSameGoWithOneRekey() {
    BigGroup group = new BigGroup(Profile.CONFERENCE, 300, 1);
    FlatKeying core = group.excluder();
    List<FactId> heads = core.state().heads();
    hear(group, core, 252, i -> heads);
    group.expel(core, 299);
    assertThat(newest(core).targets()).hasSize(253);
    assertThat(core.state().memberCount()).isEqualTo(300 - 253);
  }

  /** Who stay would be sealed to at once, if there were not so much evidence beside that. */
  @Test
  void whatIsSealedFindsRoomBesideThem() {
    assertThat(isHandedDown(0)).isFalse();
    assertThat(isHandedDown(252)).isTrue();
  }

  /** Of 435 who stay when one is expelled, and so many go with it. */
  private static boolean isHandedDown(int leavers) {
    BigGroup group = new BigGroup(Profile.BROADCAST, 436 + leavers, 1);
    FlatKeying core = group.excluder();
    List<FactId> heads = core.state().heads();
    for (int i = leavers + 1; i < 435 + leavers; i++) {
      group.meet(core, i);
    }
    hear(group, core, leavers, i -> heads);
    CoverReport report = group.expel(core, 435 + leavers);
    assertThat(core.state().memberCount()).isEqualTo(435);
    return report.lines().stream().anyMatch(line -> line.kind() == CoverReport.Kind.TREE);
  }

  @Test
  void whoIsExpelledGoesFirstAndTheOthersGoWithTheNextRekeys() {
    BigGroup group = new BigGroup(Profile.CONFERENCE, 300, 1);
    FlatKeying core = group.excluder();
    List<FactId> heads = core.state().heads();
    hear(group, core, 260, i -> heads);
    expectThatTheyGoWithTheNext(group, core, 260, 300);
  }

  /** Or all of a large group would pass the same on before they hear each other. */
  @Test
  void whereManyHearALeaveEachWaitsTheLongerToPassItOn() {
    assertThat(passedOnWithin(1_500, 30)).isEqualTo(29);
    assertThat(passedOnWithin(1_500, 320)).isBetween(1, 10);
    assertThat(passedOnWithin(10_500, 320)).isEqualTo(29);
  }

  /** Of 29 leaves, by one of so many members that heard them and nobody else since. */
  private static int passedOnWithin(long millis, int members) {
    BigGroup group = new BigGroup(Profile.CONFERENCE, members, 1);
    FlatKeying core = group.excluder();
    hear(group, core, 29, i -> core.state().heads());
    Set<Bytes> passedOn = new LinkedHashSet<>();
    for (long each = 0; each <= millis; each += 100) {
      for (Effect effect : core.step(group.now().plusMillis(each), new Input.TimePassed())) {
        if (effect instanceof Effect.Multicast said
            && EvidenceCodec.decodeLeave(said.message()) instanceof Decoded.Ok<Leave>) {
          passedOn.add(said.message());
        }
      }
    }
    return passedOn.size();
  }

  /** Half of them know one thing, half another: what a half knows is said once. */
  @Test
  void whoKnowTheSameStandBesideEachOther() {
    BigGroup group = new BigGroup(Profile.CONFERENCE, 110, 1);
    group.sayAtOnce(Limits.HEADS);
    FlatKeying core = group.excluder();
    List<FactId> heads = core.state().heads();
    hear(group, core, 70, i -> without(heads, i % 2));
    group.expel(core, 109);
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
      Bytes leave = group.leaveOf(1 + i, heads.apply(i));
      core.step(group.now(), new Input.Received(Bytes.EMPTY, leave));
    }
  }

  private static void expectThatTheyGoWithTheNext(
      BigGroup group, FlatKeying core, int leavers, int members) {
    int expelled = members - 1;
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
