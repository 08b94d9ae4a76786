package io.keymoot.simulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import picocli.CommandLine;

/** The command {@code simulate}. */
public final class Simulate {
  private Simulate() {}

  public static void main(String[] args) {
    System.exit(run(args));
  }

  /** Does what the arguments say, and answers what the process is to end with. */
  static int run(String... args) {
    return commandLine().execute(args);
  }

  static CommandLine commandLine() {
    return new CommandLine(new Command())
        .setExecutionExceptionHandler(
            (problem, line, parsed) -> {
              // Whoever wrote it could throw no other kind.
              Throwable cause =
                  problem instanceof UncheckedIOException ? problem.getCause() : problem;
              if (cause instanceof IOException) {
                line.getErr().println("A file could not be written: " + problem.getMessage());
                line.getErr().println("Name another place for it.");
                return CommandLine.ExitCode.USAGE;
              }
              throw problem;
            });
  }
}
