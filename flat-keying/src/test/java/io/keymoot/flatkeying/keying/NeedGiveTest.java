package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.crypto.LeafKey;
import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.crypto.SealContext;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.key.SecretWriter;
import io.keymoot.flatkeying.message.Give;
import io.keymoot.flatkeying.message.Need;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Asking for keys and giving them, within bounds (section 8). */
class NeedGiveTest {
  private final Group group = new Group(71);

  private void four() {
    group.found("anna", "chair", Group.CHAIR_EXPELS);
    for (String name : List.of("ben", "cora", "dan")) {
      group.join(name, "");
    }
    group.run(10_000);
    assertThat(group.allReadAll()).as(group.show()).isTrue();
  }

  private Bytes need(Group.Node asker, FactId epoch) {
    Core core = asker.core.core;
    LeafKeyPair leaf =
        core.self
            .leafKey(core.state().newestStay(asker.id()).orElseThrow().leafKey())
            .orElseThrow();
    return SideCodec.need(
        core.self.writer(),
        core.signingState().heads(),
        leaf.publicKey().bytes(),
        List.of(epoch),
        List.of());
  }

  private static List<Give> gives(Group.Node giver, MemberId to) {
    List<Give> gives = new ArrayList<>();
    for (Effect effect : giver.log) {
      if (effect instanceof Effect.ToMember message
          && message.to().equals(to)
          && SideCodec.decode(message.message()) instanceof Decoded.Ok<SideMessage> ok
          && ok.value() instanceof Give give) {
        gives.add(give);
      }
    }
    return gives;
  }

  @Test
  void aGiverThatIsAskedTooMuchNamesAnother() {
    four();
    Group.Node anna = group.node("anna");
    Group.Node ben = group.node("ben");
    FactId epoch = anna.core.sendingEpoch().orElseThrow();
    anna.log.clear();
    for (int i = 0; i < 50; i++) {
      anna.step(new Input.Received(ben.address, need(ben, epoch)));
    }
    List<Give> gives = gives(anna, ben.id());
    List<Give> given = gives.stream().filter(give -> give.busy().isEmpty()).toList();
    List<Give> busy = gives.stream().filter(give -> give.busy().isPresent()).toList();
    assertThat(busy).hasSize(30);
    assertThat(given).hasSize(Limits.GIVES_PER_SECOND);
    assertThat(busy)
        .allSatisfy(
            give -> {
              assertThat(give.sealed().isEmpty()).isTrue();
              assertThat(give.busy().orElseThrow()).isNotIn(anna.id(), ben.id());
            });
    // Second by second it gives on.
    anna.log.clear();
    group.run(500);
    anna.log.clear();
    for (int i = 0; i < 50; i++) {
      anna.step(new Input.Received(ben.address, need(ben, epoch)));
    }
    assertThat(gives(anna, ben.id()).stream().filter(give -> give.busy().isEmpty()))
        .hasSize(Limits.GIVES_PER_SECOND / 2);
  }

  @Test
  void whoIsToldBusyAsksAtOnceWhomItWasTold() {
    four();
    Group.Node anna = group.node("anna");
    Group.Node cora = group.node("cora");
    Group.Node dan = group.node("dan");
    // Dan hears of an epoch and has no key of it.
    dan.isDown = true;
    anna.step(new Input.Refresh());
    group.run(300);
    dan.isDown = false;
    FactId epoch = anna.core.sendingEpoch().orElseThrow();
    Bytes bare =
        FactCodec.encodeWithoutCover(
            Objects.requireNonNull(anna.core.ledger().get(epoch)).envelope());
    group.hears = (from, to) -> false;
    dan.log.clear();
    dan.step(new Input.Received(anna.address, bare));
    assertThat(dan.core.has(epoch)).isTrue();
    for (int i = 0; i < 1_000 && lastNeed(dan).isEmpty(); i++) {
      group.run(1);
    }
    Need asked = lastNeed(dan).orElseThrow();
    Bytes busy =
        SideCodec.give(
            anna.core.core.self.writer(),
            anna.core.signingHeads(),
            dan.id(),
            SideCodec.nameOf(asked),
            Optional.of(cora.id()),
            Bytes.EMPTY);
    dan.log.clear();
    dan.step(new Input.Received(anna.address, busy));
    dan.core.step(new Tick(group.now), new Input.TimePassed()).forEach(dan.log::add);
    assertThat(dan.log)
        .anyMatch(
            effect ->
                effect instanceof Effect.ToMember to
                    && to.to().equals(cora.id())
                    && isNeed(to.message()));
  }

  private static boolean isNeed(Bytes message) {
    return SideCodec.decode(message) instanceof Decoded.Ok<SideMessage> ok
        && ok.value() instanceof Need;
  }

  private static List<Need> needs(Group.Node node) {
    List<Need> needs = new ArrayList<>();
    for (Effect effect : node.log) {
      if (effect instanceof Effect.ToMember to
          && SideCodec.decode(to.message()) instanceof Decoded.Ok<SideMessage> ok
          && ok.value() instanceof Need need) {
        needs.add(need);
      }
    }
    return needs;
  }

  private static Optional<Need> lastNeed(Group.Node node) {
    List<Need> needs = needs(node);
    return needs.isEmpty() ? Optional.empty() : Optional.of(needs.get(needs.size() - 1));
  }

