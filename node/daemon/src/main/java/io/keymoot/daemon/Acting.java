package io.keymoot.daemon;

import io.keymoot.daemon.api.Route;
import io.keymoot.daemon.setting.ErrorCode;
import io.keymoot.daemon.setting.Problem;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands that change something: one route each. */
final class Acting {
  private Acting() {}

  static final List<Class<?>> COMMANDS =
      List.of(
          Send.class,
          Evict.class,
          Pardon.class,
          Leave.class,
          Rekey.class,
          Accept.class,
          Deny.class,
          Approve.class,
          Invite.class,
          Verify.class,
          Page.class);

  /** Says one sentence when it is done, or what there is to know about it instead. */
  abstract static class Plain extends DaemonCommand {
    abstract String done();

    @Override
    final void show(JsonObject answer, Console console) {
      String note = answer.getString("note");
      console.say(note == null ? done() : Console.safe(note));
    }
  }

  /** The device that a command is about. */
  static final class Device {
    @Parameters(
        paramLabel = "DEVICE",
        description = "Its name, or the beginning of its fingerprint.")
    private String name = "";

    JsonObject named() {
      return new JsonObject().put("device", name);
    }
  }

  // ---- messages

  @Command(
      name = "send",
      mixinStandardHelpOptions = true,
      description = "Seals a message and sends it to the group.",
      footer = {"", "Examples:", "  keymoot send 'the door is open'", "  date | keymoot send -"})
  static final class Send extends Plain {
    private static final int MOST_BYTES = 32 << 10;

    @Parameters(paramLabel = "TEXT", description = "What to say; - reads it from standard input.")
    private String text = "";

    @Override
    JsonObject ask(ApiClient daemon) {
      return daemon.post(
          Route.SEND,
          text.equals("-")
              ? new JsonObject().put("base64", Base64.getEncoder().encodeToString(input()))
              : new JsonObject().put("text", text));
    }

    private static byte[] input() {
      try {
        byte[] all = System.in.readNBytes(MOST_BYTES + 1);
        if (all.length > MOST_BYTES) {
          throw new Problem(
              ErrorCode.TOO_LARGE,
              "A message has " + MOST_BYTES + " bytes at most.",
              "Send it in parts.");
        }
        return all;
      } catch (IOException e) {
        throw new Problem(
            ErrorCode.BAD_FILE, "Standard input cannot be read.", "Give the text as an argument.");
      }
    }

    @Override
    String done() {
      return "Sent.";
    }
  }

  // ---- membership and keys

  @Command(
      name = "evict",
      mixinStandardHelpOptions = true,
      description = "Puts a device out, or adds this device's voice to it.",
      footer = {
        "",
        "What is sent from then on it cannot open. Exits with 5 while other voices are missing.",
        "Examples:",
        "  keymoot evict anna",
        "  keymoot evict MFZWI3D-BONSGYC"
      })
  static final class Evict extends DaemonCommand {
    @Mixin private Device device = new Device();

    @Option(
        names = "--wait",
        paramLabel = "MILLIS",
        defaultValue = "5000",
        description = "Wait so long until it is out (default: ${DEFAULT-VALUE}).")
    private int wait;

    @Override
    JsonObject ask(ApiClient daemon) {
      return daemon.post(Route.EVICT, device.named().put("wait", wait));
    }

    @Override
    void show(JsonObject answer, Console console) {
      Number window = (Number) answer.getValue("windowMillis");
      console.say(
          answer.getBoolean("out")
              ? "It is out."
                  + (window == null
                      ? " No key without it is in use yet: 'keymoot status' says when one is."
                      : " A key without it was in use after " + window + " ms.")
              : "Not out yet: "
                  + Console.safe(answer.getString("cause", "others must want it too.")));
    }

    @Override
    int exit(JsonObject answer) {
      return answer.getBoolean("out") ? ExitCode.OK : ErrorCode.NOT_NOW.exit();
    }
  }

  @Command(
      name = "pardon",
      mixinStandardHelpOptions = true,
      description = "Says that a device that was put out may come back.",
      footer = {
        "",
        "As many must say so as it takes to put somebody out.",
        "Example:",
        "  keymoot pardon MFZWI3D-BONSGYC"
      })
  static final class Pardon extends Plain {
    @Mixin private Device device = new Device();

