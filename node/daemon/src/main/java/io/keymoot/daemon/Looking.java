package io.keymoot.daemon;

import io.keymoot.daemon.api.Route;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** The commands that change nothing: one route each, and how it is shown to a person. */
final class Looking {
  private Looking() {}

  static final List<Class<?>> COMMANDS =
      List.of(Status.class, Members.class, Epochs.class, Table.class, Pending.class);

  // ---- status

  @Command(
      name = "status",
      mixinStandardHelpOptions = true,
      description = "How things stand, and why not better.",
      footer = {"", "Examples:", "  keymoot status", "  keymoot status --json | jq -r .state"})
  static final class Status extends DaemonCommand {
    @Override
    JsonObject ask(ApiClient daemon) {
      return daemon.get(Route.STATUS);
    }

    @Override
    void show(JsonObject status, Console console) {
      JsonObject group = status.getJsonObject("group");
      JsonObject epoch = status.getJsonObject("epoch");
      String state = status.getString("state");
      String cause = Console.safe(status.getString("cause"));
      Console.Columns columns = console.new Columns();
      columns.row("Device", status.getString("name") + "  " + status.getString("device"));
      columns.row(
          "Group",
          group == null
              ? "none yet"
              : group.getString("name") + "  " + group.getString("id").substring(0, 16) + "…");
      columns.row("State", state + (cause.isEmpty() ? "" : ": " + cause));
      columns.row(
          "Members",
          status.getInteger("members") + ", " + status.getInteger("heard") + " of them heard");
      columns.row(
          "Key",
          epoch == null
              ? "none"
              : shortId(epoch)
                  + ", since "
                  + ago(epoch.getString("at"))
                  + ", held by "
                  + epoch.getInteger("held")
                  + " of "
                  + epoch.getInteger("of")
                  + (epoch.getBoolean("clean") ? "" : ", NOT clean"));
      cost(status.getJsonObject("lastRekey"), columns);
      JsonObject expulsion = status.getJsonObject("lastExpulsion");
      if (expulsion != null) {
        columns.row("Expulsion", expulsion(expulsion));
      }
      if (status.getInteger("waiting") > 0) {
        columns.row("Waiting", status.getInteger("waiting") + ": see 'keymoot pending'");
      }
      columns.print();
      for (Object hint : status.getJsonArray("hints")) {
        console.say(console.warn("! " + Console.safe(String.valueOf(hint))));
      }
    }

    private static void cost(JsonObject cost, Console.Columns columns) {
      if (cost != null) {
        columns.row("Last change", costText(cost));
      }
    }
  }

  static String expulsion(JsonObject expulsion) {
    return expulsion.getString("name")
        + ' '
        + ago(expulsion.getString("at"))
        + " ago"
        + window(expulsion);
  }

  static String window(JsonObject expulsion) {
    Number window = (Number) expulsion.getValue("windowMillis");
    return (window == null
        ? ", window not closed yet: no key without it is in use here"
        : ", window " + window + " ms");
  }

  static String costText(JsonObject cost) {
    String kinds =
        cost.getJsonArray("lines").stream()
            .map(JsonObject.class::cast)
            .collect(
                Collectors.groupingBy(
                    line -> line.getString("kind"), TreeMap::new, Collectors.counting()))
            .entrySet()
            .stream()
            .map(kind -> kind.getValue() + " " + kind.getKey())
            .collect(Collectors.joining(", "));
    return cost.getInteger("bytes") + " bytes" + (kinds.isEmpty() ? "" : ": " + kinds);
  }

  static String shortId(JsonObject epoch) {
    return epoch.getString("id").substring(0, 8) + '.' + epoch.getInteger("revision");
  }

  static String ago(String time) {
    return ago(Duration.between(Instant.parse(time), Instant.now()).toMillis());
  }

