package io.keymoot.peer;

import static io.keymoot.peer.Village.ANYBODY_ADMITS_CHAIR_EXPELS;
import static io.keymoot.peer.Village.OPEN;
import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.peer.Peer.KeyName;
import io.keymoot.peer.Village.Resident;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When frames follow to a new key. */
class TakeUpTest {
  private static final KeyName OLD = new KeyName(epoch(1), 0);
  private static final KeyName NEW = new KeyName(epoch(2), 0);

  private final Village village = new Village(12);

  private static FactId epoch(int number) {
    return new FactId(Hash32.sha256(new byte[] {(byte) number}));
  }

  @BeforeEach
  void four() {
    village.found(
        village.device("anna", "chair"), ANYBODY_ADMITS_CHAIR_EXPELS, village.certified(), OPEN);
    for (String name : List.of("ben", "cora", "dan")) {
      village.join(village.device(name), Village.policy("anybody", "anybody"));
    }
    village.run(15_000);
    assertThat(village.members()).hasSize(4);
    village.residents.values().forEach(each -> each.log.clear());
  }

  /** All seal every 5 ms, and frames are quicker than what tells of keys; who could not read? */
  private List<String> unread(int times) {
    List<String> unread = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      for (Resident sender : village.members()) {
        String words = "frame " + i + " of " + sender.device.name();
        Bytes frame = sender.seal(words).orElseThrow();
        village.at(
            village.now + 1,
            () -> {
              for (Resident reader : village.members()) {
                if (reader != sender && !reader.reads(frame, words)) {
                  unread.add(reader.device.name() + " " + words);
                }
              }
            });
      }
      village.run(5);
    }
    return unread;
  }

  @Test
  void nobodyWaitsForAKeyWhenSomebodyLeaves() {
    village.the("cora").step(new PeerInput.Leave());
    assertThat(unread(600)).isEmpty();
    assertThat(village.members()).hasSize(3);
    for (Resident each : village.members()) {
      assertThat(each.did(PeerEffect.HoldBack.class)).isEmpty();
      assertThat(each.did(PeerEffect.Activate.class).getLast().epoch())
          .isEqualTo(each.peer.keying().sendingEpoch().orElseThrow());
    }
  }

  @Test
  void nobodyWaitsForAKeyWhenItIsOnlyRefreshed() {
    village.the("ben").step(new PeerInput.Refresh());
    assertThat(unread(300)).isEmpty();
    for (Resident each : village.members()) {
      assertThat(each.did(PeerEffect.Activate.class)).hasSize(1);
    }
  }

  @Test
  void anExpulsionIsFollowedInTheVeryStepThatTellsOfIt() {
    Resident anna = village.the("anna");
    anna.step(new PeerInput.Policy(Village.rules(Village.policy("anybody", "anybody"))));
    List<PeerEffect> did = anna.step(new PeerInput.Expel(village.the("dan").device.fingerprint()));
    assertThat(did).hasAtLeastOneElementOfType(PeerEffect.EndStay.class);
    assertThat(did).hasAtLeastOneElementOfType(PeerEffect.Activate.class);
  }

  @Test
  void aNewcomerIsSealedToUnderTheKeyThatItHas() {
    village.the("ben").step(new PeerInput.Refresh());
    village.run(60);
    Resident emma = village.join(village.device("emma"), OPEN);
    while (!emma.isIn()) {
      village.run(1);
    }
    String words = "welcome";
    Resident introducer =
        village.residents.values().stream()
            .filter(each -> each.peer.keying().state().isMember(emma.id()))
            .filter(each -> each != emma)
            .findFirst()
            .orElseThrow();
    Bytes frame = introducer.seal(words).orElseThrow();
    village.run(30);
    assertThat(emma.reads(frame, words)).isTrue();
  }

  /** The admission was waiting for the Rekey, so the two are taken in one step. */
  @Test
  void soItIsWhereTheKeyComesAfterTheNewcomer() {
    Resident dan = village.the("dan");
    village.wire = (from, to, message) -> from != dan && to != dan;
    village.the("ben").step(new PeerInput.Refresh());
    village.run(60);
    Resident emma = village.join(village.device("emma"), OPEN);
    while (!emma.isIn()) {
      village.run(1);
    }
    hears(dan, MessageType.ADMIT);
    assertThat(dan.peer.keying().state().isMember(emma.id())).isFalse();
    hears(dan, MessageType.REKEY);
    assertThat(dan.peer.keying().state().isMember(emma.id())).isTrue();
    String words = "welcome";
    Bytes frame = dan.seal(words).orElseThrow();
    assertThat(emma.reads(frame, words)).isTrue();
  }

  /** Its introducer had not heard of the Rekey, so it has the key before, stepped, and no other. */
  @Test
  void soItIsWhereTheNewcomerCameBesideTheKeyThatIsWaitedWith() {
    Resident anna = village.the("anna");
    Resident dan = village.the("dan");
    Resident emma = village.join(village.device("emma"), OPEN);
    Set<Resident> here = Set.of(anna, emma);
    village.wire = (from, to, message) -> here.contains(from) == here.contains(to);
    while (!emma.isIn()) {
      village.run(1);
    }
    village.the("ben").step(new PeerInput.Refresh());
    village.run(60);
    hears(dan, MessageType.ADMIT);
    assertThat(dan.peer.keying().state().isMember(emma.id())).isTrue();
    assertThat(dan.peer.keying().sendingEpoch())
        .as("the Rekey's, which emma does not get")
        .isNotEqualTo(anna.peer.keying().sendingEpoch());
    String words = "welcome";
    Bytes frame = dan.seal(words).orElseThrow();
    village.run(30);
    assertThat(emma.reads(frame, words)).isTrue();
  }

  /** What others said to all of that kind. */
  private void hears(Resident whom, MessageType type) {
    for (Resident other : village.residents.values()) {
      for (PeerEffect.Multicast said : other.did(PeerEffect.Multicast.class)) {
        if (SideCodec.typeOf(said.message()).equals(Optional.of(type))) {
          whom.step(new PeerInput.Received(other.address, said.message()));
        }
      }
    }
  }

  @Test
  void whoBeginsAStayWhileAKeyIsStillToBeTakenUpGoesOnSealing() {
    village.the("ben").step(new PeerInput.Refresh());
    village.the("ben").step(new PeerInput.Renew(Optional.empty()));
    assertThat(village.the("ben").seal("still here")).isPresent();
    // Nobody can read it before hearing of the new stay; with the others' frames nothing changes.
    assertThat(unread(300)).allMatch(each -> each.matches("\\w+ frame [0-3] of ben"));
  }

  // ---- in itself

  @Test
  void aNewKeyIsTakenUpWhenItsDelayIsOverAtTheLatest() {
    TakeUp takeUp = new TakeUp();
    takeUp.activate(OLD, new Tick(0));
    assertThat(takeUp.taken()).contains(OLD);
    takeUp.activate(NEW, new Tick(1_000));
    takeUp.review(new Tick(1_000 + PeerLimits.TAKE_UP_MILLIS - 1));
    assertThat(takeUp.taken()).isEmpty();
    // Further keys meanwhile put nothing off.
    takeUp.activate(new KeyName(epoch(3), 0), new Tick(1_400));
    assertThat(takeUp.nextDeadline()).contains(new Tick(1_000 + PeerLimits.TAKE_UP_MILLIS));
    takeUp.review(new Tick(1_000 + PeerLimits.TAKE_UP_MILLIS));
    assertThat(takeUp.taken()).contains(new KeyName(epoch(3), 0));
    assertThat(takeUp.taken()).as("told once").isEmpty();
  }

  @Test
  void anEpochThatIsUncleanIsLeftWhenItsSecondIsOver() {
    TakeUp takeUp = new TakeUp();
    takeUp.activate(OLD, new Tick(0));
    assertThat(takeUp.taken()).contains(OLD);
    takeUp.epochIs(false, true, true, new Tick(100));
    takeUp.activate(NEW, new Tick(900));
    assertThat(takeUp.nextDeadline()).contains(new Tick(100 + Limits.DELAYED_USE_MILLIS));
  }

  /** In a burst of leaves: who left held it, and nobody is to have it for longer than a second. */
  @Test
  void whatBecameUncleanWhileItWasWaitedWithIsLeftForTheNextAtOnce() {
    TakeUp takeUp = new TakeUp();
    takeUp.activate(OLD, new Tick(0));
    assertThat(takeUp.taken()).contains(OLD);
    takeUp.activate(NEW, new Tick(100));
    takeUp.review(new Tick(100 + PeerLimits.TAKE_UP_MILLIS));
    assertThat(takeUp.taken()).contains(NEW);
    takeUp.wasUncleanAlready();
    KeyName next = new KeyName(epoch(3), 0);
    takeUp.activate(next, new Tick(1_100));
    takeUp.review(new Tick(1_100));
    assertThat(takeUp.taken()).contains(next);
    // And that one, which is clean, is waited with again.
    takeUp.activate(NEW, new Tick(1_200));
    assertThat(takeUp.nextDeadline()).contains(new Tick(1_200 + PeerLimits.TAKE_UP_MILLIS));
  }

  /** The facts are looked at in the very step, before it is told what was taken up. */
  @Test
  void soItIsWhereSomebodyCameMeanwhile() {
    TakeUp takeUp = new TakeUp();
    takeUp.activate(OLD, new Tick(10_000));
    assertThat(takeUp.taken()).contains(OLD);
    takeUp.activate(NEW, new Tick(10_100));
    takeUp.epochIsNotForAll();
    KeyName stepped = new KeyName(NEW.epoch(), 1);
    takeUp.activate(stepped, new Tick(10_300));
    takeUp.epochIs(false, true, true, new Tick(10_300));
    assertThat(takeUp.taken()).contains(stepped);
    takeUp.wasUncleanAlready();
    KeyName next = new KeyName(epoch(3), 0);
    takeUp.activate(next, new Tick(10_400));
    takeUp.review(new Tick(10_400));
    assertThat(takeUp.taken()).contains(next);
  }

  @Test
  void whatAnExpelledMemberHoldsOrIsHeldNoLongerIsLeftAtOnce() {
    for (boolean isHeld : new boolean[] {true, false}) {
      TakeUp takeUp = new TakeUp();
      takeUp.activate(OLD, new Tick(0));
      takeUp.activate(NEW, new Tick(100));
      assertThat(takeUp.sealing()).isEqualTo(OLD);
      takeUp.epochIs(false, isHeld, !isHeld, new Tick(100));
      assertThat(takeUp.taken()).contains(NEW);
    }
  }

  @Test
  void aFurtherRevisionOfTheSameEpochIsTakenUpAtOnceAndNothingAfterHoldingBack() {
    TakeUp takeUp = new TakeUp();
    takeUp.activate(OLD, new Tick(0));
    KeyName next = new KeyName(OLD.epoch(), 1);
    takeUp.activate(next, new Tick(10));
    assertThat(takeUp.taken()).contains(next);
    takeUp.activate(NEW, new Tick(20));
    takeUp.holdBack();
    takeUp.review(new Tick(10_000));
    assertThat(takeUp.taken()).isEqualTo(Optional.empty());
    takeUp.activate(NEW, new Tick(20_000));
    assertThat(takeUp.taken()).contains(NEW);
  }
}
