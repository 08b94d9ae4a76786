package io.keymoot.flatkeying.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.GeneralSecurityException;
import java.util.Random;
import javax.crypto.Cipher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The check that spares forged frames their exception, against the platform's GCM. */
class TagCheckTest {
  private final Random random = new Random(7);

  private static final int[] METADATA = {0, 1, 15, 16, 17, 3_000};
  private static final int[] TEXTS = {0, 1, 15, 16, 17, 31, 32, 300};

  /** Of headers also those that SFrame has none of, for what they are made of is not looked at. */
  @ParameterizedTest
  @ValueSource(ints = {16, 32})
  void theCheckAgreesWithThePlatformsGcmOnEveryLength(int keyBytes) throws Exception {
    byte[] bytes = new byte[keyBytes];
    random.nextBytes(bytes);
    CipherKey key = new CipherKey("AES", bytes, 0, keyBytes);
    TagCheck check = new TagCheck(key);
    long number = 0;
    for (int header = 1; header <= 18; header++) {
      for (int metadata : METADATA) {
        for (int text : TEXTS) {
          agree(check, key, number++, header, new byte[metadata], text);
        }
      }
    }
  }

  private void agree(
      TagCheck check, CipherKey key, long number, int header, byte[] metadata, int text)
      throws GeneralSecurityException {
    Desk desk = Desk.ofThisThread();
    int at = random.nextInt(5);
    byte[] in = new byte[at + header + text + SFrameSuite.GCM_TAG_BYTES + random.nextInt(20)];
    random.nextBytes(in);
    random.nextBytes(metadata);
    desk.nonce.set(new byte[SFrameSuite.NONCE_BYTES], number);
    desk.gcmSeal.init(Cipher.ENCRYPT_MODE, key, desk.nonce);
    desk.gcmSeal.updateAAD(in, at, header);
    desk.gcmSeal.updateAAD(metadata);
    desk.gcmSeal.doFinal(in, at + header, text, in, at + header);
    int length = header + text + SFrameSuite.GCM_TAG_BYTES;
    String what = header + " + " + metadata.length + ", " + text;

    assertThat(check.holds(desk, number, in, at, header, length, metadata)).as(what).isTrue();
    int firstOfTag = at + length - SFrameSuite.GCM_TAG_BYTES;
    for (int each : new int[] {at, at + header - 1, firstOfTag - 1, firstOfTag, at + length - 1}) {
      byte bit = (byte) (1 << random.nextInt(8));
      in[each] ^= bit;
      assertThat(check.holds(desk, number, in, at, header, length, metadata)).as(what).isFalse();
      in[each] ^= bit;
    }
    if (metadata.length > 0) {
      metadata[metadata.length - 1] ^= 1;
      assertThat(check.holds(desk, number, in, at, header, length, metadata)).as(what).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"AES_128_GCM_SHA256_128", "AES_256_GCM_SHA512_128"})
  void theCheckAgreesOnTheLongestFrames(SFrameSuite suite) {
    Desk desk = Desk.ofThisThread();
    SFrameKey key = FrameSecret.derive(new byte[32], suite, 5);
    for (int length : new int[] {65_535, 1 << 18, (1 << 20) - 200}) {
      byte[] text = new byte[length];
      new Random(length).nextBytes(text);
      byte[] frame = new byte[length + 60];
      int sealed = key.seal(desk, length, text, 0, length, Cast.NO_METADATA, frame, 0);
      int header = SFrameHeader.measure(frame, 0, sealed);
      byte[] out = new byte[length];
      assertThat(key.open(desk, length, frame, 0, header, sealed, Cast.NO_METADATA, out, 0, true))
          .isEqualTo(length);
      frame[length / 2] ^= 1;
      assertThat(key.open(desk, length, frame, 0, header, sealed, Cast.NO_METADATA, out, 0, true))
          .isEqualTo(SFrameKey.FORGED);
    }
  }

