package io.keymoot.daemon.setting;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each setting is one thing with three names; flags go first, then the environment, the file. */
class SettingsTest {
  @TempDir private Path temp = Path.of("");

  private final Map<String, String> flags = all(Setting::key, "of the flag");
  private final Map<String, String> variables = all(Setting::variable, "of the environment");
  private final Map<String, String> nothing = Map.of();

  private static Map<String, String> all(
      java.util.function.Function<Setting, String> name, String value) {
    return Stream.of(Setting.values()).collect(Collectors.toMap(name, setting -> value));
  }

  private Path file() throws Exception {
    Path file = temp.resolve("keymoot.conf");
    Files.write(
        file,
        all(Setting::key, "of the file").keySet().stream()
            .map(key -> key + " = of the file")
            .toList());
    return file;
  }

  /** Of every setting. */
  private static void are(String value, String from, Settings settings) {
    for (Object each : settings.json().getJsonArray("settings")) {
      JsonObject setting = (JsonObject) each;
      assertThat(setting.getString("value")).as(setting.encode()).isEqualTo(value);
      assertThat(setting.getString("from")).as(setting.encode()).isEqualTo(from);
    }
    assertThat(settings.json().getJsonArray("settings")).hasSize(Setting.values().length);
  }

  @Test
  void flagsGoBeforeTheEnvironmentThatBeforeTheFileAndThatBeforeTheDefault() throws Exception {
    are("of the flag", "flag", Settings.read(flags, variables::get, file()));
    are("of the environment", "environment", Settings.read(nothing, variables::get, file()));
    are("of the file", "file", Settings.read(nothing, nothing::get, file()));
    Settings preset = Settings.read(nothing, nothing::get, temp.resolve("none"));
    for (Setting setting : Setting.values()) {
      assertThat(preset.get(setting)).isEqualTo(setting.preset());
    }
  }

  @Test
  void placesGoByFlagThenOwnVariableThenSystemdThenXdgThenHome() {
    Map<String, String> all =
        Map.of("KEYMOOT_STATE", "/own", "STATE_DIRECTORY", "/systemd", "XDG_STATE_HOME", "/xdg");
    assertThat(Places.of(null, Path.of("/flag"), all::get).state()).isEqualTo(Path.of("/flag"));
    assertThat(Places.of(null, null, all::get).state()).isEqualTo(Path.of("/own"));
    Map<String, String> service = Map.of("STATE_DIRECTORY", "/systemd", "XDG_STATE_HOME", "/xdg");
    assertThat(Places.of(null, null, service::get).state()).isEqualTo(Path.of("/systemd"));
    Map<String, String> xdg = Map.of("XDG_STATE_HOME", "/xdg");
    assertThat(Places.of(null, null, xdg::get).state()).isEqualTo(Path.of("/xdg/keymoot"));
    Map<String, String> relative = Map.of("XDG_STATE_HOME", "xdg");
    Path home = Path.of(System.getProperty("user.home"), ".local/state/keymoot");
    assertThat(Places.of(null, null, relative::get).state()).isEqualTo(home);
    assertThat(Places.of(null, null, nothing::get).state()).isEqualTo(home);
  }
}
