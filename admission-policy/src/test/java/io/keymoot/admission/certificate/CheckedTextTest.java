package io.keymoot.admission.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckedTextTest {
  private static final Fingerprint FINGERPRINT = new Fingerprint(Hash32.sha256(new byte[] {1}));

  @Test
  void aFingerprintIsEightGroupsOfSeven() {
    assertThat(CheckedText.of(FINGERPRINT)).matches("[A-Z2-7]{7}(-[A-Z2-7]{7}){7}");
    assertThat(CheckedText.of(FINGERPRINT)).startsWith(CheckedText.brief(FINGERPRINT));
    assertThat(CheckedText.brief(FINGERPRINT)).matches("[A-Z2-7]{7}(-[A-Z2-7]{7}){3}");
  }

  @Test
  void itIsReadBackAsItWasOrTypedSloppily() {
    String text = CheckedText.of(FINGERPRINT);

    assertThat(CheckedText.fingerprint(text)).isEqualTo(new Decoded.Ok<>(FINGERPRINT));
    assertThat(
            CheckedText.fingerprint(
                text.replace("-", " ")
                    .toLowerCase(Locale.ROOT)
                    .replace('o', '0')
                    .replace('i', '1')
                    .replace('b', '8')))
        .isEqualTo(new Decoded.Ok<>(FINGERPRINT));
  }

  @Test
  void aDeviceIsMeantByItsFingerprintOrTheBeginningOfItOrItsName() {
    String text = CheckedText.of(FINGERPRINT);
    String name = CheckedText.name(FINGERPRINT);

    assertThat(name).isEqualTo("device " + text.substring(0, 7));
    for (String typed :
        new String[] {
          text,
          text.replace("-", "").toLowerCase(Locale.ROOT).replace('o', '0').replace('i', '1'),
          CheckedText.brief(FINGERPRINT),
          text.substring(0, 7),
          " " + text.substring(0, 10) + " ",
          name,
          name.toUpperCase(Locale.ROOT)
        }) {
      assertThat(CheckedText.means(typed, FINGERPRINT)).as(typed).isTrue();
    }
    for (String typed :
        new String[] {
          "", "device", "device ", text.substring(0, 6), text.substring(1), text + "A"
        }) {
      assertThat(CheckedText.means(typed, FINGERPRINT)).as(typed).isFalse();
    }
  }

  /** Seven letters are 35 bits, which somebody can make a key to match. */
  @Test
  void fourGroupsAreEnoughToDecideByAndNothingShorterIs() {
    String text = CheckedText.of(FINGERPRINT);
    for (String typed :
        new String[] {
          text, CheckedText.brief(FINGERPRINT), text.replace("-", " ").toLowerCase(Locale.ROOT)
        }) {
      assertThat(CheckedText.isEnough(typed)).as(typed).isTrue();
    }
    String brief = CheckedText.brief(FINGERPRINT);
    for (String typed :
        new String[] {
          "",
          text.substring(0, 7),
          CheckedText.name(FINGERPRINT),
          brief.substring(0, brief.length() - 1),
          text.substring(0, 7) + "-".repeat(40)
        }) {
      assertThat(CheckedText.isEnough(typed)).as(typed).isFalse();
    }
  }

  @Test
  void everySingleWrongCharacterIsCaught() {
    String text = CheckedText.of(FINGERPRINT);
    for (int i = 0; i < text.length(); i++) {
      for (char c : "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".toCharArray()) {
        if (text.charAt(i) != '-' && text.charAt(i) != c) {
          String wrong = text.substring(0, i) + c + text.substring(i + 1);
          assertThat(CheckedText.fingerprint(wrong)).isInstanceOf(Decoded.Malformed.class);
        }
      }
    }
  }

  @Test
  void nearlyAllSwappedNeighboursAreCaught() {
    Random random = new Random(5);
    int swapped = 0;
    int caught = 0;
    for (int round = 0; round < 200; round++) {
      byte[] bytes = new byte[32];
      random.nextBytes(bytes);
      String text = CheckedText.of(bytes, Integer.MAX_VALUE);
      int i = random.nextInt(12);
      if (text.charAt(i) != text.charAt(i + 1)) {
        swapped++;
        String wrong =
            text.substring(0, i) + text.charAt(i + 1) + text.charAt(i) + text.substring(i + 2);
        caught += CheckedText.parse(wrong, 32) instanceof Decoded.Malformed ? 1 : 0;
      }
    }
    assertThat(caught).isGreaterThanOrEqualTo(swapped - 2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ABC", "A!", "ÄÄÄ"})
  void whatIsNoFingerprintIsSaidSo(String text) {
    assertThat(CheckedText.fingerprint(text)).isInstanceOf(Decoded.Malformed.class);
  }

  @Test
  void oneValueHasOneSpelling() {
    // 32 bytes leave four bits of the last character unused; all but zero are refused.
    String text = CheckedText.of(FINGERPRINT).replace("-", "");
    int accepted = 0;
    for (char last : "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".toCharArray()) {
      for (char check : "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".toCharArray()) {
        String candidate = text.substring(0, 54) + last + check;
        if (CheckedText.fingerprint(candidate) instanceof Decoded.Ok<Fingerprint>) {
          accepted++;
        }
      }
    }
    assertThat(accepted).isEqualTo(2); // the one bit that counts, set or not
  }
}
