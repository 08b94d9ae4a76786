package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Duty;
import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.message.Give;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When seals to all would not fit, the author seals to eight, and each hands on to eight. */
class TreeTest {
  private static final int MEMBERS = 22;

  /** Those whom the author reaches, their eight each, and some more. */
  private static final int ON_THREE_LEVELS = 2 + 8 + 64 + 6;

  private final Group group = new Group(23);
  private final List<Give> handedOn = new ArrayList<>();
  private final List<Bytes> recorded = new ArrayList<>();
  private final List<Group.Node> handers = new ArrayList<>();

  /** Without slots, and nobody ever sealed to anybody: each seal would cost a handshake. */
  private CoverReport expelOneOfMany() {
    return expelOneOf(MEMBERS);
  }

  private CoverReport expelOneOf(int count) {
    group.slotsOn = false;
    group.witness =
        new Group.Witness() {
          @Override
          public void said(Group.Node from, Bytes message) {
            if (SideCodec.decode(message) instanceof Decoded.Ok<SideMessage> ok
                && ok.value() instanceof Give give
                && give.need().equals(Hash32.ZERO)) {
              handedOn.add(give);
              recorded.add(message);
              handers.add(from);
            }
          }

          @Override
          public void stepped(Group.Node node) {}
        };
    group.found("anna", "chair", Group.CHAIR_EXPELS);
    for (int i = 1; i < count; i++) {
      group.join("n" + i, "");
    }
    group.run(15_000);
    assertThat(group.members()).hasSize(count);
    Group.Node anna = group.node("anna");
    anna.step(new Input.Expel(group.node("n5").device()));
    return anna.core.lastCover().orElseThrow();
  }

  private static List<CoverReport.Line> lines(CoverReport report, CoverReport.Kind kind) {
    return report.lines().stream().filter(line -> line.kind() == kind).toList();
  }

  @Test
  void theAuthorSealsToEightAndEachHandsOnToItsEight() {
    CoverReport report = expelOneOfMany();
    CoverReport.Line seals = lines(report, CoverReport.Kind.OFFER_AND_SEAL).get(0);
    assertThat(seals.members()).hasSize(Limits.TREE_FAN_OUT);
    CoverReport.Line tree = lines(report, CoverReport.Kind.TREE).get(0);
    assertThat(tree.members()).hasSize(MEMBERS - 2 - Limits.TREE_FAN_OUT);
    assertThat(tree.members()).doesNotContainAnyElementsOf(seals.members());
    group.run(100);
    assertThat(group.allReadAll()).as(group.show()).isTrue();
    // Each was handed it once, by one of those the author sealed to; eight by each at most.
    assertThat(handedOn).extracting(Give::to).containsExactlyInAnyOrderElementsOf(tree.members());
    for (Group.Node hander : handers) {
      assertThat(seals.members()).contains(hander.id());
      assertThat(handers.stream().filter(node -> node == hander).count())
          .isLessThanOrEqualTo(Limits.TREE_FAN_OUT);
    }
    assertThat(group.node("n5").canOpen(group.node("anna").sendingKey().orElseThrow())).isFalse();
  }

  @Test
  void whoIsHandedItHandsItOnToo() {
    CoverReport report = expelOneOf(ON_THREE_LEVELS);
    CoverReport.Line tree = lines(report, CoverReport.Kind.TREE).get(0);
    assertThat(tree.members()).hasSizeGreaterThan(64);
    group.run(100);
    assertThat(group.allReadAll()).as(group.show()).isTrue();
    assertThat(handedOn).extracting(Give::to).containsExactlyInAnyOrderElementsOf(tree.members());
  }

  @Test
  void whoseParentInTheTreeIsGoneAsks() {
    CoverReport report = expelOneOfMany();
    List<Group.Node> eight =
        group.members().stream()
            .filter(
                node ->
                    lines(report, CoverReport.Kind.OFFER_AND_SEAL)
                        .get(0)
                        .members()
                        .contains(node.id()))
            .toList();
    eight.subList(0, 3).forEach(node -> node.isDown = true);
    group.run(5_000);
    assertThat(handedOn.size()).isLessThan(MEMBERS - 2 - Limits.TREE_FAN_OUT);
    assertThat(group.allReadAll()).as(group.show()).isTrue();
    assertThat(group.members()).hasSize(MEMBERS - 4);
  }

  @Test
  void whoPlaysAHandedKeyBackBringsBackNothingThatIsErased() {
    expelOneOfMany();
    group.run(100);
    Group.Node anna = group.node("anna");
    FactId epoch = anna.core.sendingEpoch().orElseThrow();
    Group.Node handed = handedFirst();
    assertThat(lowestRevision(handed, epoch)).hasValue(0);

    group.nodes.values().forEach(node -> node.takesTurns = false);
    group.join("late", "");
    group.run(Limits.GRACE_MILLIS + 5_000);
    assertThat(anna.core.sendingEpoch()).contains(epoch);
    assertThat(lowestRevision(handed, epoch)).hasValue(1);
    playBackFirst(handed);
    assertThat(lowestRevision(handed, epoch)).as("the revision before").hasValue(1);

    anna.step(new Input.Refresh());
    anna.step(new Input.Act(Duty.REKEY));
    group.run(Limits.GRACE_MILLIS + 5_000);
    assertThat(lowestRevision(handed, epoch)).isEmpty();
    playBackFirst(handed);
    assertThat(lowestRevision(handed, epoch)).as("the epoch").isEmpty();
  }

  private Group.Node handedFirst() {
    return group.members().stream()
        .filter(node -> node.id().equals(handedOn.get(0).to()))
        .findFirst()
        .orElseThrow();
  }

  private void playBackFirst(Group.Node to) {
    to.step(new Input.Received(handers.get(0).address, recorded.get(0)));
    assertThat(to.log).last().isNotInstanceOf(Effect.Ignored.class);
  }

  private static Optional<Integer> lowestRevision(Group.Node node, FactId epoch) {
    return node.core.core.keys.get(epoch).map(KeyStore.Held::lowestRevision);
  }
}
