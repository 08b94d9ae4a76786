package io.keymoot.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** All randomness comes from one source, and nothing else decides anything. */
class TwoJvmsTest {

  /** In each JVM identity hashes and the order of unordered sets are others. */
  private static Process start(long seed, String... options) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            Trace.class.getName(),
            Long.toString(seed)));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
  }

  private static String hash(Process process) throws IOException, InterruptedException {
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isZero();
    return said.trim();
  }

  @Test
  void theSameSeedAndInputsGiveTheSameTraceInTwoJvms() throws Exception {
    Process one = start(42, "-XX:+UseSerialGC");
    Process other =
        start(42, "-XX:+UseParallelGC", "-Duser.language=tr", "-Duser.timezone=Asia/Tokyo");
    String trace = hash(one);
    assertThat(trace).matches("[0-9a-f]{64} over \\d{3,} effects");
    assertThat(hash(other)).isEqualTo(trace);
    assertThat(Trace.of(42)).isEqualTo(trace);
    assertThat(Trace.of(43)).isNotEqualTo(trace);
  }
}
