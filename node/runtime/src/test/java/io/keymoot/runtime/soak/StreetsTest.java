package io.keymoot.runtime.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class StreetsTest {
  /** As another sees it, wherever it counts its processes. */
  @Test
  void aRunIsAliveAsLongAsItsClaimIsHeld() throws IOException {
    Streets.Claim claim = Streets.Claim.take();
    String bridge = "ks" + claim.number() + "b";
    try (claim) {
      assertThat(Streets.ruins(List.of(bridge))).isEmpty();
    }
    assertThat(Streets.ruins(List.of(bridge))).containsExactly(bridge);
  }

  @Test
  void whatIsLeftOfARunThatIsGoneIsARuinAndNothingElse() {
    List<String> gone = List.of("ks17", "ks17-0", "ks17v12", "ks17b", "ksp17", "ksp17b");
    List<String> alive = List.of("ks171", "ks171-0", "ks171v1", "ks171b", "ksp171");
    List<String> others =
        List.of(
            "eth0", "lo", "ks", "km17", "ksq17", "ks171717", "ks17x", "xks17", "docker0", "ks-17");
    assertThat(Streets.ruins(gone, number -> number == 171)).isEqualTo(gone);
    assertThat(Streets.ruins(alive, number -> number == 171)).isEmpty();
    assertThat(Streets.ruins(others, number -> false)).isEmpty();
  }
}
