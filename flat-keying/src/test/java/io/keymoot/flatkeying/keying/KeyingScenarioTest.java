package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Stories of groups, each a file: what happens, and below the line what comes of it. {@code
 * -Dscenario.rewrite} writes the trace into the files, to be reviewed like code.
 */
class KeyingScenarioTest {
  private static final Path FOLDER = Path.of("src/test/resources/scenarios/keying");
  private static final String LINE = "----";

  @TestFactory
  Stream<DynamicTest> theStoryEndsAsItIsWrittenDown() throws IOException {
    List<Path> files;
    try (Stream<Path> found = Files.list(FOLDER)) {
      files = found.filter(file -> file.toString().endsWith(".txt")).sorted().toList();
    }
    return files.stream()
        .map(
            file ->
                DynamicTest.dynamicTest(
                    file.getFileName().toString().replace(".txt", "").replace('-', ' '),
                    () -> play(file)));
  }

  static void play(Path file) throws IOException {
    String all = Files.readString(file);
    int line = ("\n" + all).indexOf("\n" + LINE + "\n");
    String commands = line < 0 ? all : all.substring(0, line);
    String written = line < 0 ? "" : all.substring(line + LINE.length() + 1);
    String told = KeyingScenario.play(commands.lines().toList());
    if (System.getProperty("scenario.rewrite") != null) {
      Files.writeString(file, commands.stripTrailing() + "\n" + LINE + "\n" + told);
      written = told;
    }
    assertThat(told).isEqualTo(written);
  }
}