  static String ago(long millis) {
    long seconds = Math.max(0, millis / 1_000);
    if (seconds < 100) {
      return seconds + " s";
    }
    if (seconds < 6_000) {
      return seconds / 60 + " min";
    }
    return seconds < 200_000 ? seconds / 3_600 + " h" : seconds / 86_400 + " days";
  }

  // ---- members

  @Command(
      name = "members",
      mixinStandardHelpOptions = true,
      description = "Who is in the group.",
      footer = {"", "Example:", "  keymoot members --json | jq -r '.members[].name'"})
  static final class Members extends DaemonCommand {
    @Override
    JsonObject ask(ApiClient daemon) {
      return daemon.get(Route.MEMBERS);
    }

    @Override
    void show(JsonObject answer, Console console) {
      Console.Columns columns = console.new Columns();
      columns.row("NAME", "DEVICE", "STATE", "VERIFIED", "HEARD", "KEY", "SHOWS", "ADDRESS");
      for (Object each : answer.getJsonArray("members")) {
        JsonObject member = (JsonObject) each;
        Long heard = member.getLong("lastHeardMillis");
        columns.row(
            member.getString("name"),
            member.getString("brief").substring(0, 15) + "…",
            member.getBoolean("self") ? "this device" : member.getString("state"),
            member.getString("verifiedSince") != null
                ? ago(member.getString("verifiedSince")) + " ago"
                : member.getBoolean("self") ? "" : "no",
            member.getBoolean("self") ? "" : heard == null ? "never" : ago(heard) + " ago",
            member.getBoolean("holdsEpoch") ? "holds it" : "not yet",
            member.getString("credential"),
            member.getString("address") == null ? "" : member.getString("address"));
      }
      columns.print();
      String code = answer.getString("securityCode");
      if (code != null) {
        console.say("");
        console.say("Security code of this roster, the same on every member's screen: " + code);
      }
    }
  }

  // ---- epochs

  @Command(
      name = "epochs",
      mixinStandardHelpOptions = true,
      description = "The group's keys: who made them and how many hold them. Never a key itself.",
      footer = {
        "",
        "Exits with 1 if not all members hold the newest key.",
        "Example:",
        "  keymoot epochs --json | jq '.epochs[0] | .held == .of'"
      })
  static final class Epochs extends DaemonCommand {
    @Override
    JsonObject ask(ApiClient daemon) {
      return daemon.get(Route.EPOCHS);
    }

    @Override
    void show(JsonObject answer, Console console) {
      Console.Columns columns = console.new Columns();
      columns.row("KEY", "SINCE", "BY", "HELD", "", "COST");
      for (Object each : answer.getJsonArray("epochs")) {
        JsonObject epoch = (JsonObject) each;
        JsonObject cost = epoch.getJsonObject("cost");
        columns.row(
            shortId(epoch),
            ago(epoch.getString("at")),
            epoch.getString("by") == null ? "?" : epoch.getString("by"),
            epoch.getBoolean("usable")
                ? epoch.getInteger("held") + " of " + epoch.getInteger("of")
                : "",
            (epoch.getBoolean("current") ? "in use" : "")
                + (epoch.getBoolean("usable") ? "" : "over"),
            cost == null ? "" : costText(cost));
      }
      columns.print();
    }

    @Override
    int exit(JsonObject answer) {
      JsonArray epochs = answer.getJsonArray("epochs");
      if (epochs.isEmpty()) {
        return 1;
      }
      JsonObject newest = epochs.getJsonObject(0);
      return newest.getInteger("held").equals(newest.getInteger("of")) ? 0 : 1;
    }
  }

  // ---- table

  @Command(
      name = "table",
      mixinStandardHelpOptions = true,
      description = "Draws the flat table: one key at each symbol of each position.",
      footer = {
        "",
        "A member's address has one symbol at each position, and it holds the keys at those. So a"
            + " key",
        "for all but one goes out under the keys that this one does not hold.",
        "Example:",
        "  keymoot table --json | jq '.slots[] | select(.mine and .clean)'"
      })
  static final class Table extends DaemonCommand {
    @Override
    JsonObject ask(ApiClient daemon) {
      return daemon.get(Route.TABLE);
    }

