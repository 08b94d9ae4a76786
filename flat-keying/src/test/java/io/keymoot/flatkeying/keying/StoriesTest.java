package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.key.Tek;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What happens to a small group, as stories. */
class StoriesTest {
  private final Group group = new Group(7);

  private void settle() {
    group.run(10_000);
    assertThat(group.allReadAll()).as(group.show()).isTrue();
  }

  private void five() {
    group.found("anna", "chair", Group.CHAIR_EXPELS);
    for (String name : new String[] {"ben", "cora", "dan", "eva"}) {
      group.join(name, name.equals("ben") ? "chair" : "");
    }
    settle();
    assertThat(group.members()).hasSize(5);
  }

  @Test
  void whoComesAfterAnExpulsionLearnsByWhatRightItWas() {
    five();
    group.node("anna").step(new Input.Expel(group.node("eva").device()));
    settle();
    group.join("finn", "");
    settle();
    assertThat(group.node("finn").core.isMember()).as(group.show()).isTrue();
    assertThat(group.members()).hasSize(5);
  }

  @Test
  void twoComeAtOnceThroughDifferentDoors() {
    five();
    Group.Node finn = group.join("finn", "");
    Group.Node gina = group.join("gina", "");
    // Each hears only one who could let it in.
    group.hears =
        (from, to) ->
            !(isOneOf(from, finn, gina) || isOneOf(to, finn, gina))
                || pairs(from, to, finn, "ben")
                || pairs(from, to, gina, "cora");
    group.run(3_000);
    group.hears = (from, to) -> true;
    settle();
    assertThat(group.members()).hasSize(7);
  }

  private static boolean isOneOf(Group.Node node, Group.Node one, Group.Node other) {
    return node == one || node == other;
  }

  private static boolean pairs(Group.Node from, Group.Node to, Group.Node one, String door) {
    return (from == one && to.name.equals(door)) || (to == one && from.name.equals(door));
  }

  @Test
  void twoExpulsionsAtOnceBothStand() {
    five();
    Group.Node anna = group.node("anna");
    Group.Node ben = group.node("ben");
    anna.step(new Input.Expel(group.node("dan").device()));
    ben.step(new Input.Expel(group.node("eva").device()));
    Tek of = anna.sendingKey().orElseThrow();
    Tek another = ben.sendingKey().orElseThrow();
    settle();
    assertThat(group.members())
        .extracting(node -> node.name)
        .containsExactly("anna", "ben", "cora");
    // Each side's first key was known to whom the other put out; the one now used is neither.
    assertThat(anna.core.sendingEpoch().orElseThrow()).isNotIn(of.epoch(), another.epoch());
    Tek now = anna.sendingKey().orElseThrow();
    assertThat(group.node("dan").canOpen(now)).isFalse();
    assertThat(group.node("eva").canOpen(now)).isFalse();
  }

  @Test
  void whoExpelEachOtherAreBothOut() {
    five();
    Group.Node anna = group.node("anna");
    Group.Node ben = group.node("ben");
    anna.step(new Input.Expel(ben.device()));
    ben.step(new Input.Expel(anna.device()));
    settle();
    assertThat(group.members())
        .as(group.show())
        .extracting(node -> node.name)
        .contains("cora", "dan", "eva")
        .hasSizeLessThan(5);
    List<Group.Node> rest = group.members().stream().filter(n -> n != anna && n != ben).toList();
    for (Group.Node node : rest) {
      boolean bothIn =
          node.core.state().isMember(anna.id()) && node.core.state().isMember(ben.id());
      assertThat(bothIn).isFalse();
    }
  }

  @Test
  void aRekeyThatNobodyCanReadStopsNobody() {
    five();
    Group.Node dan = group.node("dan");
    EpochSecret secret = EpochSecret.fresh(dan.draws);
    Bytes garbage = Bytes.owning(dan.draws.bytes(300));
    Rekey rekey =
        new Rekey(
            Optional.empty(),
            List.of(),
            secret.commitment(),
            dan.core.state().membersDigest(),
            garbage.sha256());
    Envelope fact = dan.core.core.write(dan.core.state(), rekey, garbage);
    for (Group.Node node : group.nodes.values()) {
      node.step(new Input.Received(dan.address, FactCodec.encode(fact)));
    }
    assertThat(group.node("anna").core.state().usable())
        .extracting(Known::id)
        .containsExactly(fact.id());
    // Who made it tells nobody the secret, and does nothing else either.
    dan.isDown = true;
    group.run(5_000);
    assertThat(group.allReadAll()).as(group.show()).isTrue();
    assertThat(group.node("anna").core.sendingEpoch().orElseThrow()).isNotEqualTo(fact.id());
  }

