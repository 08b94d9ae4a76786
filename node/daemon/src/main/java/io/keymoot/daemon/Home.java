package io.keymoot.daemon;

import io.keymoot.admission.certificate.Certificate;
import io.keymoot.admission.certificate.CheckedText;
import io.keymoot.daemon.api.Route;
import io.keymoot.daemon.setting.Setting;
import io.keymoot.flatkeying.fact.HeaderCodec;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The commands about this device's own files; they work whether a daemon runs or not. */
final class Home {
  private Home() {}

  static final List<Class<?>> COMMANDS =
      List.of(Id.class, Config.class, PathsCommand.class, VersionCommand.class);

  abstract static class HomeCommand implements Callable<Integer> {
    @Mixin private Surroundings surroundings = new Surroundings();

    final Surroundings surroundings() {
      return surroundings;
    }

    abstract JsonObject look();

    abstract void show(JsonObject found, Console console);

    @Override
    public final Integer call() {
      JsonObject found = look();
      Console console = surroundings.console();
      if (surroundings.json()) {
        console.json(found);
      } else {
        show(found, console);
      }
      return ExitCode.OK;
    }
  }

  // ---- id

  @Command(
      name = "id",
      mixinStandardHelpOptions = true,
      description = "Who this device is; makes its key the first time.",
      footer = {
        "",
        "Two screens are compared by the first four groups.",
        "Examples:",
        "  keymoot id",
        "  keymoot id --certificate door7.pem    takes a certificate over this key"
      })
  static final class Id extends HomeCommand {
    @Option(
        names = "--certificate",
        paramLabel = "FILE",
        description = "Take this certificate, and those above it in the file.")
    private @Nullable Path certificate;

    @Override
    JsonObject look() {
      try (DeviceKey device = DeviceKey.openOrMake(surroundings())) {
        DeviceKey now = certificate == null ? device : device.install(certificate);
        return json(now, surroundings().settings().get(Setting.NAME));
      }
    }

    @Override
    void show(JsonObject found, Console console) {
      console.say(found.getString("fingerprint"));
      JsonObject shown = found.getJsonObject("certificate");
      console.say(
          shown == null
              ? console.faint("No certificate: 'keymoot ca request' asks for one.")
              : Console.safe(
                  shown.getString("subject")
                      + ", certified by "
                      + shown.getString("issuer")
                      + " until "
                      + shown.getString("until")));
    }
  }

  static JsonObject json(DeviceKey device, String name) {
    JsonObject json =
        new JsonObject()
            .put("fingerprint", CheckedText.of(device.fingerprint()))
            .put("brief", CheckedText.brief(device.fingerprint()))
            .put("name", deviceName(device, name))
            .put(
                "key",
                switch (device.key().kind()) {
                  case ED25519 -> "ed25519";
                  case ECDSA_P256 -> "p256";
                });
    if (device.chain().isEmpty()) {
      return json.putNull("certificate");
    }
    Certificate own = device.chain().get(0);
    return json.put(
        "certificate",
        new JsonObject()
            .put("subject", own.subject().shown())
            .put("issuer", own.issuer().shown())
            .put("from", own.notBefore().toString())
            .put("until", own.notAfter().toString())
            .put("roles", new JsonArray(new ArrayList<>(own.names().roles()))));
  }

  private static String deviceName(DeviceKey device, String set) {
    if (!device.chain().isEmpty()) {
      return device.chain().get(0).subject().commonName().orElse(set);
    }
    return set.isEmpty() ? CheckedText.name(device.fingerprint()) : set;
  }

  // ---- config

  @Command(
      name = "config",
      mixinStandardHelpOptions = true,
      description = "The settings in force, and where each came from.",
      footer = {
        "",
        "A setting is one thing with three names: api-socket in keymoot.conf, --api-socket for",
        "'keymoot run', KEYMOOT_API_SOCKET in the environment. Flags go first, the file last.",
        "Examples:",
        "  keymoot config --explain > keymoot.conf",
        "  keymoot config --reload"
      })
  static final class Config extends HomeCommand {
    @Option(names = "--reload", description = "Have the daemon read policy and identity anew.")
    private boolean reload;

    @Option(names = "--explain", description = "Say what each setting is for.")
    private boolean explain;

    @Override
    JsonObject look() {
      return reload
          ? surroundings().daemon().post(Route.RELOAD, new JsonObject())
          : surroundings().settings().json();
    }

    @Override
    void show(JsonObject found, Console console) {
      if (reload) {
        console.say("Read anew. " + Console.safe(found.getString("note", "")));
        return;
      }
      if (explain) {
        for (Setting setting : Setting.values()) {
          console.say("# " + setting.about());
          console.say("# " + setting.key() + " = " + setting.shape());
          console.say(setting.key() + " = " + setting.preset());
          console.say("");
        }
        return;
      }
      Console.Columns columns = console.new Columns();
      for (Object each : found.getJsonArray("settings")) {
        JsonObject setting = (JsonObject) each;
        columns.row(
            setting.getString("key"),
            setting.getString("value").isEmpty() ? "(none)" : setting.getString("value"),
            setting.getString("from"));
      }
      columns.print();
    }
  }

  // ---- paths

  @Command(
      name = "paths",
      mixinStandardHelpOptions = true,
      description = "Where files are.",
      footer = {
        "",
        "Example:",
        "  keymoot paths",
        "  curl -H \"Authorization: Bearer $(cat $(keymoot paths --json | jq -r .token))\" …"
      })
  static final class PathsCommand extends HomeCommand {
    @Override
    JsonObject look() {
      return surroundings().places().json(surroundings().settings());
    }

    @Override
    void show(JsonObject found, Console console) {
      Console.Columns columns = console.new Columns();
      found.forEach(place -> columns.row(place.getKey(), String.valueOf(place.getValue())));
      columns.print();
    }
  }

  // ---- version

  @Command(
      name = "version",
      mixinStandardHelpOptions = true,
      description = "Which Keymoot this is.",
      footer = {"", "Example:", "  keymoot version --json | jq -r .version"})
  static final class VersionCommand extends HomeCommand {
    @Override
    JsonObject look() {
      return version();
    }

    @Override
    void show(JsonObject found, Console console) {
      Arrays.stream(Keymoot.Version.text()).forEach(console::say);
    }
  }

  static JsonObject version() {
    String version = Keymoot.class.getPackage().getImplementationVersion();
    return new JsonObject()
        .put("version", version == null ? "(not from a jar)" : version)
        .put("java", Runtime.version().toString())
        .put("api", 1)
        .put("protocol", HeaderCodec.VERSION);
  }
}
