package io.keymoot.flatkeying.key;

import static io.keymoot.flatkeying.key.Samples.ANNA;
import static io.keymoot.flatkeying.key.Samples.ANNAS_STAY;
import static io.keymoot.flatkeying.key.Samples.BERT;
import static io.keymoot.flatkeying.key.Samples.CONTEXT;
import static io.keymoot.flatkeying.key.Samples.GROUP;
import static io.keymoot.flatkeying.key.Samples.SLOT;
import static io.keymoot.flatkeying.key.Samples.X;
import static io.keymoot.flatkeying.key.Samples.Y;
import static io.keymoot.flatkeying.key.Samples.Z;
import static io.keymoot.flatkeying.key.Samples.assertFails;
import static io.keymoot.flatkeying.key.Samples.assertOpens;
import static io.keymoot.flatkeying.key.Samples.flipped;
import static io.keymoot.flatkeying.key.Samples.hash;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.SeededEntropy;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeyScheduleTest {
  private final Entropy entropy = new SeededEntropy(20);
  private final EpochSecret secret = EpochSecret.fresh(entropy);
  private final EpochSecret next = EpochSecret.fresh(entropy);
  private final Hash32 commitment = next.commitment();

  // ---- revisions

  @Test
  void steppingOneByOneAndAtOnceGivesTheSame() {
    EpochSecret stepped = secret.step().step().step();

    assertThat(secret.at(3).holdsTheSameAs(stepped)).isTrue();
    assertThat(secret.step().at(3).holdsTheSameAs(stepped)).isTrue();
    assertThat(stepped.revision()).isEqualTo(3);
  }

  @Test
  void thereIsNoWayBackToAnEarlierRevision() {
    assertThatThrownBy(() -> secret.at(3).at(2)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aSecretAtItsOwnRevisionIsACopyWithALifeOfItsOwn() {
    EpochSecret copy = secret.at(0);
    copy.close();

    assertThat(secret.isClosed()).isFalse();
    assertThat(secret.alive()).isNotEqualTo(new byte[32]);
  }

  @Test
  void onlyTheOriginalSecretIsCommittedToOrWrapped() {
    EpochSecret later = next.step();
    Kek kek = new Kek(entropy.bytes(32), SLOT, X);

    assertThatThrownBy(later::commitment).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> secret.wrap(later, CONTEXT, ANNA))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> kek.wrap(later, CONTEXT, ANNA))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aCommitmentIsMetByNoOtherSecret() {
    assertThat(next.matches(commitment)).isTrue();
    assertThat(secret.matches(commitment)).isFalse();
  }

  // ---- the TEK and what grows from it

  @Test
  void aTekIsOfOneGroupOneEpochOneRevision() {
    List<Bytes> teks = new ArrayList<>();
    for (GroupId group : List.of(GROUP, new GroupId(hash("another group")))) {
      for (EpochSecret each : List.of(secret, secret.step(), next)) {
        teks.add(Bytes.of(each.tek(group, X).alive()));
        teks.add(Bytes.of(each.tek(group, Y).alive()));
      }
    }
    assertThat(teks).hasSize(12).doesNotHaveDuplicates();
  }

  @Test
  void nothingThatIsDerivedIsDerivedTwice() {
    Tek tek = secret.tek(GROUP, X);
    List<Bytes> derived = new ArrayList<>();
    derived.add(Bytes.of(secret.alive()));
    derived.add(Bytes.of(secret.step().alive()));
    derived.add(Bytes.of(secret.commitment().toArray()));
    derived.add(Bytes.of(tek.alive()));
    for (StayId stay : List.of(ANNAS_STAY, new StayId(hash("bert's stay")))) {
      derived.add(tek.senderKey(stay).lend(Bytes::of));
    }
    for (String label : List.of("a", "ab", "frames", "kid", "heartbeat")) {
      for (String context : List.of("", "62", "6262")) {
        derived.add(Bytes.of(tek.export(label, Bytes.fromHex(context), 32)));
      }
    }
    assertThat(derived).doesNotHaveDuplicates();
  }

  @Test
  void aHeartbeatIsVouchedForByWhoHasTheTekAndNobodyElse() {
    Tek tek = secret.tek(GROUP, X);
    Bytes message = Bytes.fromHex("0102");
    Bytes mac = tek.mac(message);

    assertThat(mac.length()).isEqualTo(16);
    assertThat(secret.tek(GROUP, X).checkMac(message, mac)).isTrue();
    assertThat(tek.checkMac(Bytes.fromHex("0103"), mac)).isFalse();
    assertThat(tek.checkMac(message, flipped(mac, 0))).isFalse();
    assertThat(tek.checkMac(message, flipped(mac, 15))).isFalse();
    assertThat(tek.checkMac(message, Bytes.EMPTY)).isFalse();
    assertThat(secret.step().tek(GROUP, X).checkMac(message, mac)).isFalse();
  }

  @Test
  void aMacOfAnotherLengthIsNoneThoughItBeginsWell() {
    Tek tek = secret.tek(GROUP, X);
    Bytes message = Bytes.fromHex("0102");
    byte[] mac = tek.mac(message).toArray();
    for (int length = 0; length <= 40; length++) {
      Bytes other = Bytes.owning(Arrays.copyOf(mac, length));
      assertThat(tek.checkMac(message, other)).as("of %s bytes", length).isEqualTo(length == 16);
    }
  }

  // ---- KEKs

  @Test
  void everyEpochStepsEveryKek() {
    ResealKey resealed = ResealKey.fresh(entropy);
    Kek first = resealed.step(secret, SLOT, X);
    Kek second = first.step(next, Y);

    assertThat(List.of(first.alive(), second.alive(), resealed.alive())).doesNotHaveDuplicates();
    assertThat(second.slot()).isEqualTo(SLOT);
    assertThat(second.epoch()).isEqualTo(Y);
  }

  /** Also where the epochs were given one id, or one secret: each of them alone sets them apart. */
  @Test
  void branchesDoNotShareKeks() {
    Kek before = new Kek(entropy.bytes(32), SLOT, X);

    assertThat(before.step(secret, Y).holdsTheSameAs(before.step(next, Z))).isFalse();
    assertThat(before.step(secret, Y).holdsTheSameAs(before.step(next, Y))).isFalse();
    assertThat(before.step(secret, Y).holdsTheSameAs(before.step(secret, Z))).isFalse();
  }

  @Test
  void slotsDoNotShareKeksEvenFromOneResealKey() {
    ResealKey resealed = ResealKey.fresh(entropy);
    List<Bytes> keks = new ArrayList<>();
    for (Slot slot : List.of(new Slot(1, 2), new Slot(2, 1), new Slot(1, 1), new Slot(12, 0))) {
      keks.add(Bytes.of(resealed.step(secret, slot, X).alive()));
    }
    assertThat(keks).doesNotHaveDuplicates();
  }

  /** Newcomers hold later revisions; with those alone they must not step anybody's KEK. */
  @Test
  void aKekStepsWithTheOriginalSecretOnly() {
    Kek kek = new Kek(entropy.bytes(32), SLOT, X);

    assertThatThrownBy(() -> kek.step(next.step(), Y)).isInstanceOf(IllegalStateException.class);
  }

  /** Were KEKs not stepped, whoever pooled an old one could open the wraps of later epochs. */
  @Test
  void aKekThatMissedAStepOpensNoLaterWrap() {
    Kek pooled = new Kek(entropy.bytes(32), SLOT, X);
    Kek stepped = pooled.step(secret, Y);
    Bytes wrap = stepped.wrap(next, CONTEXT, ANNA);

    assertOpens(stepped.unwrap(wrap, CONTEXT, ANNA, commitment), next);
    assertFails(pooled.unwrap(wrap, CONTEXT, ANNA, commitment));
    assertFails(pooled.step(next, Y).unwrap(wrap, CONTEXT, ANNA, commitment));
  }

  // ---- wraps

  @Test
  void aWrapUnderAKekOpensForWhoHoldsIt() {
    Kek kek = new Kek(entropy.bytes(32), SLOT, X);
    Bytes wrap = kek.wrap(next, CONTEXT, ANNA);

    assertThat(wrap.length()).isEqualTo(48);
    assertOpens(kek.unwrap(wrap, CONTEXT, ANNA, commitment), next);
  }

  @Test
  void aWrapUnderAKekOpensInNoOtherPlace() {
    byte[] bytes = entropy.bytes(32);
    Kek kek = new Kek(bytes.clone(), SLOT, X);
    Bytes wrap = kek.wrap(next, CONTEXT, ANNA);

    assertFails(kek.unwrap(wrap, hash("another Rekey"), ANNA, commitment));
    assertFails(kek.unwrap(wrap, CONTEXT, BERT, commitment));
    assertFails(new Kek(bytes.clone(), new Slot(5, 3), X).unwrap(wrap, CONTEXT, ANNA, commitment));
    assertFails(new Kek(bytes.clone(), new Slot(6, 2), X).unwrap(wrap, CONTEXT, ANNA, commitment));
    assertFails(new Kek(entropy.bytes(32), SLOT, X).unwrap(wrap, CONTEXT, ANNA, commitment));
  }

  @Test
  void aRefreshIsOneWrapUnderTheRunningSecretAtItsRevision() {
    EpochSecret running = secret.at(2);
    Bytes wrap = running.wrap(next, CONTEXT, ANNA);

    assertThat(wrap.length()).isEqualTo(48);
    assertOpens(secret.step().step().unwrap(wrap, CONTEXT, ANNA, commitment), next);
    assertFails(secret.step().unwrap(wrap, CONTEXT, ANNA, commitment));
    assertFails(secret.at(3).unwrap(wrap, CONTEXT, ANNA, commitment));
    assertFails(running.unwrap(wrap, hash("another Rekey"), ANNA, commitment));
    assertFails(running.unwrap(wrap, CONTEXT, BERT, commitment));
  }

  @Test
  void theTwoKindsOfWrapAreNotTakenForEachOther() {
    byte[] bytes = entropy.bytes(32);
    Bytes refresh = new EpochSecret(bytes.clone(), 0).wrap(next, CONTEXT, ANNA);

    assertFails(
        new Kek(bytes.clone(), new Slot(0, 0), X).unwrap(refresh, CONTEXT, ANNA, commitment));
  }

  @Test
  void aWrapWithAnyByteChangedOrLostDoesNotOpen() {
    Kek kek = new Kek(entropy.bytes(32), SLOT, X);
    Bytes wrap = kek.wrap(next, CONTEXT, ANNA);
    for (int index = 0; index < 48; index++) {
      assertFails(kek.unwrap(flipped(wrap, index), CONTEXT, ANNA, commitment));
    }
    assertFails(kek.unwrap(wrap.slice(0, 47), CONTEXT, ANNA, commitment));
    assertFails(kek.unwrap(Bytes.EMPTY, CONTEXT, ANNA, commitment));
  }

  /** A member that lies: the wrap is sound, the secret is not the one committed to. */
  @Test
  void aWrapOfAnotherSecretThanTheRekeysIsRefused() {
    Kek kek = new Kek(entropy.bytes(32), SLOT, X);
    Bytes wrap = kek.wrap(secret, CONTEXT, ANNA);

    assertFails(kek.unwrap(wrap, CONTEXT, ANNA, commitment));
    assertFails(secret.unwrap(secret.wrap(secret, CONTEXT, ANNA), CONTEXT, ANNA, commitment));
  }
}