  @Test
  void whoseIntroducerDiesMidJoinComesInByAnother() {
    five();
    Group.Node ben = group.node("ben");
    Group.Node finn = group.join("finn", "");
    group.hears =
        (from, to) ->
            !isOneOf(from, finn, finn) && !isOneOf(to, finn, finn) || pairs(from, to, finn, "ben");
    for (int i = 0; i < 3_000 && !admits(ben, finn); i++) {
      group.run(1);
    }
    assertThat(admits(ben, finn)).isTrue();
    // It signed the Admit, and neither that nor the Grant reached finn.
    ben.isDown = true;
    group.hears = (from, to) -> from != ben && to != ben;
    group.run(15_000);
    assertThat(finn.core.isMember()).as(group.show()).isTrue();
    assertThat(group.allReadAll()).as(group.show()).isTrue();
  }

  private static boolean admits(Group.Node introducer, Group.Node newcomer) {
    return introducer.core.state().isMember(newcomer.id());
  }

  @Test
  void whenTheExcluderDiesMidRekeyTheOthersFinish() {
    five();
    Group.Node anna = group.node("anna");
    Group.Node cora = group.node("cora");
    Group.Node eva = group.node("eva");
    // Only cora hears of it, and anna answers no more.
    group.hears = (from, to) -> from != anna || to == cora;
    anna.step(new Input.Expel(eva.device()));
    group.run(30);
    anna.isDown = true;
    group.hears = (from, to) -> true;
    group.run(10_000);
    assertThat(group.allReadAll()).as(group.show()).isTrue();
    assertThat(group.members()).extracting(node -> node.name).containsExactly("ben", "cora", "dan");
    assertThat(eva.canOpen(cora.sendingKey().orElseThrow())).isFalse();
  }

  @Test
  void whenNobodyCanReadTheExcludersLastEpochAnotherIsMade() {
    five();
    // All have seen anna's credential since it expelled finn: an expulsion waits for it.
    Group.Node finn = group.join("finn", "");
    settle();
    group.node("anna").step(new Input.Expel(finn.device()));
    settle();
    Group.Node anna = group.node("anna");
    Group.Node cora = group.node("cora");
    group.hears = (from, to) -> from != anna;
    anna.step(new Input.Expel(group.node("eva").device()));
    anna.isDown = true;
    // The fact comes without its cover, as from somebody who keeps facts only.
    Envelope fact = anna.core.state().usable().get(0).envelope();
    cora.step(new Input.Received(anna.address, FactCodec.encodeWithoutCover(fact)));
    group.run(10_000);
    assertThat(group.allReadAll()).as(group.show()).isTrue();
    assertThat(group.members())
        .as(group.show())
        .extracting(node -> node.name)
        .containsExactly("ben", "cora", "dan");
  }

  @Test
  void whoSleepsTenMinutesIsThereAgainAtOnce() {
    five();
    Group.Node dan = group.node("dan");
    dan.isDown = true;
    group.run(120_000);
    group.node("anna").step(new Input.Refresh());
    group.run(240_000);
    group.node("anna").step(new Input.Expel(group.node("eva").device()));
    group.run(240_000);
    dan.isDown = false;
    settle();
    assertThat(group.members()).hasSize(4);
    assertThat(group.members()).contains(dan);
  }

  @Test
  void aDeviceThatStartsAgainIsInOnce() {
    five();
    Group.Node eva = group.node("eva");
    Group.Node again = group.restart(eva, "eva again");
    settle();
    assertThat(again.core.isMember()).isTrue();
    assertThat(group.node("anna").core.state().isMember(eva.id())).as(group.show()).isFalse();
    assertThat(group.members()).hasSize(5);
  }

  @Test
  void twoGroupsFoundedAtOnceStayTwoAndTheirMembersMayJoinTheOther() {
    Group.Node anna = group.found("anna", "chair", Group.CHAIR_EXPELS);
    group.join("ben", "");
    Group.Node cora = group.found("cora", "chair", Group.CHAIR_EXPELS);
    settleApart();
    assertThat(anna.core.group()).isNotEqualTo(cora.core.group());
    assertThat(anna.core.state().memberCount()).isEqualTo(2);
    assertThat(cora.core.state().memberCount()).isEqualTo(1);
    // The group that is given up: its member joins the other, with the same key.
    Group.Node over = group.restart(cora, "cora again");
    assertThat(over.core.group()).isEqualTo(cora.core.group());
    over.isDown = true;
    Group.Node moved = group.join("cora moved", "");
    group.run(10_000);
    assertThat(moved.core.isMember()).as(group.show()).isTrue();
    assertThat(anna.core.state().memberCount()).isEqualTo(3);
  }

  /** Members of two groups hear each other, and it does no harm. */
  private void settleApart() {
    group.run(10_000);
    for (Group.Node node : group.members()) {
      assertThat(node.status.state()).as(group.show()).isEqualTo(Effect.State.SETTLED);
    }
  }

  /** Found by the simulator: 16 members, heavy faults, seed 1. */
  @Test
  void aSteadyStreamOfEndsDoesNotPutErasureOff() {
    five();
    FactId first = group.node("anna").core.sendingEpoch().orElseThrow();
    // Each Here makes the running epoch unclean, so for a moment nobody holds a usable one.
    for (int i = 0; i < 6; i++) {
      group.node("ben").step(new Input.Renew(Optional.empty()));
      group.run(10_000);
    }
    assertThat(group.node("anna").core.core.keys.get(first)).isEmpty();
  }
}
