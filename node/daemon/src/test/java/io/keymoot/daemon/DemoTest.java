package io.keymoot.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * The walking skeleton, last leg: five real processes over real JGroups. It stays green for good.
 */
class DemoTest {
  private static final int PATIENCE_SECONDS = 90;
  private static final int INTERRUPT = 2;

  @TempDir private Path temp = Path.of("");
  private @Nullable Process started;

  @AfterEach
  void end() {
    if (started != null) {
      started.descendants().forEach(ProcessHandle::destroyForcibly);
      started.destroyForcibly();
    }
  }

  @Test
  void fiveProcessesMeetTalkAndPutOneOutWhoThenOpensNothing() {
    StringWriter said = new StringWriter();
    CommandLine keymoot = Keymoot.commandLine();
    keymoot.setOut(new PrintWriter(said));
    int exit = keymoot.execute("demo", "--once");
    assertThat(exit).as(said.toString()).isZero();
    assertThat(said.toString())
        .contains("eva came late", "could not open them", "All of it was checked.");
  }

  /** In a network of its own, in which nothing that is sent to many arrives. */
  private static final List<String> WITHOUT_MULTICAST =
      List.of(
          "unshare",
          "-n",
          "sh",
          "-c",
          "ip link set lo up && nft 'add table ip demo; add chain ip demo out { type filter hook"
              + " output priority 0; }; add rule ip demo out ip daddr 224.0.0.0/4 drop' && exec"
              + " \"$@\"",
          "sh");

  @Test
  void withoutMulticastItSaysSoAndUsesTcpAndMachinesReadItStepByStep() throws Exception {
    List<String> expected = new ArrayList<>();
    boolean mayCutOff = isPossible(WITHOUT_MULTICAST);
    if (mayCutOff) {
      expected.add("network");
    } else {
      System.out.println("No network without multicast can be made here: TCP is asked for.");
    }
    expected.addAll(
        List.of("certificates", "meet", "talk", "late", "talk", "evict", "evicted", "talk"));
    expected.addAll(List.of("separated", "healed", "talk", "done"));
    Process demo =
        mayCutOff
            ? begin(WITHOUT_MULTICAST, "--once", "--json")
            : begin(List.of(), "--once", "--json", "--tcp");
    assertThat(demo.waitFor(2 * PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(demo.exitValue()).as(said()).isZero();
    List<JsonObject> steps = said().lines().map(JsonObject::new).toList();
    assertThat(steps.stream().map(step -> step.getString("step")))
        .containsExactlyElementsOf(expected);
    if (mayCutOff) {
      assertThat(steps.get(0).getString("text")).contains("No multicast", "TCP");
    }
    long before = 0;
    for (JsonObject step : steps) {
      assertThat(step.getBoolean("ok")).as(step.encode()).isTrue();
      assertThat(step.getString("text")).isNotBlank();
      assertThat(step.getLong("millis")).isBetween(0L, step.getLong("atMillis"));
      assertThat(step.getLong("atMillis")).isGreaterThanOrEqualTo(before);
      before = step.getLong("atMillis");
    }
  }

  private static boolean isPossible(List<String> within) throws InterruptedException {
    List<String> command = new ArrayList<>(within);
    command.add("true");
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
    } catch (IOException notInstalled) {
      return false;
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void whereAClaimDoesNotHoldItSaysSoAndEndsWithOne() throws Exception {
    Process demo = begin(List.of(), "--once", "--json");
    // That all four hold one key will not be so.
    peer(demo, "ben").destroyForcibly();
    List<ProcessHandle> peers = demo.descendants().toList();
    assertThat(demo.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(demo.exitValue()).as(said()).isEqualTo(1);
    List<JsonObject> failed =
        said().lines().map(JsonObject::new).filter(step -> !step.getBoolean("ok")).toList();
    assertThat(failed.get(0).getString("text")).startsWith("FAILED: ").contains("ben");
    assertThat(said()).doesNotContain("\"done\"", "\tat ");
    nothingIsLeft(peers);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void atCtrlCItLeavesNoProcessAndNoFile() throws Exception {
    Process demo = begin(List.of());
    List<ProcessHandle> peers = List.of(peer(demo, "anna"), peer(demo, "ben"));
    // Where that is ignored, by the signal that is obeyed in the same way.
    TestProcess.signal(demo, TestProcess.isDeafTo(demo, INTERRUPT) ? "TERM" : "INT");
    assertThat(demo.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(said()).doesNotContain("\tat ", "FAILED", "bug");
    nothingIsLeft(peers);
  }

  /** In a process of its own, whose temporary files are in a folder of its own. */
  private Process begin(List<String> within, String... words) throws IOException {
    Path files = Files.createDirectories(temp.resolve("files"));
    List<String> command = new ArrayList<>(within);
    command.addAll(
        TestProcess.keymoot(
            List.of("-XX:TieredStopAtLevel=1", "-Djava.io.tmpdir=" + files), "demo"));
    command.addAll(List.of(words));
    Process demo =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(temp.resolve("said").toFile())
            .start();
    started = demo;
    return demo;
  }

  private String said() throws IOException {
    return Files.readString(temp.resolve("said"), StandardCharsets.UTF_8);
  }

  /** Once the demo has begun it. */
  private static ProcessHandle peer(Process demo, String name) {
    TestGroup.until(() -> !demo.isAlive() || peers(demo, name).findFirst().isPresent());
    return peers(demo, name).findFirst().orElseThrow();
  }

  private static Stream<ProcessHandle> peers(Process demo, String name) {
    return demo.descendants().filter(each -> arguments(each).contains('/' + name + '\0'));
  }

  /** All of them; what Java tells ends after 4 kB. */
  private static String arguments(ProcessHandle process) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"));
    } catch (IOException e) {
      return ""; // it has gone
    }
  }

  private void nothingIsLeft(List<ProcessHandle> peers) throws IOException {
    assertThat(peers).isNotEmpty().noneMatch(ProcessHandle::isAlive);
    try (Stream<Path> left = Files.list(temp.resolve("files"))) {
      assertThat(left.filter(each -> each.getFileName().toString().startsWith("keymoot-demo")))
          .isEmpty();
    }
  }
}
