package io.keymoot.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code keymoot} in a process of its own. */
final class TestProcess {
  private TestProcess() {}

  /** Of this JVM's Java and classes; quick to start. */
  static List<String> keymoot(List<String> options, String... words) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xmx96m"));
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Keymoot.class.getName()));
    command.addAll(List.of(words));
    return command;
  }

  /** A daemon that founds a group over the in-memory network, with its files in one folder. */
  static ProcessBuilder run(Path state, List<String> options, String... settings) {
    List<String> words = new ArrayList<>(List.of("run", "--transport", "local", "--found", "yes"));
    words.addAll(List.of("--state", state.toString(), "--config", state.toString()));
    words.addAll(List.of(settings));
    return new ProcessBuilder(keymoot(options, words.toArray(String[]::new)));
  }

  static void signal(Process process, String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    assertThat(kill.waitFor()).isZero();
  }

  /** Who started all this may have said so, as nohup does; and then no Java hears the signal. */
  static boolean isDeafTo(Process process, int signal) throws IOException {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    return Files.exists(status)
        && Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .map(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
            .anyMatch(ignored -> (ignored >> (signal - 1) & 1) == 1);
  }
}
