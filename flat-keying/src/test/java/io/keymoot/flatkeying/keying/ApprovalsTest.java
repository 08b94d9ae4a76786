package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.Admit;
import io.keymoot.flatkeying.fact.Approval;
import io.keymoot.flatkeying.fact.EvidenceCodec;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.Rights;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Letting in and pardoning by several, as the rights of a group may ask for (section 5). */
class ApprovalsTest {
  private static final Rights THREE_LET_IN =
      new Rights(new Rights.WithApprovals(3), Optional.of("chair"), 2);
  private static final Rights CHAIR_LETS_IN =
      new Rights(new Rights.WithRole("chair"), Optional.of("chair"), 2);

  private final Group group = new Group(31);

  private void settle() {
    group.run(10_000);
    assertThat(group.allReadAll()).as(group.show()).isTrue();
  }

  private void five(Rights rights) {
    group.found("anna", "chair", rights);
    for (String name : List.of("ben", "cora", "dan", "eva")) {
      group.join(name, "");
      group.run(2_000);
    }
    settle();
    assertThat(group.members()).as(group.show()).hasSize(5);
  }

  private void nobodyDecidesByItself() {
    group.nodes.values().forEach(node -> node.letsIn = false);
  }

  private static void approve(Group.Node node, Group.Node newcomer) {
    assertThat(node.knocking).as(node + " was asked").contains(newcomer.id());
    node.step(new Input.Decided(newcomer.id(), true));
  }

  @Test
  void aGroupThatAsksForThreeApprovalsGrowsFromItsFounder() {
    five(THREE_LET_IN);
    Group.Node anna = group.node("anna");
    MemberId last = group.node("eva").id();
    Known admit = anna.core.state().liveStays(last).get(0).begunBy();
    assertThat(((Admit) admit.fact()).approvals()).hasSizeGreaterThanOrEqualTo(2);
  }

  @Test
  void aNewcomerWaitsUntilAThirdApproves() {
    five(THREE_LET_IN);
    nobodyDecidesByItself();
    Group.Node finn = group.join("finn", "");
    group.run(6_000);
    assertThat(finn.core.isMember()).isFalse();
    Group.Node first =
        group.members().stream().filter(n -> n.knocking.contains(finn.id())).findFirst().get();
    approve(first, finn);
    group.run(5_000);
    // All have been asked by now, by whoever approved first.
    List<Group.Node> others = group.members().stream().filter(n -> n != first).toList();
    approve(others.get(0), finn);
    group.run(5_000);
    assertThat(finn.core.isMember()).as(group.show()).isFalse();
    assertThat(finn.status.cause()).contains("2 approved so far");
    Effect.Approvals shown = lastApprovals(first);
    assertThat(shown.action()).isEqualTo(Approval.Action.ADMIT);
    assertThat(shown.subject()).isEqualTo(finn.id().hash());
    assertThat(shown.by()).hasSize(2);
    assertThat(shown.needed()).isEqualTo(3);
    approve(others.get(1), finn);
    settle();
    assertThat(group.members()).hasSize(6);
  }

  private static Effect.Approvals lastApprovals(Group.Node node) {
    return node.log.stream()
        .filter(Effect.Approvals.class::isInstance)
        .map(Effect.Approvals.class::cast)
        .reduce((one, other) -> other)
        .orElseThrow();
  }

  @Test
  void approvalsSurviveLoss() {
    group.lossPercent = 30;
    group.found("anna", "chair", THREE_LET_IN);
    for (String name : List.of("ben", "cora", "dan", "eva")) {
      group.join(name, "");
    }
    group.run(40_000);
    assertThat(group.members()).as(group.show()).hasSize(5);
  }

