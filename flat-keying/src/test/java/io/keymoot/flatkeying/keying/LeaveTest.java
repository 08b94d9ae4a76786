package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.EvidenceCodec;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.key.Tek;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who leaves is out soon, whatever the network loses. */
class LeaveTest {
  /** From the first word to the last repeat, each as late as chance may have it. */
  private static final long LONGEST_GOODBYE = 500 + 3_000 + 6_000 + 12_000;

  private Group five(long seed) {
    Group group = new Group(seed);
    group.found("anna", "chair", Group.CHAIR_EXPELS);
    for (String name : List.of("ben", "cora", "dan", "eva")) {
      group.join(name, "");
    }
    group.run(10_000);
    assertThat(group.members()).hasSize(5);
    return group;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void aLeaveIsRepeatedUntilARekeyAnswersIt(long seed) {
    Group group = five(seed);
    group.lossPercent = 30;
    Group.Node dan = group.node("dan");
    // The first time nobody hears it at all.
    group.hears = (from, to) -> from != dan;
    dan.step(new Input.Leave());
    group.run(100);
    group.hears = (from, to) -> true;
    group.run(12_000);
    assertThat(group.members())
        .as(group.show())
        .extracting(node -> node.name)
        .containsExactly("anna", "ben", "cora", "eva");
    group.lossPercent = 0;
    group.run(3_000);
    assertThat(group.allReadAll()).as(group.show()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"anna", "ben", "cora", "eva"})
  void whoIsGoneAtOnceIsOutIfOneMemberHeardIt(String heardBy) {
    Group group = five(9);
    Group.Node dan = group.node("dan");
    Group.Node hearer = group.node(heardBy);
    group.hears = (from, to) -> from != dan || to == hearer;
    dan.step(new Input.Leave());
    group.run(50);
    dan.isDown = true;
    group.hears = (from, to) -> true;
    group.lossPercent = 25;
    group.run(10_000);
    assertThat(group.node("anna").core.state().isMember(dan.id())).as(group.show()).isFalse();
    group.lossPercent = 0;
    group.run(3_000);
    assertThat(group.allReadAll()).as(group.show()).isTrue();
    assertThat(group.members()).hasSize(4);
  }

  /** As where the network's layers take half a minute to find each other. */
  @Test
  void whoStartsAgainSaysThatItsStayOfBeforeIsOverUntilSomebodyHearsIt() {
    Group group = five(11);
    Group.Node eva = group.node("eva");
    group.arrives =
        message -> SideCodec.typeOf(message).filter(MessageType.LEAVE::equals).isEmpty();
    Group.Node again = group.restart(eva, "eva2");
    while (!again.core.isMember()) {
      group.run(10);
    }
    group.run(2 * LONGEST_GOODBYE);
    group.arrives = message -> true;
    assertThat(group.node("anna").core.state().isMember(eva.id())).isTrue();
    group.run(LONGEST_GOODBYE + 12_000);
    assertThat(group.node("anna").core.state().isMember(eva.id())).as(group.show()).isFalse();
    assertThat(group.members()).contains(again);
  }

  @Test
  void whoHeardItPassesItOnAndMayThenBeGoneToo() {
    Group group = five(10);
    Group.Node dan = group.node("dan");
    Group.Node ben = group.node("ben");
    ben.takesTurns = false;
    group.hears = (from, to) -> from != dan || to == ben;
    dan.step(new Input.Leave());
    group.run(50);
    dan.isDown = true;
    group.hears = (from, to) -> true;
    assertThat(leavesSaidBy(ben)).isZero();
    for (int i = 0; i < 2_000 && leavesSaidBy(ben) == 0; i++) {
      group.run(1);
    }
    assertThat(leavesSaidBy(ben)).isOne();
    ben.isDown = true;
    group.run(10_000);
    assertThat(group.node("anna").core.state().isMember(dan.id())).as(group.show()).isFalse();
  }

  private static int leavesSaidBy(Group.Node node) {
    return leavesSaid(node).size();
  }

  private static List<Bytes> leavesSaid(Group.Node node) {
    return node.log.stream()
        .filter(Effect.Multicast.class::isInstance)
        .map(effect -> ((Effect.Multicast) effect).message())
        .filter(message -> SideCodec.typeOf(message).filter(MessageType.LEAVE::equals).isPresent())
        .toList();
  }

  /** Of a stay that never was: no Rekey that carries it is valid. */
  private static Bytes nonsense(Group.Node by, int kind) {
    byte[] stay = new byte[32];
    stay[0] = (byte) kind;
    return EvidenceCodec.encode(
        by.core
            .core
            .self
            .writer()
            .leave(by.core.core.signingState().heads(), new StayId(Hash32.of(stay))));
  }

  private static void hear(Group group, Group.Node from, Bytes message) {
    for (Group.Node each : group.members()) {
      if (each != from) {
        each.step(new Input.Received(from.address, message));
      }
    }
  }

  @Test
  void aLeaveThatNoRekeyCanCarryStopsNobodyElses() {
    Group group = five(13);
    Group.Node anna = group.node("anna");
    Group.Node dan = group.node("dan");
    Group.Node eva = group.node("eva");
    hear(group, dan, nonsense(dan, 1));
    hear(group, eva, nonsense(eva, 1));
    FactId before = anna.core.sendingEpoch().orElseThrow();
    anna.step(new Input.Refresh());
    assertThat(anna.core.sendingEpoch().orElseThrow()).as("refreshed").isNotEqualTo(before);
    group.node("ben").step(new Input.Leave());
    group.run(3_000);
    assertThat(group.members()).as(group.show()).doesNotContain(group.node("ben")).hasSize(4);
    // Of two who stand in for each other each is put out.
    anna.step(new Input.Expel(dan.device()));
    anna.step(new Input.Expel(eva.device()));
    group.run(3_000);
    assertThat(group.members()).as(group.show()).containsExactly(anna, group.node("cora"));
  }

  @Test
  void whoSaidNonsenseFirstMayStillLeave() {
    Group group = five(14);
    Group.Node dan = group.node("dan");
    hear(group, dan, nonsense(dan, 1));
    group.run(1_000);
    dan.step(new Input.Leave());
    group.run(3_000);
    assertThat(group.members()).as(group.show()).doesNotContain(dan).hasSize(4);
  }

  /** What could not be carried at first is looked at again once more is known. */
  @Test
  void whoLeavesOnFactsThatNobodyHasHeardYetGoesWhenTheyCome() {
    Group group = five(16);
    Group.Node anna = group.node("anna");
    Group.Node dan = group.node("dan");
    group.hears = (from, to) -> from != dan;
    dan.step(new Input.Refresh());
    Bytes unheard =
        FactCodec.encode(dan.core.ledger().known(dan.core.state().heads()).get(0).envelope());
    dan.step(new Input.Leave());
    dan.isDown = true;
    hear(group, dan, leavesSaid(dan).getFirst());
    group.run(3_000);
    assertThat(anna.core.state().isMember(dan.id())).as("they do not know what it knew").isTrue();
    anna.log.clear();
    hear(group, dan, unheard);
    assertThat(anna.log).as("at once").anyMatch(Effect.Owed.class::isInstance);
    group.run(3_000);
    assertThat(group.members()).as(group.show()).doesNotContain(dan).hasSize(4);
  }

  /** Each word of another's is passed on by who hears it; but not every one of the same leaver. */
  @Test
  void manyLeavesOfOneTakeNobodysRoom() {
    Group group = five(15);
    Group.Node dan = group.node("dan");
    Group.Node ben = group.node("ben");
    for (int i = 0; i < 300; i++) {
      hear(group, dan, nonsense(dan, i));
    }
    ben.log.clear();
    group.hears = (from, to) -> false;
    ben.step(new Input.Leave());
    group.run(LONGEST_GOODBYE);
    assertThat(leavesSaidBy(ben)).as("its own").isBetween(5, 12);
  }

  @Test
  void whoLeavesAndComesBackAtOnceCostsOneKey() {
    Group group = five(16);
    Group.Node dan = group.node("dan");
    Bytes leave =
        EvidenceCodec.encode(
            dan.core
                .core
                .self
                .writer()
                .leave(dan.core.core.signingState().heads(), dan.core.stay().orElseThrow().id()));
    dan.step(new Input.Renew(Optional.empty()));
    group.run(5_000);
    group.members().forEach(each -> each.log.clear());
    hear(group, dan, leave);
    group.run(30_000);
    long rekeys =
        group.members().stream()
            .flatMap(each -> each.log.stream())
            .filter(Effect.Rekeyed.class::isInstance)
            .count();
    assertThat(rekeys).isLessThanOrEqualTo(3);
    assertThat(group.allReadAll()).isTrue();
  }

  @Test
  void whoLeavesMakesNoKeysForThoseWhoStay() {
    Group group = five(11);
    Group.Node dan = group.node("dan");
    Group.Node ben = group.node("ben");
    // Dan alone hears that ben leaves; nobody hears dan.
    group.hears = (from, to) -> from == ben && to == dan;
    dan.step(new Input.Leave());
    ben.step(new Input.Leave());
    dan.log.clear();
    group.run(8_000);
    assertThat(dan.log).noneMatch(Effect.Rekeyed.class::isInstance);
    assertThat(dan.status.state()).as("others stay").isNotEqualTo(Effect.State.OUT);
  }

  @Test
  void whoLeavesAndIsAloneIsOutAtOnceAndKeepsNoKey() {
    Group group = new Group(12);
    group.found("anna", "chair", Group.CHAIR_EXPELS);
    group.run(1_000);
    Group.Node anna = group.node("anna");
    Tek key = anna.sendingKey().orElseThrow();
    anna.step(new Input.Leave());
    assertThat(anna.status.state()).as(anna.status.cause()).isEqualTo(Effect.State.OUT);
    assertThat(anna.status.cause()).contains("nobody stayed behind");
    assertThat(anna.core.isMember()).isFalse();
    assertThat(anna.core.sendingEpoch()).isEmpty();
    assertThat(anna.core.nextDeadline()).isEmpty();
    assertThat(key.isClosed()).isTrue();
  }

  /** What whoever goes last says is lost at first: the other must not wait for it for ever. */
  @ParameterizedTest
  @ValueSource(ints = {0, 500, 4_000, 7_000})
  void whoGoesLastSaysSoUntilTheOtherMustHaveHeardIt(int nothingIsHeardFor) {
    Group group = new Group(14);
    group.found("anna", "chair", Group.CHAIR_EXPELS);
    group.join("ben", "");
    group.run(10_000);
    Group.Node anna = group.node("anna");
    Group.Node ben = group.node("ben");
    ben.takesTurns = false;
    anna.step(new Input.Leave());
    group.run(100);
    group.hears = (from, to) -> from != ben;
    ben.step(new Input.Leave());
    group.run(nothingIsHeardFor);
    group.hears = (from, to) -> true;
    group.run(LONGEST_GOODBYE);
    assertThat(anna.status.state()).as(group.show()).isEqualTo(Effect.State.OUT);
    assertThat(ben.status.state()).as(group.show()).isEqualTo(Effect.State.OUT);
  }

  @Test
  void whereAllLeaveNobodyWaitsForAKeyThatNobodyWillMake() {
    Group group = five(13);
    List<Group.Node> all = List.copyOf(group.members());
    all.forEach(node -> node.step(new Input.Leave()));
    group.run(LONGEST_GOODBYE);
    assertThat(all).allMatch(node -> node.status.state() == Effect.State.OUT);
    assertThat(all).allMatch(node -> node.core.nextDeadline().isEmpty());
  }
}
