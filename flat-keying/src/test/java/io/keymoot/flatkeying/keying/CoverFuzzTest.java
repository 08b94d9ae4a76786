package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;

/**
 * The decoder of covers, on anything: it answers and never throws, and writes back what it takes.
 */
class CoverFuzzTest {
  @FuzzTest
  void covers(byte[] data) {
    Bytes bytes = Bytes.of(data);
    if (Cover.decode(bytes) instanceof Decoded.Ok<Cover>(Cover cover)) {
      assertThat(cover.encode()).isEqualTo(bytes);
    }
  }
}