    @Override
    JsonObject ask(ApiClient daemon) {
      return daemon.post(Route.PARDON, device.named());
    }

    @Override
    String done() {
      return "Pardoned by this device. When enough have, it can ask to be let in again.";
    }
  }

  @Command(
      name = "leave",
      mixinStandardHelpOptions = true,
      description = "Says goodbye to the group and ends the daemon.",
      footer = {"", "Example:", "  keymoot leave"})
  static final class Leave extends Plain {
    @Override
    JsonObject ask(ApiClient daemon) {
      return daemon.post(Route.LEAVE, new JsonObject());
    }

    @Override
    String done() {
      return "Left. The others' next key is without this device.";
    }
  }

  @Command(
      name = "rekey",
      mixinStandardHelpOptions = true,
      description = "Makes a fresh key for the group, due or not.",
      footer = {"", "Example:", "  keymoot rekey && keymoot epochs"})
  static final class Rekey extends Plain {
    @Override
    JsonObject ask(ApiClient daemon) {
      return daemon.post(Route.REKEY, new JsonObject());
    }

    @Override
    String done() {
      return "A fresh key is on its way.";
    }
  }

  // ---- people who wait

  @Command(
      name = "accept",
      mixinStandardHelpOptions = true,
      description = "Says yes to somebody who waits.",
      footer = {
        "",
        "Compare the fingerprint first. Examples:",
        "  keymoot pending",
        "  keymoot accept 3",
        "  keymoot accept MFZWI3D-BONSGYC-YLTMRWG-C43ENR5"
      })
  static final class Accept extends Answer {
    @Override
    Route route() {
      return Route.ACCEPT;
    }

    @Override
    String done() {
      return "Accepted.";
    }
  }

  @Command(
      name = "deny",
      mixinStandardHelpOptions = true,
      description = "Says no to somebody who waits.",
      footer = {"", "Example:", "  keymoot deny 3"})
  static final class Deny extends Answer {
    @Override
    Route route() {
      return Route.DENY;
    }

    @Override
    String done() {
      return "Denied.";
    }
  }

  abstract static class Answer extends Plain {
    @Parameters(
        paramLabel = "ID",
        description =
            "As 'keymoot pending' shows it; or the device, by four groups of its fingerprint.")
    private String id = "";

    abstract Route route();

    @Override
    final JsonObject ask(ApiClient daemon) {
      return daemon.post(route(), new JsonObject().put("id", id));
    }
  }

  @Command(
      name = "approve",
      mixinStandardHelpOptions = true,
      description = "Adds this device's voice to putting another one out.",
      footer = {"", "Example:", "  keymoot approve anna"})
  static final class Approve extends Plain {
    @Mixin private Device device = new Device();

    @Override
    JsonObject ask(ApiClient daemon) {
      return daemon.post(Route.APPROVE, device.named());
    }

    @Override
    String done() {
      return "Approved.";
    }
  }

  @Command(
      name = "invite",
      mixinStandardHelpOptions = true,
      description = "Makes an invite. Its secret is printed once and kept nowhere here.",
      footer = {
        "",
        "The other device shows it with 'keymoot run --invite-file FILE'; only its owner may be",
        "able to read that file.",
        "Examples:",
        "  (umask 077; keymoot invite ben > ben.invite)",
        "  keymoot invite 'ward 3' --code --uses 5 --hours 8",
        "  keymoot invite --list",
        "  keymoot invite --revoke ben"
      })
  static final class Invite extends DaemonCommand {
    @Parameters(
        paramLabel = "NAME",
        arity = "0..1",
        description = "For whom; the policy and the log call it so.")
    private @Nullable String name;

    @Option(names = "--list", description = "Show those that were made here, without secrets.")
    private boolean list;

    @Option(
        names = "--revoke",
        paramLabel = "NAME",
        description = "Take one back; who came in by it stays in.")
    private @Nullable String revoked;

    @Option(names = "--code", description = "Fourteen characters to read aloud, instead of a link.")
    private boolean code;

