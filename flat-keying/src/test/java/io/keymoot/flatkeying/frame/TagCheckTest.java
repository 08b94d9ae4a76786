package io.keymoot.flatkeying.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The check that spares forged frames their exception, against the platform's GCM. */
class TagCheckTest {
  @ParameterizedTest
  @EnumSource(names = {"AES_128_GCM_SHA256_128", "AES_256_GCM_SHA512_128"})
  void theCheckAgreesWithThePlatformsGcmOnEveryLength(SFrameSuite suite) {
    Random random = new Random(7);
    Desk desk = Desk.ofThisThread();
    for (int length = 0; length < 300; length++) {
      byte[] metadata = new byte[length % 37];
      random.nextBytes(metadata);
      SFrameKey key = FrameSecret.derive(new byte[] {(byte) length}, suite, random.nextLong());
      byte[] text = new byte[length];
      random.nextBytes(text);
      byte[] frame = new byte[length + 60];
      long counter = random.nextLong();
      int sealed = key.seal(desk, counter, text, 0, length, metadata, frame, 0);
      int header = SFrameHeader.measure(frame, 0, sealed);
      byte[] out = new byte[length];

      // "Doubtful" has the frame checked before it is opened.
      assertThat(key.open(desk, counter, frame, 0, header, sealed, metadata, out, 0, true))
          .isEqualTo(length);
      assertThat(out).isEqualTo(text);

      frame[random.nextInt(sealed)] ^= (byte) (1 << random.nextInt(8));
      for (int repeated = 0; repeated < 2; repeated++) {
        assertThat(key.open(desk, counter, frame, 0, header, sealed, metadata, out, 0, true))
            .isEqualTo(SFrameKey.FORGED);
      }
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

  @ParameterizedTest
  @EnumSource(names = {"AES_128_GCM_SHA256_128", "AES_256_GCM_SHA512_128"})
  void oneForgeryMakesAThreadWaryAndGoodFramesMakeItTrustingAgain(SFrameSuite suite) {
    Desk desk = Desk.ofThisThread();
    SFrameKey key = FrameSecret.derive(new byte[32], suite, 9);
    byte[] frame = new byte[100];
    int sealed = key.seal(desk, 1, new byte[20], 0, 20, Cast.NO_METADATA, frame, 0);
    int header = SFrameHeader.measure(frame, 0, sealed);
    byte[] forged = frame.clone();
    forged[sealed - 1] ^= 1;
    byte[] out = new byte[20];

    desk.wary = 0;
    key.open(desk, 1, forged, 0, header, sealed, Cast.NO_METADATA, out, 0, false);
    assertThat(desk.wary).isEqualTo(TagCheck.WARY_FRAMES);
    for (int i = 0; i < 10; i++) {
      key.open(desk, 1, frame, 0, header, sealed, Cast.NO_METADATA, out, 0, false);
    }
    assertThat(desk.wary).isEqualTo(TagCheck.WARY_FRAMES - 10);
    key.open(desk, 1, forged, 0, header, sealed, Cast.NO_METADATA, out, 0, false);
    assertThat(desk.wary).isEqualTo(TagCheck.WARY_FRAMES);
  }
}