  @Test
  void whoApprovedGoesOnWhenTheFirstIntroducerIsGone() {
    five(THREE_LET_IN);
    nobodyDecidesByItself();
    Group.Node finn = group.join("finn", "");
    group.run(3_000);
    Group.Node first =
        group.members().stream().filter(n -> n.knocking.contains(finn.id())).findFirst().get();
    approve(first, finn);
    group.run(3_000);
    first.isDown = true;
    List<Group.Node> others = group.members();
    for (int i = 0; i < 3; i++) {
      approve(others.get(i), finn);
    }
    group.run(20_000);
    assertThat(finn.core.isMember()).as(group.show()).isTrue();
  }

  @Test
  void whoMayNotLetInPassesTheRequestOnToWhoMay() {
    group.found("anna", "chair", CHAIR_LETS_IN);
    group.join("ben", "");
    settle();
    Group.Node anna = group.node("anna");
    Group.Node ben = group.node("ben");
    Group.Node finn = group.join("finn", "");
    // It knows no door but ben's.
    group.hears = (from, to) -> !(from == finn && to == anna);
    group.run(3_000);
    assertThat(anna.core.state().isMember(finn.id())).as(group.show()).isTrue();
    assertThat(ben.core.core.out).noneMatch(Effect.Refused.class::isInstance);
    group.hears = (from, to) -> true;
    settle();
    assertThat(group.members()).hasSize(3);
  }

  /** Ben says it and is gone; dan says so much that there would be no room left for it. */
  @Test
  void whoApprovesOfVeryManyThingsMakesNobodyElsesApprovalForgotten() {
    five(Group.CHAIR_EXPELS);
    Group.Node ben = group.node("ben");
    Group.Node cora = group.node("cora");
    Group.Node dan = group.node("dan");
    Group.Node eva = group.node("eva");
    ben.step(new Input.Expel(eva.device()));
    group.run(20_000);
    ben.isDown = true;
    FactWriter liar = new FactWriter(dan.key, cora.core.group(), dan.id());
    for (int i = 0; i < 2 * Limits.APPROVED_ACTS; i++) {
      Hash32 madeUp = Hash32.sha256(new byte[] {(byte) i, (byte) (i >> 8)});
      Approval word =
          liar.approve(dan.core.signingHeads(), Approval.Action.ADMIT, madeUp, Hash32.ZERO);
      cora.step(new Input.Received(dan.address, EvidenceCodec.encode(word)));
    }
    cora.step(new Input.Expel(eva.device()));
    group.run(5_000);
    assertThat(cora.core.state().isMember(eva.id())).as(group.show()).isFalse();
  }

  @Test
  void twoWhoWantTheSameOnDifferentSidesOfAPartitionPutItOutWhenTheyMeet() {
    five(Group.CHAIR_EXPELS);
    Group.Node ben = group.node("ben");
    Group.Node cora = group.node("cora");
    Group.Node eva = group.node("eva");
    List<Group.Node> one = List.of(ben, group.node("dan"));
    group.hears = (from, to) -> one.contains(from) == one.contains(to);
    ben.step(new Input.Expel(eva.device()));
    cora.step(new Input.Expel(eva.device()));
    group.run(120_000);
    assertThat(cora.core.state().isMember(eva.id())).isTrue();
    group.hears = (from, to) -> true;
    group.run(30_000);
    assertThat(group.members()).as(group.show()).hasSize(4).doesNotContain(eva);
  }

  /** Who goes with the same Rekey vouches for nothing in it. */
  @Test
  void whoApprovesOfAnExpulsionAndThenWantsToGoGoesWithTheNext() {
    five(Group.CHAIR_EXPELS);
    Group.Node ben = group.node("ben");
    Group.Node cora = group.node("cora");
    Group.Node eva = group.node("eva");
    ben.step(new Input.Expel(eva.device()));
    group.run(1_000);
    group.members().forEach(each -> each.takesTurns = false);
    ben.step(new Input.Leave());
    group.run(1_000);
    cora.step(new Input.Expel(eva.device()));
    assertThat(cora.core.state().isMember(eva.id())).as(group.show()).isFalse();
    group.members().forEach(each -> each.takesTurns = true);
    group.run(5_000);
    assertThat(cora.core.state().isMember(ben.id())).as(group.show()).isFalse();
    assertThat(group.allReadAll()).as(group.show()).isTrue();
  }