    @Override
    void show(JsonObject table, Console console) {
      int radix = table.getInteger("radix");
      int positions = table.getInteger("positions");
      Map<Integer, JsonObject> slots = new TreeMap<>();
      for (Object each : table.getJsonArray("slots")) {
        JsonObject slot = (JsonObject) each;
        slots.put(slot.getInteger("position") * radix + slot.getInteger("symbol"), slot);
      }
      StringBuilder head = new StringBuilder("pos ");
      for (int symbol = 0; symbol < radix; symbol++) {
        head.append("%6s".formatted(Integer.toHexString(symbol)));
      }
      console.say(head.toString());
      for (int position = 0; position < positions; position++) {
        StringBuilder line = new StringBuilder("%3d ".formatted(position));
        for (int symbol = 0; symbol < radix; symbol++) {
          JsonObject slot = slots.get(position * radix + symbol);
          String cell = slot == null ? "·" : cell(slot);
          String padded = "%6s".formatted(cell);
          line.append(
              slot == null || !slot.getBoolean("hasKey")
                  ? console.faint(padded)
                  : slot.getBoolean("clean") ? console.good(padded) : console.warn(padded));
        }
        console.say(line.toString());
      }
      console.say("");
      console.say(
          "members at the symbol; [n] is mine; n- has no key yet; n! is worn: somebody who is out"
              + " had its key, so it is not used; · nobody");
      String holders =
          slots.values().stream()
              .map(slot -> slot.getString("keyHolder"))
              .filter(holder -> holder != null)
              .collect(Collectors.groupingBy(holder -> holder, TreeMap::new, Collectors.counting()))
              .entrySet()
              .stream()
              .map(holder -> Console.safe(holder.getKey()) + " " + holder.getValue())
              .collect(Collectors.joining(", "));
      console.say("key holders: " + (holders.isEmpty() ? "none yet" : holders));
    }

    private static String cell(JsonObject slot) {
      if (slot.getInteger("members") == 0) {
        return slot.getBoolean("mine") ? "[0]" : "·";
      }
      String state = slot.getBoolean("clean") ? "" : slot.getBoolean("hasKey") ? "!" : "-";
      String text = slot.getInteger("members") + state;
      return slot.getBoolean("mine") ? '[' + text + ']' : text;
    }
  }

  // ---- pending

  @Command(
      name = "pending",
      mixinStandardHelpOptions = true,
      description = "Who waits for somebody here to say yes or no.",
      footer = {
        "",
        "Then: keymoot accept ID, or keymoot deny ID.",
        "Example:",
        "  keymoot pending --json | jq -r '.pending[] | .id + \" \" + .shown'"
      })
  static final class Pending extends DaemonCommand {
    @Override
    JsonObject ask(ApiClient daemon) {
      return daemon.get(Route.PENDING);
    }

    @Override
    void show(JsonObject answer, Console console) {
      JsonArray all = answer.getJsonArray("pending");
      if (all.isEmpty()) {
        console.say("Nobody waits.");
        return;
      }
      Console.Columns columns = console.new Columns();
      columns.row("ID", "WANTS", "WHOSE WORD", "SHOWS", "DEVICE");
      for (Object each : all) {
        JsonObject pending = (JsonObject) each;
        columns.row(
            pending.getString("id"),
            wants(pending),
            pending.getString("ask"),
            pending.getString("shown"),
            pending.getString("brief"));
      }
      columns.print();
    }

    private static String wants(JsonObject pending) {
      return switch (pending.getString("purpose")) {
        case "admit" -> "to come in";
        case "expel" -> pending.getString("targetName") + " out";
        case "founder" -> "us in its group";
        default -> "to let us in";
      };
    }
  }
}