  @Test
  void nobodyIsGivenAnEpochItHasNoRightTo() {
    four();
    Group.Node anna = group.node("anna");
    FactId before = anna.core.sendingEpoch().orElseThrow();
    anna.takesTurns = false;
    group.nodes.values().forEach(node -> node.takesTurns = false);
    Group.Node finn = group.join("finn", "");
    group.run(3_000);
    assertThat(finn.core.isMember()).isTrue();
    // It is let in at the next revision of this epoch, and may have that, no earlier one.
    anna.log.clear();
    anna.step(new Input.Received(finn.address, need(finn, before)));
    List<Give> gives = gives(anna, finn.id());
    assertThat(gives).hasSize(1);
    KeyStore.Held held = finn.core.core.keys.get(before).orElseThrow();
    finn.step(
        new Input.Received(
            anna.address,
            anna.log.stream()
                .filter(Effect.ToMember.class::isInstance)
                .map(effect -> ((Effect.ToMember) effect).message())
                .findFirst()
                .orElseThrow()));
    assertThat(held.lowestRevision()).isPositive();
    // And of an epoch that no fact lets it into, nothing.
    group.node("anna").step(new Input.Expel(finn.device()));
    anna.log.clear();
    anna.step(new Input.Received(finn.address, need(finn, before)));
    assertThat(gives(anna, finn.id())).isEmpty();
  }

  /** A Give that {@code liar} makes up, in answer to a Need, of one epoch whose revision is 1. */
  private Bytes lie(Group.Node liar, Group.Node to, Need need, FactId epoch) {
    MemberId giver = liar.id();
    SealContext context =
        new SealContext(
            liar.core.group(), giver, to.id(), MessageType.GIVE, SideCodec.nameOf(need));
    LeafKey leaf = LeafKey.decode(need.leafKey()).orThrow();
    try (SecretWriter writer = new SecretWriter();
        EpochSecret false1 = EpochSecret.fresh(group.draws()).at(1)) {
      writer.u8(1).hash(epoch.hash()).u32(1).secret(false1).u8(0);
      return SideCodec.give(
          liar.core.core.self.writer(),
          liar.core.signingHeads(),
          to.id(),
          SideCodec.nameOf(need),
          Optional.empty(),
          writer.sealTo(leaf, context, group.draws()));
    }
  }

  @Test
  void anAnswerAboutSlotsTellsNoEpoch() {
    four();
    Group.Node anna = group.node("anna");
    Group.Node ben = group.node("ben");
    Group.Node dan = group.node("dan");
    Need aboutSlots = lastNeed(dan).orElseThrow();
    assertThat(aboutSlots.slots()).isNotEmpty();
    FactId epoch = anna.core.sendingEpoch().orElseThrow();
    dan.core.core.keys.drop(epoch, new ArrayList<>());
    dan.step(new Input.Received(ben.address, lie(ben, dan, aboutSlots, epoch)));
    assertThat(dan.core.core.keys.get(epoch).filter(held -> !held.isProved)).isEmpty();
  }

  @Test
  void anAnswerIsTakenOnce() {
    four();
    Group.Node anna = group.node("anna");
    Group.Node ben = group.node("ben");
    Group.Node dan = group.node("dan");
    dan.isDown = true;
    anna.step(new Input.Refresh());
    group.run(300);
    dan.isDown = false;
    FactId epoch = anna.core.sendingEpoch().orElseThrow();
    dan.log.clear();
    dan.step(
        new Input.Received(
            anna.address,
            FactCodec.encodeWithoutCover(
                Objects.requireNonNull(anna.core.ledger().get(epoch)).envelope())));
    for (int i = 0; i < 1_000 && !dan.core.isProved(epoch); i++) {
      group.run(1);
    }
    assertThat(dan.core.isProved(epoch)).as(group.show()).isTrue();
    Need asked =
        needs(dan).stream().filter(need -> need.epochs().contains(epoch)).findFirst().orElseThrow();
    dan.log.clear();
    dan.step(new Input.Received(ben.address, lie(ben, dan, asked, epoch)));
    assertThat(dan.log)
        .anyMatch(
            effect ->
                effect instanceof Effect.Ignored ignored
                    && ignored.what().contains("did not ask for"));
  }

  @Test
  void aMembersWordDoesNotUndoWhatWasProved() {
    four();
    FactId epoch = group.node("anna").core.sendingEpoch().orElseThrow();
    EpochSecret right = EpochSecret.fresh(group.draws());
    try (KeyStore keys = new KeyStore();
        EpochSecret wrong = EpochSecret.fresh(group.draws())) {
      assertThat(keys.put(epoch, right.at(2), true, new ArrayList<>())).isTrue();
      assertThat(keys.put(epoch, wrong.at(1), false, new ArrayList<>())).isFalse();
      assertThat(keys.get(epoch).orElseThrow().lowestRevision()).isEqualTo(2);
      assertThat(keys.put(epoch, right, true, new ArrayList<>())).isTrue();
      assertThat(keys.get(epoch).orElseThrow().lowestRevision()).isZero();
    }
  }

  @Test
  void askingSlowsDownWhenNobodyAnswers() {
    four();
    Group.Node anna = group.node("anna");
    Group.Node dan = group.node("dan");
    dan.isDown = true;
    anna.step(new Input.Refresh());
    group.run(300);
    dan.isDown = false;
    FactId epoch = anna.core.sendingEpoch().orElseThrow();
    Bytes bare =
        FactCodec.encodeWithoutCover(
            Objects.requireNonNull(anna.core.ledger().get(epoch)).envelope());
    group.hears = (from, to) -> false;
    dan.takesTurns = false;
    dan.log.clear();
    dan.step(new Input.Received(anna.address, bare));
    group.run(60_000);
    long asks =
        dan.log.stream()
            .filter(effect -> effect instanceof Effect.ToMember to && isNeed(to.message()))
            .count();
    // 100 ms, doubling to 5 s.
    assertThat(asks).isBetween(10L, 26L);
  }
}
