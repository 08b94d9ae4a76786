package io.keymoot.runtime.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class StreetsTest {
  @Test
  void whatIsLeftOfARunThatIsGoneIsARuinAndNothingElse() {
    List<String> gone = List.of("km17", "km17-0", "km17v12", "km17b", "kmp17", "kmp17b");
    List<String> alive = List.of("km171", "km171-0", "km171v1", "km171b", "kmp171");
    List<String> others =
        List.of("eth0", "lo", "km", "kmq17", "km17x", "xkm17", "docker0", "km-17");
    assertThat(Streets.ruins(gone, pid -> pid == 171)).isEqualTo(gone);
    assertThat(Streets.ruins(alive, pid -> pid == 171)).isEmpty();
    assertThat(Streets.ruins(others, pid -> false)).isEmpty();
  }
}
