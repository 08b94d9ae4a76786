package io.keymoot.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class KeymootTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void itSaysItsVersion() {
    assertThat(run("--version")).isZero();
    assertThat(out.toString()).startsWith("keymoot ");
  }

  @Test
  void aCommandItDoesNotKnowIsNamedAndTheExitCodeIsTwo() {
    assertThat(run("dance")).isEqualTo(2);
    assertThat(err.toString())
        .startsWith("There is no command 'dance'.")
        .contains("Usage: keymoot");
  }

  @Test
  void aMissingCommandIsSaidAndTheExitCodeIsTwo() {
    assertThat(run()).isEqualTo(2);
    assertThat(err.toString()).contains("a command is missing").contains("Usage: keymoot");
  }

  @Test
  void whatIsNotUnderstoodIsToldAsJsonWhereJsonIsWanted() {
    assertThat(run("evict", "--json")).isEqualTo(2);
    assertThat(new JsonObject(err.toString()).getMap())
        .containsEntry("code", "usage")
        .containsEntry("detail", "Missing required parameter: 'DEVICE'")
        .containsEntry("remedy", "See: keymoot evict --help");
  }

  @Test
  void everyCommandHasHelpWithExamplesAndJson() {
    List<String> wanted =
        List.of(
            "run",
            "id",
            "members",
            "status",
            "send",
            "listen",
            "evict",
            "pardon",
            "leave",
            "rekey",
            "epochs",
            "table",
            "events",
            "pending",
            "accept",
            "deny",
            "invite",
            "approve",
            "verify",
            "doctor",
            "ca",
            "config",
            "paths",
            "version",
            "demo",
            "page",
            "completion");
    assertThat(Keymoot.commandLine().getSubcommands().keySet())
        .containsExactlyInAnyOrderElementsOf(wanted);
    CommandLine ca = Objects.requireNonNull(Keymoot.commandLine().getSubcommands().get("ca"));
    assertThat(ca.getSubcommands().keySet()).contains("root", "site", "request", "sign", "show");
    each(Keymoot.commandLine());
  }

  private static void each(CommandLine command) {
    String name = command.getCommandSpec().qualifiedName();
    if (!command.getSubcommands().isEmpty()) {
      command.getSubcommands().values().forEach(KeymootTest::each);
    } else {
      // What it prints is for a shell alone.
      boolean speaks = !command.getCommandName().equals("completion");
      assertThat(command.getCommandSpec().findOption("--json") != null)
          .as("%s --json", name)
          .isEqualTo(speaks);
      assertThat(command.getUsageMessage()).as(name).contains("Example", " keymoot ", "--help");
    }
  }

  @Test
  void itNeverPaintsWhereNobodyLooks() {
    run("--help");
    run("version", "--json");
    assertThat(out.toString()).doesNotContain("\u001b").contains("\"api\"");
  }

  /** On a terminal that util-linux makes; there is no other way to have one here. */
  @Test
  void onATerminalItPaintsUnlessNoColorSaysNo(@TempDir Path temp) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "'script' is not installed");
    assertThat(onATerminal(temp, "NO_COLOR", "")).contains("\u001b[32mok");
    assertThat(onATerminal(temp, "NO_COLOR", "1")).contains("ok ").doesNotContain("\u001b[3");
    assertThat(onATerminal(temp, "TERM", "dumb")).contains("ok ").doesNotContain("\u001b[3");
  }

  private static String onATerminal(Path state, String variable, String value) throws Exception {
    String command =
        TestProcess.keymoot(
                List.of("-XX:TieredStopAtLevel=1"),
                "doctor",
                "--state",
                state.toString(),
                "--config",
                state.toString())
            .stream()
            .map(word -> "'" + word + "'")
            .collect(Collectors.joining(" "));
    ProcessBuilder builder =
        new ProcessBuilder("/usr/bin/script", "-qec", command, "/dev/null")
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    builder.environment().put("TERM", "xterm");
    builder.environment().put(variable, value);
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said;
  }

  private int run(String... arguments) {
    CommandLine line = Keymoot.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }
}
