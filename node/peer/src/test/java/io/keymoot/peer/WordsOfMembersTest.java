package io.keymoot.peer;

import static io.keymoot.peer.Village.ANYBODY_ADMITS_CHAIR_EXPELS;
import static io.keymoot.peer.Village.OPEN;
import static io.keymoot.peer.Village.policy;
import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.Approval;
import io.keymoot.flatkeying.fact.EvidenceCodec;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.Here;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.Rights;
import io.keymoot.flatkeying.message.ApproveWord;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.peer.Village.Device;
import io.keymoot.peer.Village.Resident;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What members say for somebody's coming or going counts while they are in, and once. */
class WordsOfMembersTest {
  private static final Rights TWO_EXPEL =
      new Rights(new Rights.AnyMember(), Optional.empty(), Rights.DEFAULT_EXPEL_APPROVALS);
  private static final Address ANYWHERE = new Address(Bytes.fromHex("66"));

  private final Village village = new Village(17);

  private Resident found(Rights rights, String policy, String... roles) {
    return village.found(village.device("anna", roles), rights, village.certified(), policy);
  }

  private Resident join(String name, String policy, String... roles) {
    Resident resident = village.join(village.device(name, roles), policy);
    village.run(5_000);
    assertThat(resident.isIn()).as(name).isTrue();
    return resident;
  }

  /** Somebody who is heard by nobody until it may be. */
  private Resident mute(String name) {
    Resident resident = village.newcomer(village.device(name), OPEN);
    village.wire = (from, to, message) -> from != resident;
    village.start(resident);
    village.run(1_000);
    return resident;
  }

  private static FactWriter writer(Resident by) {
    return new FactWriter(by.device.key(), by.peer.keying().group(), by.id());
  }

  private static Bytes word(Resident by, Approval.Action action, Hash32 subject) {
    List<FactId> heads = by.peer.keying().signingHeads();
    return EvidenceCodec.encode(writer(by).approve(heads, action, subject, Hash32.ZERO));
  }

  private static Hash32 madeUp(int number) {
    return Hash32.sha256(new byte[] {5, (byte) number, (byte) (number >> 8)});
  }

  private static void hears(Resident who, Bytes message) {
    who.step(new PeerInput.Received(ANYWHERE, message));
  }

  // ---- played back

  @Test
  void anOldCallForAnExpulsionThatIsPlayedBackAfterThePardonMovesNobody() {
    String helpsWarden = policy("anybody", "{certificate: role=warden}");
    Resident anna = found(TWO_EXPEL, helpsWarden, "warden");
    Resident ben = join("ben", helpsWarden);
    Resident cora = join("cora", helpsWarden);
    Device device = village.device("dan");
    Resident dan = village.join(device, helpsWarden);
    village.run(5_000);
    List<Bytes> calls = new ArrayList<>();
    village.wire =
        (from, to, message) -> {
          if (from == anna
              && SideCodec.decode(message) instanceof Decoded.Ok<SideMessage> ok
              && ok.value() instanceof ApproveWord word
              && word.approval().action() == Approval.Action.EXPEL) {
            calls.add(message);
          }
          return true;
        };
    anna.step(new PeerInput.Expel(device.fingerprint()));
    village.run(10_000);
    assertThat(dan.isIn()).isFalse();
    assertThat(calls).isNotEmpty();

    ben.step(new PeerInput.Pardon(device.fingerprint()));
    cora.step(new PeerInput.Pardon(device.fingerprint()));
    anna.step(new PeerInput.Pardon(device.fingerprint()));
    Resident again =
        village.join(new Device("dan again", device.key(), device.credential()), helpsWarden);
    village.run(30_000);
    assertThat(again.isIn()).isTrue();

    for (int i = 0; i < 20; i++) {
      for (Resident each : List.of(anna, ben, cora)) {
        hears(each, calls.get(0));
      }
      village.run(1_000);
    }
    assertThat(again.isIn()).isTrue();
    assertThat(village.members()).hasSize(4);

    // What is said now is heard.
    anna.step(new PeerInput.Expel(device.fingerprint()));
    village.run(10_000);
    assertThat(again.isIn()).isFalse();
  }

  // ---- of who is out

  private Resident chairAndThree(String admit) {
    Resident anna = found(ANYBODY_ADMITS_CHAIR_EXPELS, OPEN, "chair");
    for (String name : List.of("ben", "cora", "dan")) {
      join(name, OPEN);
    }
    anna.step(
        new PeerInput.Policy(
            Village.rules(policy(admit, "{any: [{certificate: role=chair}, {ask: owner}]}"))));
    return anna;
  }

  private void expel(Resident chair, Resident... whom) {
    for (Resident each : whom) {
      chair.step(new PeerInput.Expel(each.device.fingerprint()));
      village.run(5_000);
      assertThat(each.isIn()).isFalse();
    }
  }

