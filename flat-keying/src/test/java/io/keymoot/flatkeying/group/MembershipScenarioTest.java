package io.keymoot.flatkeying.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Attacks and other stories, each a file: what is said, and below the line what peers make of it.
 * The oracle and the product have to print the same. {@code -Dscenario.rewrite} writes the oracle's
 * trace into the files, to be reviewed like code.
 */
class MembershipScenarioTest {
  private static final Path FOLDER = Path.of("src/test/resources/scenarios/membership");
  private static final String LINE = "----";

  static List<Path> files() {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.filter(file -> file.toString().endsWith(".txt")).sorted().toList();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static List<String> commands(Path file) {
    try {
      return Files.readAllLines(file).stream().takeWhile(line -> !line.equals(LINE)).toList();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @TestFactory
  Stream<DynamicTest> theOracleTellsTheStoryAsItIsWrittenDown() {
    return files().stream()
        .map(
            file ->
                DynamicTest.dynamicTest(
                    sentence(file),
                    () -> {
                      String told =
                          MembershipScenario.play(
                              commands(file),
                              EnumSet.noneOf(SectionFiveOracle.Switch.class),
                              terms ->
                                  new OracleMembership(
                                      terms, EnumSet.noneOf(SectionFiveOracle.Switch.class)));
                      if (System.getProperty("scenario.rewrite") != null) {
                        Files.writeString(
                            file, String.join("\n", commands(file)) + "\n" + LINE + "\n" + told);
                      }
                      assertThat(told).isEqualTo(written(file));
                    }));
  }

  @TestFactory
  Stream<DynamicTest> theProductTellsTheStoryAsItIsWrittenDown() {
    return files().stream()
        .map(
            file ->
                DynamicTest.dynamicTest(
                    sentence(file),
                    () ->
                        assertThat(
                                MembershipScenario.play(
                                    commands(file),
                                    EnumSet.noneOf(SectionFiveOracle.Switch.class),
                                    RealMembership::new))
                            .isEqualTo(written(file))));
  }

  static String sentence(Path file) {
    return file.getFileName().toString().replace(".txt", "").replace('-', ' ');
  }

  static String written(Path file) throws IOException {
    String all = Files.readString(file);
    int line = all.indexOf("\n" + LINE + "\n");
    return line < 0 ? "" : all.substring(line + LINE.length() + 2);
  }
}
