package io.keymoot.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What {@code keymoot completion} prints, in the shells that it is for. */
class CompletionTest {
  /** Completes the last of the words that follow the script, as the shell does when Tab is hit. */
  private static final String TAB =
      """
      source "$1"
      shift
      if [ -n "${ZSH_VERSION:-}" ]; then
        emulate sh
        setopt kshglob noshglob braceexpand
      else
        # It asks for the shell's own Tab, which nobody hit.
        compopt() { :; }
      fi
      COMP_WORDS=("$@")
      COMP_CWORD=$(($# - 1))
      COMP_LINE="$*"
      COMP_POINT=${#COMP_LINE}
      COMPREPLY=()
      _complete_keymoot
      printf '%s\\n' "${COMPREPLY[@]}"
      """;

  @TempDir private Path temp = Path.of("");

  @ParameterizedTest
  @ValueSource(strings = {"bash", "zsh"})
  void itCompletesEveryCommandAndOption(String shell) throws Exception {
    assumeTrue(isInstalled(shell), shell + " is not installed, so its completion is not tried");
    StringWriter script = new StringWriter();
    CommandLine keymoot = Keymoot.commandLine();
    assertThat(keymoot.setOut(new PrintWriter(script)).execute("completion")).isZero();
    Path file = temp.resolve("completion");
    Files.writeString(file, script.toString());

    assertThat(tab(shell, file, "keymoot", "ev")).containsExactlyInAnyOrder("evict", "events");
    assertThat(tab(shell, file, "keymoot", "run", "--api-s")).containsExactly("--api-socket");
    assertThat(tab(shell, file, "keymoot", "ca", "sign", "--fing"))
        .containsExactly("--fingerprint");
    completes(shell, file, keymoot, List.of("keymoot"));
  }

  private static void completes(String shell, Path file, CommandLine command, List<String> words)
      throws Exception {
    List<String> commands =
        command.getSubcommands().entrySet().stream()
            .filter(each -> !each.getValue().getCommandSpec().usageMessage().hidden())
            .map(each -> each.getKey())
            .toList();
    if (!commands.isEmpty()) {
      assertThat(tab(shell, file, and(words, ""))).containsExactlyInAnyOrderElementsOf(commands);
    }
    List<String> options =
        command.getCommandSpec().options().stream()
            .filter(each -> !each.hidden())
            .flatMap(each -> Stream.of(each.names()))
            .filter(each -> each.startsWith("--"))
            .toList();
    assertThat(tab(shell, file, and(words, "--")))
        .as(String.join(" ", words))
        .containsExactlyInAnyOrderElementsOf(options);
    for (String each : commands) {
      completes(
          shell,
          file,
          Objects.requireNonNull(command.getSubcommands().get(each)),
          List.of(and(words, each)));
    }
  }

  private static String[] and(List<String> words, String last) {
    List<String> all = new ArrayList<>(words);
    all.add(last);
    return all.toArray(String[]::new);
  }

  private static boolean isInstalled(String shell) {
    return Stream.of(Objects.requireNonNullElse(System.getenv("PATH"), "").split(":", -1))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, shell)));
  }

  private static List<String> tab(String shell, Path script, String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of(shell, "-c", TAB, shell, script.toString()));
    command.addAll(List.of(words));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = read(process);
    assertThat(process.waitFor()).as(said).isZero();
    // In zsh it is the shell that leaves out what does not begin so.
    String begun = shell.equals("zsh") ? words[words.length - 1] : "";
    return said.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && line.startsWith(begun))
        .toList();
  }

  private static String read(Process process) throws IOException {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
