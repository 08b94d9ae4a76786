package io.keymoot.runtime.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the judge of who was put out holds against it, of frames. */
class LeakTest {
  private static final Map<String, Set<String>> WITHOUT =
      Map.of("anna", Set.of("new", "newer"), "ben", Set.of("newer"));

  @Test
  void aFrameSealedByWhoUsedAnEpochWithoutItIsALeakAndSaysWhose() {
    assertThat(Soak.leak(Map.of("anna", Set.of("old", "new")), WITHOUT).orElseThrow())
        .contains("anna")
        .contains("[new]");
    assertThat(Soak.leak(Map.of("ben", Set.of("newer")), WITHOUT)).isPresent();
  }

  /** Who has not heard of the new epoch yet seals under the old one. */
  @Test
  void whatWasSealedUnderOlderEpochsIsNone() {
    assertThat(Soak.leak(Map.of("anna", Set.of("old"), "ben", Set.of("old", "-")), WITHOUT))
        .isEmpty();
  }

  /** A device that was cut off when it was put out seals on, and has the keys it made itself. */
  @Test
  void itsOwnFramesItKnewAnyway() {
    assertThat(Soak.leak(Map.of("hoarder", Set.of("newer")), WITHOUT)).isEmpty();
  }
}
