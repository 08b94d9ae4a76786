package io.keymoot.daemon;

import io.keymoot.daemon.api.Route;
import io.keymoot.daemon.setting.ErrorCode;
import io.keymoot.daemon.setting.Problem;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code keymoot doctor}: asks the daemon to examine, or examines itself where none answers. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = "Finds what is wrong, and says what to do.",
    footer = {
      "",
      "Exits with 1 if something is wrong.",
      "Example:",
      "  keymoot doctor --json | jq '.findings[] | select(.level == \"wrong\")'"
    })
final class Doctor implements Callable<Integer> {
  @Mixin private Surroundings surroundings = new Surroundings();

  @Override
  public Integer call() {
    JsonObject found = examine();
    Console console = surroundings.console();
    if (surroundings.json()) {
      console.json(found);
    } else {
      Examination.findings(found).forEach(finding -> show(finding, console));
    }
    return found.getBoolean("healthy") ? 0 : 1;
  }

  private JsonObject examine() {
    try {
      return surroundings.daemon().get(Route.DOCTOR);
    } catch (Problem e) {
      if (e.code() != ErrorCode.NOT_RUNNING) {
        throw e;
      }
      return Examination.of(
          surroundings.places(),
          surroundings.settings(),
          Optional.empty(),
          Optional.empty(),
          Instant.now());
    }
  }

  private static void show(JsonObject finding, Console console) {
    String found = Console.safe(finding.getString("found"));
    String about = "%-12s".formatted(finding.getString("about"));
    switch (finding.getString("level")) {
      case "good" -> console.say(console.good("ok    ") + about + found);
      case "note" -> console.say(console.warn("note  ") + about + found);
      default -> console.say(console.bad("WRONG ") + about + found);
    }
    if (!finding.getString("remedy").isEmpty()) {
      console.say(" ".repeat(18) + Console.safe(finding.getString("remedy")));
    }
  }
}
