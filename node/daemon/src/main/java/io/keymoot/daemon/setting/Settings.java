package io.keymoot.daemon.setting;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The settings in force, and where each came from. */
public final class Settings {
  private static final long MOST_BYTES = 64 << 10;

  /** Where a value came from. */
  public enum From {
    FLAG("flag"),
    ENVIRONMENT("environment"),
    FILE("file"),
    DEFAULT("default");

    private final String word;

    From(String word) {
      this.word = word;
    }
  }

  private record Value(String text, From from) {}

  private final Map<Setting, Value> values = new EnumMap<>(Setting.class);

  private Settings() {}

  /**
   * @param flags by key, without the hyphens
   * @param variables the environment
   * @param file may not exist
   */
  public static Settings read(Map<String, String> flags, Variables variables, Path file) {
    Settings settings = new Settings();
    for (Setting setting : Setting.values()) {
      settings.values.put(setting, new Value(setting.preset(), From.DEFAULT));
    }
    settings.readFile(file);
    for (Setting setting : Setting.values()) {
      String said = variables.get(setting.variable());
      if (said != null) {
        settings.values.put(setting, new Value(said.strip(), From.ENVIRONMENT));
      }
      String flag = flags.get(setting.key());
      if (flag != null) {
        settings.values.put(setting, new Value(flag.strip(), From.FLAG));
      }
    }
    return settings;
  }

  /** Lines of {@code key = value}; what follows a # at the start of a line is not read. */
  private void readFile(Path file) {
    if (!Files.exists(file)) {
      return;
    }
    List<String> lines;
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw wrong(file + " is larger than a file of settings can be.", "Look what it is.");
      }
      lines = Files.readAllLines(file);
    } catch (IOException e) {
      throw wrong(
          "The settings in " + file + " cannot be read: " + PrivateFiles.why(e) + '.',
          "Make it a UTF-8 text that this user can read.");
    }
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      int equals = line.indexOf('=');
      String key = equals < 0 ? line : line.substring(0, equals).strip();
      int number = i + 1;
      Setting setting =
          Setting.of(key)
              .orElseThrow(
                  () ->
                      wrong(
                          file + ", line " + number + ": there is no setting '" + key + "'.",
                          nearest(key)));
      if (equals < 0) {
        throw wrong(
            file + ", line " + number + ": '" + key + "' has no value.",
            "Write: " + key + " = " + setting.shape());
      }
      values.put(setting, new Value(line.substring(equals + 1).strip(), From.FILE));
    }
  }

  private static String nearest(String key) {
    return Stream.of(Setting.values())
        .map(Setting::key)
        .filter(each -> distance(each, key) <= 3)
        .findFirst()
        .map(each -> "Did you mean '" + each + "'?")
        .orElse("'keymoot config' lists them all.");
  }

  private static int distance(String one, String other) {
    int[] row = new int[other.length() + 1];
    for (int j = 0; j <= other.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int corner = row[0];
      row[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int above = row[j];
        int change = corner + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(change, Math.min(above, row[j - 1]) + 1);
        corner = above;
      }
    }
    return row[other.length()];
  }

  // ---- one of them

  public String get(Setting setting) {
    Value value = values.get(setting);
    return value == null ? setting.preset() : value.text;
  }

  public boolean has(Setting setting) {
    return !get(setting).isEmpty();
  }

  /** The file named by a setting, or another where none is. */
  public Path path(Setting setting, Path otherwise) {
    return has(setting) ? Path.of(get(setting)).toAbsolutePath() : otherwise;
  }

  public String choice(Setting setting, String... choices) {
    String value = get(setting);
    if (Stream.of(choices).noneMatch(value::equals)) {
      throw wrong(
          "The setting '" + setting.key() + "' is '" + value + "', which is none of its choices.",
          "Write one of: " + String.join(", ", choices));
    }
    return value;
  }

  public int number(Setting setting, int least, int most) {
    try {
      int value = Integer.parseInt(get(setting));
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw wrong(
        "The setting '" + setting.key() + "' is '" + get(setting) + "'.",
        "Write a number from " + least + " to " + most + '.');
  }

  public List<String> list(Setting setting) {
    return Stream.of(get(setting).split(",", -1))
        .map(String::strip)
        .filter(each -> !each.isEmpty())
        .toList();
  }

  public InetSocketAddress address(Setting setting) {
    return address(setting, get(setting));
  }

  public List<InetSocketAddress> addresses(Setting setting) {
    List<InetSocketAddress> all = new ArrayList<>();
    for (String each : list(setting)) {
      all.add(address(setting, each));
    }
    return all;
  }

  private static InetSocketAddress address(Setting setting, String text) {
    int colon = text.lastIndexOf(':');
    try {
      String host = text.substring(0, colon);
      String bare =
          host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
      int port = Integer.parseInt(text.substring(colon + 1));
      return new InetSocketAddress(InetAddress.getByName(bare), port);
    } catch (UnknownHostException e) {
      throw wrong(
          "The setting '" + setting.key() + "' names '" + text + "', which has no address here.",
          "Write an IP address, or a name that resolves.");
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      throw wrong(
          "The setting '" + setting.key() + "' is '" + text + "'.",
          "Write an address and a port, such as 127.0.0.1:8471.");
    }
  }

  public static Problem wrong(String detail, String remedy) {
    return new Problem(ErrorCode.BAD_SETTING, detail, remedy);
  }

  public JsonObject json() {
    JsonArray all = new JsonArray();
    values.forEach(
        (setting, value) ->
            all.add(
                new JsonObject()
                    .put("key", setting.key())
                    .put("value", value.text)
                    .put("from", value.from.word)));
    return new JsonObject().put("settings", all);
  }
}
