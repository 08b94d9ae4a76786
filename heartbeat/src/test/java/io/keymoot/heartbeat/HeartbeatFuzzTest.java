package io.keymoot.heartbeat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.keymoot.flatkeying.wire.Bytes;

/**
 * The decoder, on anything: it answers and never throws, and what it takes it writes back byte for
 * byte. The build replays the corpus in the resources, whose seeds {@link HeartbeatCodecTest}
 * checks; CONTRIBUTING says how to search further.
 */
class HeartbeatFuzzTest {

  @FuzzTest
  void heartbeats(byte[] data) {
    HeartbeatCodecTest.writesBackWhatItTakes(Bytes.of(data));
  }
}
