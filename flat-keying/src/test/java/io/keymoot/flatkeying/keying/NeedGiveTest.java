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
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Asking for keys and giving them, within bounds (section 8). */
@Isolated("some tests change the code that others would run")
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

  /** Made while dan was not there; it can hear of it, and has no key of it. */
  private FactId anEpochThatDanMissed() {
    Group.Node anna = group.node("anna");
    Group.Node dan = group.node("dan");
    dan.isDown = true;
    anna.step(new Input.Refresh());
    group.run(300);
    dan.isDown = false;
    dan.log.clear();
    return anna.core.sendingEpoch().orElseThrow();
  }

  /** The fact alone, from anna. */
  private void danHearsOf(FactId epoch) {
    Group.Node anna = group.node("anna");
    group
        .node("dan")
        .step(
            new Input.Received(
                anna.address,
                FactCodec.encodeWithoutCover(
                    Objects.requireNonNull(anna.core.ledger().get(epoch)).envelope())));
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

  /** Nobody gives it the key, and it is not its turn to make another. */
  @Test
  void whoHasHadNoKeyForTwoSecondsSaysThatItHoldsAndWhy() {
    four();
    Group.Node dan = group.node("dan");
    Group.Node anna = group.node("anna");
    dan.isDown = true;
    anna.step(new Input.Expel(group.node("cora").device()));
    group.run(300);
    dan.isDown = false;
    FactId epoch = anna.core.sendingEpoch().orElseThrow();
    List<Group.Node> others = List.of(anna, group.node("ben"), group.node("cora"));
    others.forEach(other -> other.isDown = true);
    dan.takesTurns = false;
    danHearsOf(epoch);
    assertThat(dan.core.sendingEpoch()).isEmpty();
    group.run(Limits.HOLDING_TOLD_MILLIS - 200);
    assertThat(dan.status.state()).isEqualTo(Effect.State.REKEYING);
    group.run(400);
    assertThat(dan.status.state()).isEqualTo(Effect.State.HOLDING);
    assertThat(dan.status.cause()).isNotEmpty();

    others.forEach(other -> other.isDown = false);
    group.run(10_000);
    assertThat(dan.core.sendingEpoch()).isPresent();
    assertThat(dan.status).isEqualTo(new Effect.Status(Effect.State.SETTLED, ""));
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
    FactId epoch = danLacksAnEpoch();
    Group.Node dan = group.node("dan");
    assertThat(dan.core.has(epoch)).isTrue();
    Asked first = asksFor(epoch);
    Group.Node other = others(first).get(0);
    // Not by anybody who was not asked.
    dan.step(new Input.Received(other.address, busy(other, dan, first.need, other)));
    assertThat(asksAtOnce(dan)).isEmpty();
    dan.step(new Input.Received(first.of.address, busy(first.of, dan, first.need, other)));
    assertThat(asksAtOnce(dan).map(Asked::of)).contains(other);
  }

  @Test
  void whoSaysEachTimeThatItIsBusyAndNamesItselfIsNotAskedWithoutEnd() {
    FactId epoch = danLacksAnEpoch();
    Group.Node dan = group.node("dan");
    Asked asked = asksFor(epoch);
    int atOnce = 0;
    for (int i = 0; i < 100; i++) {
      dan.step(new Input.Received(asked.of.address, busy(asked.of, dan, asked.need, asked.of)));
      Optional<Asked> next = asksAtOnce(dan);
      if (next.isPresent()) {
        asked = next.get();
        atOnce++;
      }
    }
    assertThat(atOnce).isEqualTo(Limits.SENT_ON_IN_A_ROW);
  }

  /** Nor with each copy of its answers, of which a network makes as many as it likes. */
  @Test
  void whoSaysEachTimeThatItIsBusyIsNotAskedForKeysOfSlotsWithoutEndEither() {
    four();
    Group.Node eve = group.join("eve", "");
    Asked asked = asksForSlots(eve);
    group.hears = (from, to) -> false;
    int atOnce = 0;
    for (int i = 0; i < 100; i++) {
      Bytes answer = busy(asked.of, eve, asked.need, asked.of);
      for (int copy = 0; copy < 2; copy++) {
        eve.step(new Input.Received(asked.of.address, answer));
        Optional<Asked> next = asksAtOnce(eve);
        if (next.isPresent()) {
          asked = next.get();
          atOnce++;
        }
      }
    }
    assertThat(atOnce).isEqualTo(Limits.SENT_ON_IN_A_ROW);
  }

  private Asked asksForSlots(Group.Node node) {
    for (int i = 0; i < 20_000; i++) {
      for (Asked each : asked(node)) {
        if (!each.need.slots().isEmpty()) {
          return each;
        }
      }
      group.run(1);
    }
    throw new IllegalStateException(node.name + " lacks no key of a slot");
  }

  private Bytes busy(Group.Node by, Group.Node to, Need need, Group.Node named) {
    return SideCodec.give(
        by.core.core.self.writer(),
        by.core.signingHeads(),
        to.id(),
        SideCodec.nameOf(need),
        Optional.of(named.id()),
        Bytes.EMPTY);
  }

  private Optional<Asked> asksAtOnce(Group.Node node) {
    node.log.clear();
    node.core.step(new Tick(group.now), new Input.TimePassed()).forEach(node.log::add);
    List<Asked> asked = asked(node);
    return asked.isEmpty() ? Optional.empty() : Optional.of(asked.get(asked.size() - 1));
  }

  private record Asked(Group.Node of, Need need, Bytes message) {}

  private List<Asked> asked(Group.Node node) {
    List<Asked> asked = new ArrayList<>();
    for (Effect effect : node.log) {
      if (effect instanceof Effect.ToMember to
          && SideCodec.decode(to.message()) instanceof Decoded.Ok<SideMessage> ok
          && ok.value() instanceof Need need) {
        group.nodes.values().stream()
            .filter(each -> each.id().equals(to.to()))
            .forEach(each -> asked.add(new Asked(each, need, to.message())));
      }
    }
    return asked;
  }

  /** The next question of dan's for this epoch. */
  private Asked asksFor(FactId epoch) {
    Group.Node dan = group.node("dan");
    for (int i = 0; i < 1_000; i++) {
      for (Asked each : asked(dan)) {
        if (each.need.epochs().contains(epoch)) {
          return each;
        }
      }
      group.run(1);
    }
    throw new IllegalStateException("dan asks for nothing");
  }

  /** Dan has missed an epoch, hears of it, and hears no more by itself what others say. */
  private FactId danLacksAnEpoch() {
    four();
    FactId epoch = anEpochThatDanMissed();
    group.hears = (from, to) -> false;
    danHearsOf(epoch);
    return epoch;
  }

  /** Neither dan nor whom it asked. */
  private List<Group.Node> others(Asked asked) {
    return group.members().stream()
        .filter(node -> node != asked.of && !node.name.equals("dan"))
        .toList();
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

  /** Nothing at all, in answer to a Need. */
  private Bytes nothing(Group.Node by, Group.Node to, Need need) {
    SealContext context =
        new SealContext(
            by.core.group(), by.id(), to.id(), MessageType.GIVE, SideCodec.nameOf(need));
    try (SecretWriter writer = new SecretWriter()) {
      writer.u8(0).u8(0);
      return SideCodec.give(
          by.core.core.self.writer(),
          by.core.signingHeads(),
          to.id(),
          SideCodec.nameOf(need),
          Optional.empty(),
          writer.sealTo(LeafKey.decode(need.leafKey()).orThrow(), context, group.draws()));
    }
  }

  @Test
  void anAnswerAboutSlotsTellsNoEpoch() {
    four();
    Group.Node dan = group.node("dan");
    List<Asked> all = asked(dan);
    Asked aboutSlots = all.get(all.size() - 1);
    assertThat(aboutSlots.need.slots()).isNotEmpty();
    FactId epoch = group.node("anna").core.sendingEpoch().orElseThrow();
    dan.core.core.keys.drop(epoch, new ArrayList<>());
    dan.step(
        new Input.Received(aboutSlots.of.address, lie(aboutSlots.of, dan, aboutSlots.need, epoch)));
    assertThat(dan.core.core.keys.get(epoch).filter(held -> !held.isProved)).isEmpty();
  }

  @Test
  void anAnswerIsTakenOnce() {
    four();
    Group.Node dan = group.node("dan");
    FactId epoch = anEpochThatDanMissed();
    danHearsOf(epoch);
    Asked asked = asksFor(epoch);
    for (int i = 0; i < 1_000 && !dan.core.isProved(epoch); i++) {
      group.run(1);
    }
    assertThat(dan.core.isProved(epoch)).as(group.show()).isTrue();
    dan.log.clear();
    dan.step(new Input.Received(asked.of.address, lie(asked.of, dan, asked.need, epoch)));
    assertThat(dan.log).anyMatch(NeedGiveTest::isUnasked);
  }

  private static boolean isUnasked(Effect effect) {
    return effect instanceof Effect.Ignored ignored && ignored.what().contains("did not ask for");
  }

  // ---- who may answer

  /**
   * Dan has asked for an epoch's key, another saw the question and answers with nothing, then comes
   * the answer, of a later revision: so it rests on having been asked for.
   */
  private boolean isAnsweredThoughAnotherGaveNothing() {
    FactId epoch = danLacksAnEpoch();
    Group.Node dan = group.node("dan");
    Asked asked = asksFor(epoch);
    Group.Node other = others(asked).get(0);
    dan.step(new Input.Received(other.address, nothing(other, dan, asked.need)));
    dan.step(new Input.Received(asked.of.address, lie(asked.of, dan, asked.need, epoch)));
    return dan.core.core.keys.get(epoch).isPresent();
  }

  @Test
  void onlyWhoWasAskedEndsAQuestion() {
    assertThat(isAnsweredThoughAnotherGaveNothing()).isTrue();
  }

  @Test
  void whereAnybodyEndsAQuestionTheAnswerComesTooLate() throws Exception {
    try (PlantedBug bug =
        new PlantedBug(NeedGive.class.getName(), "isWhoWasAsked", PlantedBug.Yes.class)) {
      assertThat(isAnsweredThoughAnotherGaveNothing()).isFalse();
    }
  }

  /** Another that saw the question tells a key that nothing proves. */
  @Test
  void whoWasNotAskedIsNotBelieved() {
    FactId epoch = danLacksAnEpoch();
    Group.Node dan = group.node("dan");
    Asked asked = asksFor(epoch);
    Group.Node other = others(asked).get(0);
    dan.step(new Input.Received(other.address, lie(other, dan, asked.need, epoch)));
    assertThat(dan.core.core.keys.get(epoch)).isEmpty();
    // But what proves itself is taken from whoever tells it.
    other.log.clear();
    other.step(new Input.Received(dan.address, asked.message()));
    other.log.stream()
        .filter(Effect.ToMember.class::isInstance)
        .forEach(
            effect ->
                dan.step(new Input.Received(other.address, ((Effect.ToMember) effect).message())));
    assertThat(dan.core.isProved(epoch)).isTrue();
  }

  @Test
  void keysOfSlotsAreTakenFromWhoWasAskedForThemAlone() {
    SlotNeeds needs =
        new SlotNeeds(
            group.found("anna", "", Group.CHAIR_EXPELS).core.core,
            new Haves(group.node("anna").core.core));
    Hash32 name = Hash32.sha256(new byte[1]);
    MemberId asked = new MemberId(Hash32.sha256(new byte[2]));
    needs.asked(name, asked);
    assertThat(needs.hasAsked(name, asked)).isTrue();
    assertThat(needs.hasAsked(name, new MemberId(name))).isFalse();
    assertThat(needs.hasAsked(asked.hash(), asked)).isFalse();
  }

  // ---- what was proved

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
    Group.Node dan = group.node("dan");
    FactId epoch = anEpochThatDanMissed();
    group.hears = (from, to) -> false;
    dan.takesTurns = false;
    danHearsOf(epoch);
    group.run(60_000);
    // 100 ms, doubling to 5 s.
    assertThat(asked(dan)).hasSizeBetween(10, 26);
  }
}
