package io.keymoot.daemon.setting;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where files are, by the customs of the system: {@code --config} and {@code --state}, else {@code
 * KEYMOOT_CONFIG} and {@code KEYMOOT_STATE}, else what systemd gives a service, else the XDG
 * folders.
 *
 * @param config what a person writes
 * @param state what the daemon keeps
 */
public record Places(Path config, Path state) {

  public static Places of(@Nullable Path config, @Nullable Path state, Variables variables) {
    return new Places(
        place(config, variables, "CONFIG", "CONFIGURATION_DIRECTORY", "XDG_CONFIG_HOME", ".config"),
        place(state, variables, "STATE", "STATE_DIRECTORY", "XDG_STATE_HOME", ".local/state"));
  }

  private static Path place(
      @Nullable Path flag,
      Variables variables,
      String own,
      String systemd,
      String xdg,
      String home) {
    if (flag != null) {
      return flag.toAbsolutePath();
    }
    String named = variables.get("KEYMOOT_" + own);
    String given = variables.get(systemd);
    String base = variables.get(xdg);
    if (named != null) {
      return Path.of(named).toAbsolutePath();
    }
    if (given != null) {
      return Path.of(given).toAbsolutePath();
    }
    // A relative path in an XDG variable is to be ignored, as its specification says.
    return base != null && Path.of(base).isAbsolute()
        ? Path.of(base, "keymoot")
        : Path.of(System.getProperty("user.home", "."), home, "keymoot").toAbsolutePath();
  }

  public Path settings() {
    return config.resolve("keymoot.conf");
  }

  public Path policy(Settings settings) {
    return settings.path(Setting.POLICY, config.resolve("policy.yaml"));
  }

  public Path revocationLists(Settings settings) {
    return settings.path(Setting.REVOCATION_LISTS, config.resolve("revocation-lists"));
  }

  public Path identity(Settings settings) {
    return settings.path(Setting.IDENTITY, state.resolve("identity"));
  }

  /** Who can read this may do everything over HTTP. */
  public Path token() {
    return state.resolve("token");
  }

  /** Who can read this may have media keys, and nothing else. */
  public Path mediaToken() {
    return state.resolve("media-token");
  }

  /** Where a running daemon says how to reach it. */
  public Path api() {
    return state.resolve("api.json");
  }

  public JsonObject json(Settings settings) {
    return new JsonObject()
        .put("config", settings().toString())
        .put("policy", policy(settings).toString())
        .put("revocationLists", revocationLists(settings).toString())
        .put("identity", identity(settings).toString())
        .put("state", state.toString())
        .put("token", token().toString())
        .put("mediaToken", mediaToken().toString())
        .put("api", api().toString());
  }
}