  @Test
  void whatMembersSaidBeforeTheyWerePutOutLetsNobodyInLater() {
    Resident anna = chairAndThree("{approvals: 2}");
    Resident ben = village.the("ben");
    Resident cora = village.the("cora");
    village.the("dan").step(new PeerInput.Policy(Village.rules(policy("nobody", "nobody"))));
    Resident zoe = mute("zoe");
    hears(anna, word(ben, Approval.Action.ADMIT, zoe.id().hash()));
    hears(anna, word(cora, Approval.Action.ADMIT, zoe.id().hash()));
    expel(anna, ben, cora);
    village.wire = (from, to, message) -> true;
    village.run(10_000);

    assertThat(zoe.isIn()).isFalse();
    assertThat(anna.onlyQuestion().member()).isEqualTo(zoe.id());
    assertThat(anna.peer.keying().state().isMember(zoe.id())).isFalse();
  }

  @Test
  void whatAMemberSaidToAnOpenQuestionIsTakenBackWhenItIsPutOut() {
    Resident anna = chairAndThree("{approvals: 2}");
    Resident ben = village.the("ben");
    Resident cora = village.the("cora");
    Resident dan = village.the("dan");
    Resident zoe = village.newcomer(village.device("zoe"), OPEN);
    // She knows no other door.
    village.wire = (from, to, message) -> from != zoe || to == anna;
    village.start(zoe);
    village.run(5_000);
    assertThat(anna.onlyQuestion().member()).isEqualTo(zoe.id());
    hears(anna, word(ben, Approval.Action.ADMIT, zoe.id().hash()));
    expel(anna, ben);
    hears(anna, word(cora, Approval.Action.ADMIT, zoe.id().hash()));
    village.run(5_000);
    assertThat(anna.onlyQuestion().member()).isEqualTo(zoe.id());

    hears(anna, word(dan, Approval.Action.ADMIT, zoe.id().hash()));
    village.run(5_000);
    assertThat(anna.peer.keying().state().isMember(zoe.id())).isTrue();
  }

  @Test
  void nobodyGoesOnAskingForACallerThatIsOut() {
    Resident anna = chairAndThree("anybody");
    Resident ben = village.the("ben");
    Resident dan = village.the("dan");
    hears(anna, word(ben, Approval.Action.EXPEL, dan.device.fingerprint().hash()));
    Pending question = anna.onlyQuestion();
    assertThat(question.member()).isEqualTo(ben.id());
    expel(anna, ben);

    assertThat(anna.view().waiting()).isEmpty();
    anna.step(new PeerInput.Answer(question.ticket(), true, "anna"));
    village.run(10_000);
    assertThat(dan.isIn()).isTrue();
  }

  /** Among those whom it helps to put out is one for a caller that goes, in the middle of them. */
  @Test
  void whenACallerGoesWhatOthersCalledForAsWellIsStillDone() {
    Resident anna = found(ANYBODY_ADMITS_CHAIR_EXPELS, policy("anybody", "anybody"), "chair");
    for (String name : List.of("ben", "cora", "dan", "eva", "fay")) {
      join(name, policy("anybody", "nobody"));
    }
    Resident ben = village.the("ben");
    Resident cora = village.the("cora");
    List<Resident> targets =
        Stream.of("dan", "eva", "fay")
            .map(village::the)
            .sorted(Comparator.comparing(each -> each.device.fingerprint()))
            .toList();
    Hash32 middle = targets.get(1).device.fingerprint().hash();
    hears(anna, word(ben, Approval.Action.EXPEL, middle));
    hears(anna, word(cora, Approval.Action.EXPEL, middle));
    for (Resident each : List.of(targets.get(0), targets.get(2))) {
      hears(anna, word(cora, Approval.Action.EXPEL, each.device.fingerprint().hash()));
    }
    anna.step(new PeerInput.Expel(ben.device.fingerprint()));
    assertThat(anna.peer.keying().state().isMember(ben.id())).isFalse();
    village.run(10_000);
    assertThat(village.members()).containsExactlyInAnyOrder(anna, cora);
  }

  // ---- too many

  @Test
  void aWordThatIsPlayedBackIsNotWeighedEachTime() {
    Resident anna = found(ANYBODY_ADMITS_CHAIR_EXPELS, policy("anybody", "nobody"), "chair");
    Resident ben = join("ben", OPEN);
    Resident cora = join("cora", OPEN);
    Bytes word = word(ben, Approval.Action.EXPEL, cora.device.fingerprint().hash());
    for (int i = 0; i < 1_000; i++) {
      hears(anna, word);
      village.run(10);
    }
    assertThat(cora.isIn()).as("by a policy that helps nobody").isTrue();
    anna.step(new PeerInput.Policy(Village.rules(policy("{ask: owner}", "nobody"))));
    Resident dan = village.newcomer(village.device("dan"), OPEN);
    // Others would let him in.
    village.wire = (from, to, message) -> from != dan || to == anna;
    village.start(dan);
    village.run(5_000);
    // Each question has a number of its own.
    assertThat(anna.onlyQuestion().ticket().number()).isLessThan(10);
  }

