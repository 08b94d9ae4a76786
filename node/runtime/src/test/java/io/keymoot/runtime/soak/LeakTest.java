package io.keymoot.runtime.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the judge of who was put out holds against it. */
class LeakTest {
  private static final long SWITCHED = 1_000_000_000L;

  private static Map<String, Long> opened(String sender, long millisAfter) {
    return Map.of("anna", SWITCHED - 1, sender, SWITCHED + millisAfter * 1_000_000);
  }

  @Test
  void aFrameOfSomebodyWhoHadTheNewKeyIsALeakAndSaysWhose() {
    assertThat(Soak.leak(opened("ben", 504), member -> SWITCHED).orElseThrow())
        .contains("of ben sealed 504 ms after");
  }

  @Test
  void whatWasSealedBeforeOrWasInHandIsNone() {
    assertThat(Soak.leak(opened("ben", 49), member -> SWITCHED)).isEmpty();
  }

  /** A device that was cut off when it was put out seals under the old key until it hears so. */
  @Test
  void itsOwnFramesItKnewAnyway() {
    Map<String, Long> opened = opened("hoarder", 504);
    assertThat(Soak.leak(Soak.sealedByOthers("hoarder", opened), member -> SWITCHED)).isEmpty();
    assertThat(Soak.leak(Soak.sealedByOthers("cora", opened), member -> SWITCHED)).isPresent();
  }
}