  /** Whoever floods with one number may not make each refusal dearer than the frame. */
  @ParameterizedTest
  @EnumSource(names = {"AES_128_GCM_SHA256_128", "AES_256_GCM_SHA512_128"})
  void aNumberThatComesAgainIsCheckedWithoutFurtherAdo(SFrameSuite suite) {
    Desk desk = Desk.ofThisThread();
    SFrameKey key = FrameSecret.derive(new byte[32], suite, 13);
    byte[] frame = new byte[100];
    byte[] out = new byte[20];
    int sealed = key.seal(desk, 8, new byte[20], 0, 20, Cast.NO_METADATA, frame, 0);
    int header = SFrameHeader.measure(frame, 0, sealed);
    for (int i = 0; i < 5; i++) {
      frame[sealed - 1 - i] ^= 1;
      assertThat(key.open(desk, 8, frame, 0, header, sealed, Cast.NO_METADATA, out, 0, true))
          .isEqualTo(SFrameKey.FORGED);
    }
    assertThat(desk.lendsKeys)
        .as("that the check's cipher no longer had the key of the frame before")
        .isTrue();
  }

  /**
   * Some other provider may well keep a key of its own, and then refuses a nonce twice in a row.
   */
  @ParameterizedTest
  @EnumSource(names = {"AES_128_GCM_SHA256_128", "AES_256_GCM_SHA512_128"})
  void whereTheCipherKnowsTheKeyAgainTheFrameIsCheckedAllTheSame(SFrameSuite suite)
      throws GeneralSecurityException {
    Desk desk = Desk.ofThisThread();
    byte[] salt = new byte[SFrameSuite.NONCE_BYTES];
    byte[] bytes = new byte[suite.aesKeyBytes()];
    SFrameKey key = new SFrameKey(suite, 14, bytes, salt);
    byte[] frame = new byte[100];
    byte[] out = new byte[20];
    int sealed = key.seal(desk, 9, new byte[20], 0, 20, Cast.NO_METADATA, frame, 0);
    int header = SFrameHeader.measure(frame, 0, sealed);
    CipherKey kept = new CipherKey("AES", bytes, 0, bytes.length);
    try {
      for (boolean lends : new boolean[] {true, false, false}) {
        assertThat(desk.lendsKeys).isEqualTo(lends);
        desk.nonce.set(salt, 10);
        desk.gcmCheck().init(Cipher.ENCRYPT_MODE, kept, desk.nonce);
        desk.nonce.set(salt, 9);
        desk.gcmCheck().init(Cipher.ENCRYPT_MODE, kept, desk.nonce);
        assertThat(key.open(desk, 9, frame, 0, header, sealed, Cast.NO_METADATA, out, 0, true))
            .isEqualTo(20);
      }
    } finally {
      desk.lendsKeys = true;
    }
  }

  /** A platform may read the key no sooner than it begins: today's does so at once. */
  @Test
  void theKeyIsLentUntilTheTagIsMade() {
    byte[] bytes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    SFrameKey key =
        new SFrameKey(
            SFrameSuite.AES_128_GCM_SHA256_128, 15, bytes, new byte[SFrameSuite.NONCE_BYTES]);
    byte[] frame = new byte[100];
    byte[] out = new byte[20];
    Desk desk = Desk.ofThisThread();
    int sealed = key.seal(desk, 11, new byte[20], 0, 20, Cast.NO_METADATA, frame, 0);
    int header = SFrameHeader.measure(frame, 0, sealed);
    LateGcm late = new LateGcm();
    desk.gcmCheck = new LateGcm.Late(late);
    try {
      assertThat(key.open(desk, 11, frame, 0, header, sealed, Cast.NO_METADATA, out, 0, true))
          .isEqualTo(20);
    } finally {
      desk.gcmCheck = null;
    }
    assertThat(late.taken()).as("the key that it took").hasSize(16).containsOnly(0);
  }