  @Test
  void aSpeakerWhoseCredentialNobodyHasSilencesNobodyElse() {
    Resident anna = chairAndThree("{approvals: 1}");
    Resident ben = village.the("ben");
    Resident cora = village.the("cora");
    Resident zoe = mute("zoe");
    Here here = new Here(madeUp(1), madeUp(2));
    hears(anna, FactCodec.encode(writer(ben).write(ben.peer.keying().signingHeads(), here)));
    ben.isDown = true;
    Bytes word = word(ben, Approval.Action.ADMIT, zoe.id().hash());
    for (int i = 0; i < 300; i++) {
      hears(anna, word);
    }
    hears(anna, word(cora, Approval.Action.ADMIT, zoe.id().hash()));
    // Others would let her in.
    village.wire = (from, to, message) -> from != zoe || to == anna;
    village.run(5_000);
    assertThat(anna.peer.keying().state().isMember(zoe.id())).isTrue();
    assertThat(anna.decision().reason()).contains("1 member approves");
  }

  @Test
  void whoSaysVeryManyThingsMakesNobodyElsesWordForgotten() {
    Resident anna = chairAndThree("{approvals: 1}");
    Resident ben = village.the("ben");
    Resident cora = village.the("cora");
    Resident zoe = mute("zoe");
    hears(anna, word(cora, Approval.Action.ADMIT, zoe.id().hash()));
    for (int i = 0; i < 300; i++) {
      hears(anna, word(ben, Approval.Action.ADMIT, madeUp(i)));
      hears(anna, word(ben, Approval.Action.EXPEL, madeUp(i)));
    }
    village.wire = (from, to, message) -> from != zoe || to == anna;
    village.run(5_000);
    assertThat(anna.peer.keying().state().isMember(zoe.id())).isTrue();
  }

  /** It is said once, and nobody says anything more. */
  @Test
  void aWordCountsAsSoonAsItsSpeakersCredentialIsHere() {
    Resident anna = chairAndThree("{approvals: 1}");
    boolean[] mayLearn = {false};
    // Let in by ben, and of her credential anna hears nothing.
    Resident eva = village.newcomer(village.device("eva"), OPEN);
    Resident zoe = village.newcomer(village.device("zoe"), OPEN);
    village.wire =
        (from, to, message) ->
            mayLearn[0]
                || (to == anna
                    ? from != eva && !SideCodec.typeOf(message).equals(type(MessageType.SYNC_REPLY))
                    : from != zoe && !(from == anna && to == eva));
    village.start(eva);
    village.run(10_000);
    assertThat(eva.isIn()).isTrue();
    village.start(zoe);
    village.run(5_000);
    assertThat(anna.peer.keying().state().isMember(eva.id())).isTrue();
    hears(anna, word(eva, Approval.Action.ADMIT, zoe.id().hash()));
    assertThat(anna.onlyQuestion().member()).isEqualTo(zoe.id());

    mayLearn[0] = true;
    village.wire = (from, to, message) -> from != zoe || to == anna;
    village.run(10_000);
    assertThat(anna.peer.keying().state().isMember(zoe.id())).isTrue();
  }

  private static Optional<MessageType> type(MessageType type) {
    return Optional.of(type);
  }

  @Test
  void whatWasListenedToIsListenedToAgainAfterAWhile() {
    Words words = new Words();
    Words.Word word =
        new Words.Word(new MemberId(madeUp(1)), new Words.Act(Approval.Action.EXPEL, madeUp(2)));
    Tick now = new Tick(1_000);
    assertThat(words.heard(word, now)).isTrue();
    assertThat(words.heard(word, now)).as("not listened to yet").isTrue();
    words.isListenedTo(word, now);
    Tick soon = now.plusMillis(PeerLimits.LISTEN_AGAIN_MILLIS);
    assertThat(words.heard(word, new Tick(soon.millis() - 1))).isFalse();
    assertThat(words.heard(word, soon)).isTrue();
  }

  @Test
  void aMembersWordsTakeTheirOwnRoomAndOfAllWhoHasMostGivesWay() {
    Words words = new Words();
    MemberId honest = new MemberId(madeUp(1));
    Words.Act wanted = new Words.Act(Approval.Action.ADMIT, madeUp(2));
    words.heard(new Words.Word(honest, wanted), Tick.ZERO);
    for (int liar = 0; liar < 200; liar++) {
      MemberId its = new MemberId(madeUp(1_000 + liar));
      for (int i = 0; i < 100; i++) {
        Words.Act act = new Words.Act(Approval.Action.ADMIT, madeUp(10_000 + i));
        words.heard(new Words.Word(its, act), Tick.ZERO);
      }
    }
    assertThat(words.count()).isEqualTo(PeerLimits.WORDS_IN_ALL);
    assertThat(words.by(wanted)).containsExactly(honest);
  }
}