    @Option(
        names = "--uses",
        paramLabel = "N",
        defaultValue = "1",
        description = "How many devices; 0 for any number (default: ${DEFAULT-VALUE}).")
    private int uses;

    @Option(
        names = "--hours",
        paramLabel = "N",
        defaultValue = "24",
        description = "Until it expires (default: ${DEFAULT-VALUE}).")
    private int hours;

    @Override
    JsonObject ask(ApiClient daemon) {
      int asked = (name == null ? 0 : 1) + (revoked == null ? 0 : 1) + (list ? 1 : 0);
      if (asked != 1) {
        throw new Problem(
            ErrorCode.USAGE,
            "Say one thing: for whom the invite is, --list, or --revoke NAME.",
            "See: keymoot invite --help");
      }
      if (list) {
        return daemon.get(Route.INVITES);
      }
      if (revoked != null) {
        return daemon.post(Route.REVOKE_INVITE, new JsonObject().put("name", revoked));
      }
      return daemon.post(
          Route.INVITE,
          new JsonObject()
              .put("name", name)
              .put("kind", code ? "code" : "link")
              .put("uses", uses)
              .put("hours", hours));
    }

    @Override
    void show(JsonObject answer, Console console) {
      if (list) {
        showAll(answer.getJsonArray("invites"), console);
        return;
      }
      if (revoked != null) {
        console.say("Taken back.");
        return;
      }
      console.say(answer.getString("secret"));
      console.aside(
          console.faint(
              "Give it to whom it is for, and to nobody else. Good until "
                  + answer.getString("expires")
                  + "."));
    }

    private static void showAll(JsonArray invites, Console console) {
      if (invites.isEmpty()) {
        console.say("No invite was made here that is still good.");
        return;
      }
      Console.Columns columns = console.new Columns();
      columns.row("NAME", "USED", "UNTIL", "");
      for (Object each : invites) {
        JsonObject invite = (JsonObject) each;
        columns.row(
            invite.getString("name"),
            invite.getInteger("uses") == 0
                ? "by any number"
                : invite.getInteger("used") + " of " + invite.getInteger("uses"),
            invite.getString("expires", "for ever"),
            invite.getBoolean("open") ? "open" : "over");
      }
      columns.print();
    }
  }

  // ---- who is who

  @Command(
      name = "verify",
      mixinStandardHelpOptions = true,
      description = "Shows the code that two people compare, or records what they found.",
      footer = {
        "",
        "Both run this, each with the other's name, and read the code to each other.",
        "Examples:",
        "  keymoot verify anna",
        "  keymoot verify anna --same",
        "  keymoot verify anna --different"
      })
  static final class Verify extends DaemonCommand {
    @Mixin private Device device = new Device();

    @Option(names = "--same", description = "The codes are the same: record it.")
    private boolean same;

    @Option(names = "--different", description = "They are not: take back what was recorded.")
    private boolean different;

    @Override
    JsonObject ask(ApiClient daemon) {
      if (same && different) {
        throw new Problem(
            ErrorCode.USAGE, "The codes cannot be both.", "Say --same or --different.");
      }
      JsonObject body = device.named();
      return daemon.post(Route.VERIFY, same || different ? body.put("match", same) : body);
    }

    @Override
    void show(JsonObject answer, Console console) {
      console.say(answer.getString("code"));
      console.say(
          answer.getBoolean("verified")
              ? console.good("Verified.")
              : "Not verified. If the other one reads the same code: keymoot verify "
                  + beginning(answer.getString("device"))
                  + " --same");
    }

    /** A name may change hands before the codes are compared, and need not be a word of a shell. */
    private static String beginning(String fingerprint) {
      return String.join("-", List.of(fingerprint.split("-")).subList(0, 4));
    }
  }

  @Command(
      name = "page",
      mixinStandardHelpOptions = true,
      description = "Makes a link that opens the page in a browser, once, within ten minutes.",
      footer = {"", "Example:", "  xdg-open \"$(keymoot page)\""})
  static final class Page extends DaemonCommand {
    @Override
    JsonObject ask(ApiClient daemon) {
      return daemon.post(Route.LOGIN_LINK, new JsonObject());
    }

    @Override
    void show(JsonObject answer, Console console) {
      console.say(answer.getString("url"));
    }
  }
}
