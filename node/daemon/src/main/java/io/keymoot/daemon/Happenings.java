package io.keymoot.daemon;

import io.keymoot.daemon.api.Route;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What happens: {@code events} shows all of it, {@code listen} the messages. */
abstract class Happenings implements Callable<Integer> {
  private static final int AT_ONCE = 1_000;
  private static final int WAIT_MILLIS = 30_000;

  @Mixin private Surroundings surroundings = new Surroundings();

  /** Shows one, or not. */
  abstract boolean show(JsonObject event, Console console, boolean json);

  final int follow(long since, boolean onwards, int most) {
    ApiClient daemon = surroundings.daemon();
    Console console = surroundings.console();
    long at = since;
    int shown = 0;
    do {
      JsonObject page =
          daemon.get(
              Route.EVENTS,
              "limit="
                  + AT_ONCE
                  + (at < 0 ? "" : "&since=" + at)
                  + (onwards && at >= 0 ? "&wait=" + WAIT_MILLIS : ""));
      JsonObject missed = page.getJsonObject("missed");
      if (missed != null && !surroundings.json() && at > 0) {
        console.say(
            console.warn(
                "Events "
                    + missed.getLong("first")
                    + " to "
                    + missed.getLong("last")
                    + " are not kept any more."));
      }
      for (Object each : page.getJsonArray("events")) {
        if (shown < most && show((JsonObject) each, console, surroundings.json())) {
          shown++;
        }
      }
      // An answer may end before that many, where they are large.
      boolean more = !page.getJsonArray("events").isEmpty();
      at = page.getLong("last");
      if (!onwards && !more) {
        return ExitCode.OK;
      }
    } while (shown < most);
    return ExitCode.OK;
  }

  final long last() {
    return surroundings.daemon().get(Route.EVENTS, "limit=1").getLong("last");
  }

  // ---- events

  @Command(
      name = "events",
      mixinStandardHelpOptions = true,
      description = "What happened, and with --follow what happens.",
      footer = {
        "",
        "Examples:",
        "  keymoot events --since 120",
        "  keymoot events --follow --json | jq 'select(.type == \"rekeyed\")'"
      })
  static final class Events extends Happenings {
    @Option(
        names = "--since",
        paramLabel = "ID",
        description = "Only those after this one; without it, what is kept.")
    private long since;

    @Option(names = "--follow", description = "Go on until Ctrl-C.")
    private boolean follow;

    @Override
    public Integer call() {
      return follow(since, follow, Integer.MAX_VALUE);
    }

    @Override
    boolean show(JsonObject event, Console console, boolean json) {
      if (json) {
        console.jsonLine(event);
      } else {
        console.say(
            console.faint("%6d  %s  ".formatted(event.getLong("id"), event.getString("at")))
                + inOneVoice(sentence(event)));
      }
      return true;
    }
  }

  // ---- messages

  @Command(
      name = "listen",
      mixinStandardHelpOptions = true,
      description = "Prints the group's messages as they come, until Ctrl-C.",
      footer = {"", "Example:", "  keymoot listen --count 1"})
  static final class Listen extends Happenings {
    @Option(names = "--count", paramLabel = "N", description = "End after so many.")
    private int count = Integer.MAX_VALUE;

    @Option(names = "--since", paramLabel = "ID", description = "Begin after this event, not now.")
    private long since = -1;

    @Override
    public Integer call() {
      return follow(since < 0 ? last() : since, true, count);
    }

    @Override
    boolean show(JsonObject event, Console console, boolean json) {
      if (!"message".equals(event.getString("type"))) {
        return false;
      }
      if (json) {
        console.jsonLine(event);
      } else {
        console.say(inOneVoice(sentence(event)));
      }
      return true;
    }
  }

  /** Further lines of a message stand further in: else they could look like another's message. */
  static String inOneVoice(String sentence) {
    return Console.safe(sentence).replace("\n", "\n        ");
  }

  static String sentence(JsonObject event) {
    return switch (event.getString("type")) {
      case "message" ->
          (event.getString("proved").equals("sender")
                  ? event.getString("name")
                  : "somebody (as " + event.getString("name") + ")")
              + ": "
              + (event.containsKey("text")
                  ? event.getString("text")
                  : "(bytes) " + event.getString("base64"));
      case "unopened" -> "a frame did not open: " + event.getString("why");
      case "status" ->
          event.getString("state")
              + (event.getString("cause").isEmpty() ? "" : ": " + event.getString("cause"));
      case "roster" -> roster(event);
      case "rekeyed" -> {
        JsonObject cost = event.getJsonObject("cost");
        yield "new key "
            + cost.getString("epoch").substring(0, 8)
            + " by "
            + (cost.getString("by") == null ? "?" : cost.getString("by"))
            + ", "
            + Looking.costText(cost);
      }
      case "resealed" ->
          "keys of "
              + event.getJsonArray("slots").size()
              + " slots made anew by "
              + event.getString("by");
      case "pending" -> pending(event.getJsonObject("pending"));
      case "answered" -> event.getString("pendingId") + " was " + event.getString("answer");
      case "expelled" -> {
        JsonObject expulsion = event.getJsonObject("expulsion");
        yield "put out: " + expulsion.getString("name") + Looking.window(expulsion);
      }
      case "turned-away" ->
          event.getString("what")
              + ": "
              + event.getString("reason")
              + ' '
              + event.getString("remedy");
      case "refused" -> event.getString("reason") + ' ' + event.getString("remedy");
      default -> event.getString("text", event.encode());
    };
  }

  private static String pending(JsonObject pending) {
    String shown = pending.getString("shown");
    String wish =
        switch (pending.getString("purpose")) {
          case "admit" -> shown + " asks to be let in";
          case "expel" -> shown + " wants " + pending.getString("targetName") + " put out";
          case "founder" -> shown + " founded the group that this device is about to enter";
          default -> shown + " lets this device in";
        };
    return wish + "; waits for: " + pending.getString("ask");
  }

  private static String roster(JsonObject event) {
    String came = names(event.getJsonArray("came"));
    String went = names(event.getJsonArray("went"));
    return (came.isEmpty() ? "" : came + " came; ")
        + (went.isEmpty() ? "" : went + " went; ")
        + event.getInteger("members")
        + " members";
  }

  private static String names(JsonArray names) {
    return names.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }
}
