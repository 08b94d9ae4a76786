package io.keymoot.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * The command line as text files in {@code scripts}: lines that begin with {@code $} are run, what
 * follows is what they print, output first and errors after it, and a last line {@code = 3} is the
 * exit code where it is not 0.
 *
 * <pre>
 *   ~      anything within a line
 *   …      a line of its own: any whole lines
 *   NAME   stands for what follows "NAME = " after {@code keep}: what ~ was in the line before
 * </pre>
 *
 * {@code start} starts a daemon in the background of the test, over the in-memory network; all
 * other commands speak to it over HTTP as they always do; {@code stop} ends it. {@code set} sets a
 * variable of the environment, {@code copy} copies a file into a folder that is there, {@code
 * mkdir} makes one with those above it. What begins with {@code until} is repeated until it prints
 * that. The folder HERE is fresh for each script.
 */
class ScriptsTest {
  private static final long PATIENCE_NANOS = 40_000_000_000L;

  @TempDir private Path temp = Path.of("");

  /** By their folders. */
  private final Map<String, Daemon> daemons = new LinkedHashMap<>();

  private final Map<String, String> environment = new TreeMap<>();

  @AfterEach
  void end() {
    daemons.values().forEach(Daemon::close);
    Environment.replaceBy(null);
  }

  @TestFactory
  Stream<DynamicTest> scripts() throws IOException, URISyntaxException {
    Path folder = Path.of(Objects.requireNonNull(ScriptsTest.class.getResource("scripts")).toURI());
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.sorted().toList();
    }
    assertThat(files).isNotEmpty();
    return files.stream()
        .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> play(file)));
  }

  private void play(Path file) throws Exception {
    Path here = Files.createDirectories(temp.resolve(file.getFileName().toString()));
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("HERE", here.toString());
    environment.clear();
    environment.put("KEYMOOT_STATE", here + "/state");
    environment.put("KEYMOOT_CONFIG", here + "/config");
    Environment.replaceBy(environment);
    String command = null;
    List<String> expected = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith("#")) {
        continue;
      }
      if (line.startsWith("$ ")) {
        check(command, expected, variables);
        command = line.substring(2);
        expected.clear();
      } else {
        expected.add(line);
      }
    }
    check(command, expected, variables);
    daemons.values().forEach(Daemon::close);
    daemons.clear();
  }

  private void check(
      @org.jspecify.annotations.Nullable String command,
      List<String> expected,
      Map<String, String> variables)
      throws Exception {
    if (command == null) {
      return;
    }
    while (!expected.isEmpty() && expected.get(expected.size() - 1).isBlank()) {
      expected.remove(expected.size() - 1);
    }
    int exit = 0;
    if (!expected.isEmpty() && expected.get(expected.size() - 1).startsWith("= ")) {
      exit = Integer.parseInt(expected.remove(expected.size() - 1).substring(2));
    }
    String keep = null;
    if (!expected.isEmpty() && expected.get(expected.size() - 1).startsWith("keep ")) {
      keep = expected.remove(expected.size() - 1).substring(5);
    }
    Pattern pattern = pattern(expected, variables);
    boolean until = command.startsWith("until ");
    String step = filled(until ? command.substring(6) : command, variables);
    long end = System.nanoTime() + PATIENCE_NANOS;
    StringWriter said;
    int code;
    String text;
    do {
      said = new StringWriter();
      code = run(step, new PrintWriter(said));
      text = said.toString().replace("\r", "").stripTrailing();
      text += text.isEmpty() ? "" : "\n";
    } while (until && !pattern.matcher(text).matches() && System.nanoTime() < end);
    assertThat(text).as("$ %s%n%s", command, said).matches(pattern);
    assertThat(code).as("exit code of $ %s%n%s", command, said).isEqualTo(exit);
    if (keep != null) {
      var matcher = pattern.matcher(text);
      assertThat(matcher.matches()).isTrue();
      variables.put(keep, matcher.group(1));
    }
  }

  private int run(String command, PrintWriter said) throws Exception {
    List<String> words = words(command);
    switch (words.get(0)) {
      case "write" -> {
        Path file = Path.of(words.get(1));
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        io.keymoot.daemon.setting.PrivateFiles.write(
            file,
            (String.join("\n", words.subList(2, words.size())) + "\n")
                .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return 0;
      }
      case "set" -> {
        environment.put(words.get(1), words.get(2));
        Environment.replaceBy(environment);
        return 0;
      }
      case "copy" -> {
        Files.copy(
            Path.of(words.get(1)), Path.of(words.get(2)), StandardCopyOption.REPLACE_EXISTING);
        return 0;
      }
      case "mkdir" -> {
        Files.createDirectories(Path.of(words.get(1)));
        return 0;
      }
      case "mode" -> {
        said.println(
            java.nio.file.attribute.PosixFilePermissions.toString(
                Files.getPosixFilePermissions(Path.of(words.get(1)))));
        return 0;
      }
      case "start" -> {
        daemons.put(words.get(1), TestDaemon.start(words.subList(1, words.size())));
        return 0;
      }
      case "stop" -> {
        Objects.requireNonNull(daemons.remove(words.get(1)), "no daemon there").close();
        return 0;
      }
      case "keymoot" -> {}
      default -> throw new IllegalArgumentException("no such step: " + command);
    }
    CommandLine line = Keymoot.commandLine();
    StringWriter errors = new StringWriter();
    line.setOut(said);
    line.setErr(new PrintWriter(errors));
    int code = line.execute(words.subList(1, words.size()).toArray(String[]::new));
    said.print(errors);
    said.flush();
    return code;
  }

  private static String filled(String text, Map<String, String> variables) {
    String filled = text;
    for (Map.Entry<String, String> each : variables.entrySet()) {
      filled = filled.replace(each.getKey(), each.getValue());
    }
    return filled;
  }

  private static Pattern pattern(List<String> expected, Map<String, String> variables) {
    StringBuilder pattern = new StringBuilder();
    for (String each : expected) {
      String line = filled(each, variables);
      if (line.equals("…")) {
        pattern.append("(?s:.*\n)?");
        continue;
      }
      String[] parts = line.stripTrailing().split("~", -1);
      for (int part = 0; part < parts.length; part++) {
        pattern.append(part == 0 ? "" : "([^\n]*)").append(Pattern.quote(parts[part]));
      }
      pattern.append('\n');
    }
    return Pattern.compile(pattern.toString());
  }

  /** Words, of which those in single quotes are one; there {@code \n} begins a new line. */
  private static List<String> words(String command) {
    List<String> words = new ArrayList<>();
    var matcher = Pattern.compile("'([^']*)'|(\\S+)").matcher(command);
    while (matcher.find()) {
      words.add(
          matcher.group(1) == null ? matcher.group(2) : matcher.group(1).replace("\\n", "\n"));
    }
    return words;
  }
}
