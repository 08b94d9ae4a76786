package io.keymoot.flatkeying.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.keymoot.flatkeying.SeededEntropy;
import org.junit.jupiter.api.Test;

class AeadTest {
  private final SeededEntropy entropy = new SeededEntropy(1);
  private final byte[] key = entropy.bytes(32);
  private final byte[] associated = entropy.bytes(20);
  private final byte[] plaintext = entropy.bytes(32);
  private final byte[] sealed = Aead.sealOnce(key, associated, plaintext);

  @Test
  void whatWasSealedOpens() {
    assertThat(sealed).hasSize(48);
    assertThat(Aead.openOnce(key, associated, sealed))
        .asInstanceOf(type(Opening.Opened.class))
        .satisfies(opened -> assertThat(opened.plaintext()).isEqualTo(plaintext));
  }

  @Test
  void sealingTheSameAgainGivesTheSame() {
    assertThat(Aead.sealOnce(key, associated, plaintext)).isEqualTo(sealed);
  }

  @Test
  void nothingOpensWithAnyBitChanged() {
    for (byte[] part : new byte[][] {key, associated, sealed}) {
      for (int bit = 0; bit < 8 * part.length; bit += 7) {
        part[bit / 8] ^= (byte) (1 << (bit % 8));
        assertThat(Aead.openOnce(key, associated, sealed)).isInstanceOf(Opening.Failed.class);
        part[bit / 8] ^= (byte) (1 << (bit % 8));
      }
    }
  }

  @Test
  void bytesTooShortToHaveATagDoNotOpen() {
    assertThat(Aead.openOnce(key, associated, new byte[15])).isInstanceOf(Opening.Failed.class);
    assertThat(Aead.openOnce(key, associated, new byte[0])).isInstanceOf(Opening.Failed.class);
  }

  @Test
  void whatWasOpenedIsWipedOnCloseAndNeverPrinted() {
    Opening.Opened opened = (Opening.Opened) Aead.openOnce(key, associated, sealed);
    byte[] inside = opened.plaintext();
    opened.close();

    assertThat(inside).containsOnly(0);
    assertThat(opened).hasToString("Opened(32 bytes)");
  }
}
