package io.keymoot.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.daemon.setting.Places;
import io.keymoot.daemon.setting.Problem;
import io.keymoot.daemon.setting.Setting;
import io.keymoot.daemon.setting.Settings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A group is founded once and for good: settings that nobody could join by are refused before. */
class FoundingTest {
  @TempDir private Path temp = Path.of("");

  /** Why the daemon does not found this, and what to do. */
  private String refusal(String... keysAndValues) {
    Map<String, String> flags = new TreeMap<>();
    flags.put(Setting.TRANSPORT.key(), "local");
    flags.put(Setting.API.key(), "127.0.0.1:0");
    flags.put(Setting.FOUND.key(), "yes");
    for (int i = 0; i < keysAndValues.length; i += 2) {
      flags.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    Places places = Places.of(temp, temp, name -> null);
    Settings settings = Settings.read(flags, name -> null, places.settings());
    try (Daemon daemon = Daemon.open(places, settings)) {
      Problem problem = Assertions.catchThrowableOfType(Problem.class, daemon::join);
      assertThat(problem).isNotNull();
      return Objects.requireNonNull(problem).detail() + ' ' + problem.remedy();
    }
  }

  @Test
  void namesAndRolesThatOthersCannotRead() {
    assertThat(refusal("group", "x".repeat(129))).contains("'group'", "128 bytes");
    assertThat(refusal("group", "ward\t3")).contains("'group'", "control character");
    assertThat(refusal("admit", "role:")).contains("'admit'", "64 bytes");
    assertThat(refusal("expel", "role:" + "x".repeat(65))).contains("'expel'", "64 bytes");
  }

  @Test
  void anIdWhereItCannotBeFoundedOrFound() {
    String id = "0123456789abcdef".repeat(4);
    assertThat(refusal("group", id, "found", "no"))
        .contains("'group' is an id", "'cluster' is empty", "--cluster 'ward 3'");
    assertThat(refusal("group", id, "found", "if-alone")).contains("'cluster' is empty");
    assertThat(refusal("group", id, "cluster", "ward 3")).contains("'found' is yes");
  }

  @Test
  void patternsThatSayNothingOrHaveNoRoots() {
    assertThat(refusal("patterns", "o=Example")).contains("open to everybody", "'anchors'");
    StringWriter said = new StringWriter();
    int made =
        Keymoot.commandLine()
            .setErr(new PrintWriter(said))
            .setOut(new PrintWriter(said))
            .execute("ca", "root", "Example", "--out", temp.resolve("root").toString());
    assertThat(made).as(said.toString()).isZero();
    String anchors = temp.resolve("root/chain.pem").toString();
    assertThat(refusal("anchors", anchors, "patterns", "nonsense"))
        .contains("'patterns'", "nonsense", "field=value");
    assertThat(refusal("anchors", anchors, "patterns", "o=a;".repeat(33))).contains("32 patterns");
  }
}
