package io.keymoot.flatkeying.key;

import static io.keymoot.flatkeying.key.Samples.ANNA;
import static io.keymoot.flatkeying.key.Samples.ANNAS_STAY;
import static io.keymoot.flatkeying.key.Samples.CONTEXT;
import static io.keymoot.flatkeying.key.Samples.GROUP;
import static io.keymoot.flatkeying.key.Samples.SLOT;
import static io.keymoot.flatkeying.key.Samples.X;
import static io.keymoot.flatkeying.key.Samples.Y;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.SeededEntropy;
import io.keymoot.flatkeying.wire.Bytes;
import java.io.Serializable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is true of every kind of secret. */
class SecretTest {
  private static final Entropy ENTROPY = new SeededEntropy(10);

  /** A secret, the array inside it, and all that may be done with it. */
  private record Kind(Secret secret, byte[] inside, List<ThrowingCallable> uses) {
    @Override
    public String toString() {
      return secret.getClass().getSimpleName();
    }
  }

  static List<Kind> kinds() {
    List<Kind> kinds = new ArrayList<>();
    EpochSecret other = EpochSecret.fresh(ENTROPY);

    EpochSecret epoch = new EpochSecret(ENTROPY.bytes(32), 0);
    kinds.add(
        kind(
            epoch,
            epoch::step,
            () -> epoch.at(0),
            () -> epoch.at(3),
            epoch::commitment,
            () -> epoch.matches(CONTEXT),
            () -> epoch.tek(GROUP, X),
            () -> epoch.wrap(other, CONTEXT, ANNA),
            () -> other.wrap(epoch, CONTEXT, ANNA),
            () -> epoch.unwrap(Bytes.EMPTY, CONTEXT, ANNA, CONTEXT),
            () -> epoch.holdsTheSameAs(other),
            () -> other.holdsTheSameAs(epoch),
            () -> new SecretWriter().secret(epoch)));

    Tek tek = new Tek(ENTROPY.bytes(32), X, 1);
    kinds.add(
        kind(
            tek,
            tek::kidPrefix,
            () -> tek.senderKey(ANNAS_STAY),
            () -> tek.export("label", Bytes.EMPTY, 16),
            () -> tek.mac(Bytes.EMPTY),
            () -> tek.checkMac(Bytes.EMPTY, Bytes.EMPTY),
            () -> tek.holdsTheSameAs(tek)));

    SenderBaseKey sender = new SenderBaseKey(ENTROPY.bytes(32), ANNAS_STAY, X, 1);
    kinds.add(kind(sender, () -> sender.lend(lent -> lent.length)));

    ResealKey resealed = new ResealKey(ENTROPY.bytes(32));
    kinds.add(
        kind(
            resealed,
            resealed::commitment,
            () -> resealed.matches(CONTEXT),
            () -> resealed.step(other, SLOT, X),
            () -> resealed.holdsTheSameAs(resealed),
            () -> new SecretWriter().secret(resealed)));

    Kek kek = new Kek(ENTROPY.bytes(32), SLOT, X);
    kinds.add(
        kind(
            kek,
            () -> kek.step(other, Y),
            () -> kek.wrap(other, CONTEXT, ANNA),
            () -> kek.unwrap(Bytes.EMPTY, CONTEXT, ANNA, CONTEXT),
            () -> kek.holdsTheSameAs(kek),
            () -> new SecretWriter().secret(kek)));
    return kinds;
  }

  private static Kind kind(Secret secret, ThrowingCallable... uses) {
    return new Kind(secret, secret.alive(), List.of(uses));
  }