  /** Keys come and go while senders are many; the platform knows a key by its bytes. */
  @ParameterizedTest
  @EnumSource(names = {"AES_128_GCM_SHA256_128", "AES_256_GCM_SHA512_128"})
  void aForgeryThatComesAgainAfterItsKeyWasDerivedAnewIsRefusedAgain(SFrameSuite suite) {
    Desk desk = Desk.ofThisThread();
    byte[] frame = new byte[100];
    byte[] out = new byte[20];
    SFrameKey sender = FrameSecret.derive(new byte[32], suite, 12);
    int sealed = sender.seal(desk, 7, new byte[20], 0, 20, Cast.NO_METADATA, frame, 0);
    int header = SFrameHeader.measure(frame, 0, sealed);
    frame[sealed - 1] ^= 1;
    for (int i = 0; i < 3; i++) {
      try (SFrameKey derived = FrameSecret.derive(new byte[32], suite, 12)) {
        assertThat(derived.open(desk, 7, frame, 0, header, sealed, Cast.NO_METADATA, out, 0, true))
            .isEqualTo(SFrameKey.FORGED);
      }
    }
  }

  @Test
  void inAFloodTheFirstForgeriesAloneCostAnException() {
    assertThat(meets("FF").isWary()).isTrue();
    assertThat(meets("F".repeat(1_000)).isWary()).isTrue();
    assertThat(meets("FFGFGF").isWary()).isTrue();
  }

  /** Whatever is wrong with it, it is not the platform's cipher that is asked. */
  @Test
  void inAFloodForgeriesDoNotComeToThePlatformsCipher() {
    Desk desk = meets("FF");
    Cipher asked = desk.gcmOpen;
    desk.gcmOpen = new LateGcm.Late(new LateGcm());
    try {
      meet(desk, 'F');
    } finally {
      desk.gcmOpen = asked;
    }
  }

  /** Else one forgery among thousands would double what they all cost. */
  @Test
  void whereForgeriesAreFewNoGoodFrameIsCheckedTwice() {
    Desk desk = meets("");
    for (int i = 0; i < 1_000; i++) {
      for (char each : "FG".toCharArray()) {
        assertThat(desk.isWary()).isFalse();
        meet(desk, each);
      }
    }
  }

  /** In whatever order somebody sends them: what good ones are checked for is paid for by them. */
  @Test
  void noMoreGoodFramesAreCheckedTwiceThanThereAreForgedOnes() {
    Desk desk = meets("");
    int forged = 0;
    int checkedTwice = 0;
    for (int i = 0; i < 5_000; i++) {
      char next = desk.isWary() || random.nextInt(9) == 0 ? 'G' : 'F';
      next = random.nextInt(7) == 0 ? 'F' : next;
      forged += next == 'F' ? 1 : 0;
      checkedTwice += next == 'G' && desk.isWary() ? 1 : 0;
      meet(desk, next);
    }
    assertThat(checkedTwice).isBetween(forged / 4, forged);
  }

  @Test
  void afterAFloodAThreadSoonTrustsAgain() {
    assertThat(meets("F".repeat(1_000) + "G".repeat(14)).isWary()).isTrue();
    assertThat(meets("F".repeat(1_000) + "G".repeat(15)).isWary()).isFalse();
  }

  private static Desk meets(String frames) {
    Desk desk = Desk.ofThisThread();
    for (int i = 0; i < 100; i++) {
      desk.metGood();
    }
    frames.chars().forEach(each -> meet(desk, (char) each));
    return desk;
  }

  private static void meet(Desk desk, char frame) {
    SFrameKey key = FrameSecret.derive(new byte[32], SFrameSuite.AES_256_GCM_SHA512_128, frame);
    byte[] sealed = new byte[100];
    int length = key.seal(desk, ++counter, new byte[20], 0, 20, Cast.NO_METADATA, sealed, 0);
    int header = SFrameHeader.measure(sealed, 0, length);
    sealed[length - 1] ^= (byte) (frame == 'F' ? 1 : 0);
    int text =
        key.open(
            desk, counter, sealed, 0, header, length, Cast.NO_METADATA, new byte[20], 0, false);
    assertThat(text).isEqualTo(frame == 'F' ? SFrameKey.FORGED : 20);
  }

  private static long counter = 1_000;
}
