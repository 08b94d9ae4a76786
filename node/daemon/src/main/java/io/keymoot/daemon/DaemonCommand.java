package io.keymoot.daemon;

import io.vertx.core.json.JsonObject;
import java.util.concurrent.Callable;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;

/** A command that asks the running daemon and shows what it answers. */
abstract class DaemonCommand implements Callable<Integer> {
  @Mixin private Surroundings surroundings = new Surroundings();

  @Override
  public final Integer call() {
    JsonObject answer = ask(surroundings.daemon());
    Console console = surroundings.console();
    if (surroundings.json()) {
      console.json(answer);
    } else {
      show(answer, console);
    }
    return exit(answer);
  }

  abstract JsonObject ask(ApiClient daemon);

  abstract void show(JsonObject answer, Console console);

  int exit(JsonObject answer) {
    return ExitCode.OK;
  }
}
