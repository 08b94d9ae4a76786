package io.keymoot.daemon;

import io.keymoot.admission.certificate.CheckedText;
import io.keymoot.daemon.api.EventLog;
import io.keymoot.daemon.setting.Places;
import io.keymoot.daemon.setting.Problem;
import io.keymoot.daemon.setting.Setting;
import io.keymoot.daemon.setting.Settings;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import sun.misc.Signal;

/** {@code keymoot run}: the daemon itself, in the foreground. Every setting is a flag of it. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = "Runs the daemon in the foreground, until Ctrl-C or SIGTERM.",
    footer = {
      "",
      "SIGHUP reads policy, revocation lists and identity anew. Examples:",
      "  keymoot run --group 'ward 3'",
      "  keymoot run --group 'ward 3' --transport tcp --peers 10.0.0.7:7800,10.0.0.8:7800",
      "  keymoot run --state /tmp/other --api 127.0.0.1:0 --bind 127.0.0.1"
    })
final class Run implements Callable<Integer> {
  @Mixin private Surroundings surroundings = new Surroundings();

  @Option(names = "--orders", hidden = true, description = "Take the demo's orders.")
  private boolean orders;

  @Spec private @Nullable CommandSpec spec;

  /** Gives {@code run} a flag for each setting. */
  static void addFlags(CommandLine run) {
    for (Setting setting : Setting.values()) {
      run.getCommandSpec()
          .addOption(
              OptionSpec.builder(setting.flag())
                  .paramLabel(setting.shape())
                  .type(String.class)
                  .description(
                      setting.about()
                          + (setting.preset().isEmpty()
                              ? ""
                              : " (default: " + setting.preset() + ")"))
                  .build());
    }
  }

  @Override
  public Integer call() throws Exception {
    Places places = surroundings.places();
    Settings settings = Settings.read(flags(), Environment::get, places.settings());
    Console console = surroundings.console();
    logging(settings);
    Daemon daemon = Daemon.open(places, settings);
    Thread hook = Thread.ofPlatform().name("keymoot-goodbye").unstarted(daemon::close);
    Runtime.getRuntime().addShutdownHook(hook);
    Signal.handle(
        new Signal("HUP"),
        signal -> Thread.ofPlatform().start(() -> reread(daemon.log(), daemon::reread)));
    introduce(daemon, places, settings, console);
    if (orders) {
      Thread.ofPlatform()
          .daemon()
          .name("keymoot-orders")
          .start(() -> Orders.obey(daemon::askToEnd));
    }
    try {
      for (Rulebook.Caution each : daemon.join()) {
        console.aside(
            console.warn(Console.safe(each.found())) + '\n' + Console.safe(each.remedy()));
      }
      daemon.awaitEnd();
    } finally {
      daemon.close();
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException shuttingDown) {
        // Then the hook is what closes it.
      }
    }
    return ExitCode.OK;
  }

  /** Whatever comes of it is told: nobody waits for an answer to a signal. */
  static void reread(EventLog log, Supplier<String> reading) {
    String said;
    try {
      said = reading.get();
    } catch (Problem e) {
      said = e.detail() + ' ' + e.remedy();
    } catch (RuntimeException e) {
      said = "Not all was read anew, for something is wrong with Keymoot itself: " + e + '.';
      LoggerFactory.getLogger(Run.class).error("SIGHUP met a bug; please report it", e);
    }
    log.publish("note", new JsonObject().put("text", "SIGHUP: " + said));
  }

  private Map<String, String> flags() {
    Map<String, String> flags = new TreeMap<>();
    if (spec != null) {
      for (Setting setting : Setting.values()) {
        OptionSpec option = spec.findOption(setting.flag());
        if (option != null && option.getValue() instanceof String value) {
          flags.put(setting.key(), value);
        }
      }
    }
    return flags;
  }

  private static void logging(Settings settings) {
    System.setProperty(
        "org.slf4j.simpleLogger.defaultLogLevel",
        settings.choice(Setting.LOG, "error", "warn", "info", "debug"));
    if (settings.get(Setting.LOG).equals("warn")) {
      // It warns of what is its daily life: packets of those who are not in its view yet.
      System.setProperty("org.slf4j.simpleLogger.log.org.jgroups", "error");
    }
  }

  private void introduce(Daemon daemon, Places places, Settings settings, Console console) {
    boolean wide = !settings.address(Setting.API).getAddress().isLoopbackAddress();
    if (wide && spec != null) {
      // Not among the output, which may go to a program or nowhere.
      PrintWriter errors = spec.commandLine().getErr();
      errors.println(console.bad(warning(settings.get(Setting.API))));
      errors.flush();
    }
    if (surroundings.json()) {
      console.jsonLine(
          new JsonObject()
              .put("api", daemon.api().url())
              .put("device", CheckedText.of(daemon.device().fingerprint())));
      return;
    }
    console.new Columns()
        .row(
            "Device",
            Home.json(daemon.device(), settings.get(Setting.NAME)).getString("name")
                + "  "
                + CheckedText.of(daemon.device().fingerprint()))
        .row("Group", settings.get(Setting.GROUP) + ", profile " + settings.get(Setting.PROFILE))
        .row(
            "Network",
            settings.get(Setting.TRANSPORT) + " at " + Links.bind(settings).getHostAddress())
        .row("API", daemon.api().url())
        .row("Policy", policy(places, settings))
        .row("State", places.state().toString())
        // A link opens the page for whoever reads it: it is for a person's eyes, and no log's.
        .row(
            "Page",
            console.isForPerson()
                ? daemon.api().loginLink() + "  (once, within ten minutes)"
                : "'keymoot page' makes a link")
        .row(
            "Next",
            "keymoot status" + elsewhere(places) + "  (in another terminal; here, Ctrl-C ends)")
        .print();
  }

  private static String policy(Places places, Settings settings) {
    Path file = places.policy(settings);
    return Files.exists(file)
        ? file.toString()
        : "no "
            + file
            + ": "
            + (settings.has(Setting.ANCHORS)
                ? "who has a certificate of the anchors is let in"
                : "the owner is asked about everybody (keymoot pending)");
  }

  /** What further commands must be told, so that they find this daemon. */
  private static String elsewhere(Places places) {
    return places.equals(Places.of(null, null, Environment::get))
        ? ""
        : " --state " + places.state() + " --config " + places.config();
  }

  private static String warning(String api) {
    return "WARNING: the API listens at "
        + api
        + ", where other machines reach it. Whoever gets the token commands this device.";
  }
}