  @Test
  void everyKindIsTestedHere() {
    assertThat(kinds().stream().map(kind -> (Object) kind.secret.getClass()))
        .containsExactlyInAnyOrder((Object[]) Secret.class.getPermittedSubclasses());
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void aClosedSecretIsAllZerosAndEveryUseOfItIsABug(Kind kind) throws Throwable {
    for (ThrowingCallable use : kind.uses) {
      use.call();
    }
    assertThat(kind.inside).isNotEqualTo(new byte[32]);
    kind.secret.close();

    assertThat(kind.secret.isClosed()).isTrue();
    assertThat(kind.inside).isEqualTo(new byte[32]);
    for (ThrowingCallable use : kind.uses) {
      assertThatThrownBy(use).isInstanceOf(IllegalStateException.class);
    }
    kind.secret.close();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void aSecretPrintsItsTypeAndStampAndNoneOfItsBytes(Kind kind) {
    String before = kind.secret.toString();
    for (int i = 0; i + 3 <= 32; i++) {
      assertThat(before).doesNotContain(HexFormat.of().formatHex(kind.inside, i, i + 3));
    }
    assertThat(before).startsWith(kind.secret.getClass().getSimpleName() + "(").endsWith(")");
    kind.secret.close();
    assertThat(kind.secret.toString()).endsWith(", wiped)");
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void aSecretHasNoEqualityNoSerialFormAndNoPublicWayToItsBytes(Kind kind) throws Exception {
    Class<?> type = kind.secret.getClass();

    assertThat(type).isFinal();
    assertThat(Serializable.class.isAssignableFrom(type)).isFalse();
    assertThat(type.getMethod("equals", Object.class).getDeclaringClass()).isEqualTo(Object.class);
    assertThat(type.getMethod("hashCode").getDeclaringClass()).isEqualTo(Object.class);
    for (Method method : type.getDeclaredMethods()) {
      // An export is derived, and made to be given away.
      if (Modifier.isPublic(method.getModifiers()) && !method.getName().equals("export")) {
        assertThat(method.getReturnType()).as(method.getName()).isNotEqualTo(byte[].class);
      }
    }
  }

  @Test
  void stampsSayWhichSecretItIs() {
    assertThat(EpochSecret.fresh(ENTROPY).step()).hasToString("EpochSecret(revision 1)");
    assertThat(EpochSecret.fresh(ENTROPY).tek(GROUP, X))
        .hasToString("Tek(epoch " + X + " revision 0)");
    assertThat(new Kek(new byte[32], SLOT, X)).hasToString("Kek(slot 5.2 epoch " + X + ")");
    assertThat(new Unwrapped.Opened(EpochSecret.fresh(ENTROPY)))
        .hasToString("Opened[secret=EpochSecret(revision 0)]");
  }

  @Test
  void aLentKeyIsWipedWhenTheBorrowerIsDoneAlsoWhenItFails() {
    SenderBaseKey key = new SenderBaseKey(ENTROPY.bytes(32), ANNAS_STAY, X, 0);
    List<byte[]> kept = new ArrayList<>();
    byte[] seen =
        key.lend(
            lent -> {
              kept.add(lent);
              return lent.clone();
            });
    assertThatThrownBy(
            () ->
                key.lend(
                    lent -> {
                      kept.add(lent);
                      throw new IllegalArgumentException("the borrower's bug");
                    }))
        .isInstanceOf(IllegalArgumentException.class);

    assertThat(seen).isEqualTo(key.alive());
    assertThat(kept).hasSize(2).allSatisfy(lent -> assertThat(lent).containsOnly(0));
  }

  @Test
  void onlyThirtyTwoBytesAreASecret() {
    for (int length : new int[] {0, 31, 33}) {
      assertThatThrownBy(() -> new EpochSecret(new byte[length], 0))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void secretsAreComparedByAllTheirBytes() {
    byte[] bytes = ENTROPY.bytes(32);
    Kek kek = new Kek(bytes.clone(), SLOT, X);
    assertThat(kek.holdsTheSameAs(new Kek(bytes.clone(), SLOT, X))).isTrue();
    for (int i = 0; i < 32; i++) {
      byte[] other = bytes.clone();
      other[i] ^= 1;
      assertThat(kek.holdsTheSameAs(new Kek(other, SLOT, X))).isFalse();
    }
  }
}
