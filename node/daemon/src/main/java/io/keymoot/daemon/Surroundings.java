package io.keymoot.daemon;

import io.keymoot.daemon.setting.ErrorCode;
import io.keymoot.daemon.setting.Places;
import io.keymoot.daemon.setting.PrivateFiles;
import io.keymoot.daemon.setting.Problem;
import io.keymoot.daemon.setting.Settings;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What every command takes: where files are, and how to print. */
final class Surroundings {
  private static final int MOST_BYTES = 4_096;

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  @Option(names = "--json", description = "Print JSON, as the API answers it.")
  private boolean json;

  @Option(
      names = "--config",
      paramLabel = "FOLDER",
      description = "Where keymoot.conf and policy.yaml are.")
  private @Nullable Path config;

  @Option(
      names = "--state",
      paramLabel = "FOLDER",
      description = "Where the daemon keeps its files.")
  private @Nullable Path state;

  boolean json() {
    return json;
  }

  Console console() {
    return Console.of(Objects.requireNonNull(spec).commandLine());
  }

  Places places() {
    return Places.of(config, state, Environment::get);
  }

  /** Without flags of their own. */
  Settings settings() {
    return Settings.read(Map.of(), Environment::get, places().settings());
  }

  /** The daemon that runs over this state. */
  ApiClient daemon() {
    Places places = places();
    Path file = places.api();
    if (!Files.exists(file)) {
      throw notRunning("No daemon runs over " + places.state() + '.');
    }
    try {
      JsonObject api =
          new JsonObject(
              new String(
                  PrivateFiles.read(file, MOST_BYTES), java.nio.charset.StandardCharsets.UTF_8));
      return new ApiClient(
          api.getString("url", ""),
          api.getString("socket"),
          api.getString("certificate"),
          PrivateFiles.read(places.token(), MOST_BYTES));
    } catch (DecodeException | ClassCastException e) {
      throw new Problem(
          ErrorCode.BAD_FILE,
          file + " is damaged.",
          "Start the daemon again: it writes that file anew.");
    }
  }

  static Problem notRunning(String why) {
    return new Problem(
        ErrorCode.NOT_RUNNING,
        why,
        "Start one with 'keymoot run', or name its folder with --state.");
  }
}