  // ---- pardons

  private Group.Node expelledEva(Rights rights) {
    five(rights);
    Group.Node eva = group.node("eva");
    group.node("anna").step(new Input.Expel(eva.device()));
    settle();
    assertThat(group.members()).hasSize(4);
    return eva;
  }

  @Test
  void whoWasExpelledDoesNotComeBackThroughTheChairUnlessTheChairPardons() {
    Group.Node eva = expelledEva(Group.CHAIR_EXPELS);
    Group.Node again = group.restart(eva, "eva again");
    group.run(20_000);
    assertThat(again.core.isMember()).as(group.show()).isFalse();
    group.node("anna").step(new Input.Pardon(eva.device()));
    settle();
    assertThat(again.core.isMember()).as(group.show()).isTrue();
    assertThat(group.members()).hasSize(5);
  }

  @Test
  void twoWithoutTheRolePardonTogether() {
    Group.Node eva = expelledEva(Group.CHAIR_EXPELS);
    // The chair is away, and would not.
    group.node("anna").isDown = true;
    Group.Node again = group.restart(eva, "eva again");
    group.node("ben").step(new Input.Pardon(eva.device()));
    group.run(15_000);
    assertThat(again.core.isMember()).as(group.show()).isFalse();
    group.node("cora").step(new Input.Pardon(eva.device()));
    group.run(20_000);
    assertThat(again.core.isMember()).as(group.show()).isTrue();
    Known admit = group.node("ben").core.state().liveStays(again.id()).get(0).begunBy();
    assertThat(((Admit) admit.fact()).approvals()).hasSize(1);
  }

  /** Eva was put out once and pardoned. A word against her outruns what its speaker knew. */
  @Test
  void aWordAboutADeviceThatNamesWhatIsNotHereYetIsKept() {
    Group.Node eva = expelledEva(Group.CHAIR_EXPELS);
    Group.Node anna = group.node("anna");
    Group.Node ben = group.node("ben");
    Group.Node cora = group.node("cora");
    anna.step(new Input.Pardon(eva.device()));
    Group.Node again = group.restart(eva, "eva again");
    settle();
    group.hears = (from, to) -> to != cora;
    ben.step(new Input.Refresh());
    group.run(1_000);
    assertThat(cora.core.has(ben.core.signingHeads().getFirst())).isFalse();
    group.hears = (from, to) -> to == cora && from == ben;
    ben.log.clear();
    ben.step(new Input.Expel(eva.device()));
    Bytes word =
        ben.log.stream()
            .filter(Effect.Multicast.class::isInstance)
            .map(effect -> ((Effect.Multicast) effect).message())
            .filter(message -> SideCodec.typeOf(message).equals(Optional.of(MessageType.APPROVE)))
            .findFirst()
            .orElseThrow();
    ben.isDown = true;
    cora.step(new Input.Received(ben.address, word));
    group.hears = (from, to) -> true;
    settle();
    cora.step(new Input.Expel(eva.device()));
    settle();
    assertThat(cora.core.state().isMember(again.id())).as(group.show()).isFalse();
  }

  @Test
  void aPardonServesOnce() {
    Group.Node eva = expelledEva(Group.CHAIR_EXPELS);
    Group.Node anna = group.node("anna");
    anna.step(new Input.Pardon(eva.device()));
    Group.Node again = group.restart(eva, "eva again");
    settle();
    assertThat(again.core.isMember()).as(group.show()).isTrue();
    anna.step(new Input.Expel(eva.device()));
    settle();
    Group.Node third = group.restart(again, "eva thrice");
    group.run(20_000);
    assertThat(third.core.isMember()).as(group.show()).isFalse();
  }
}
