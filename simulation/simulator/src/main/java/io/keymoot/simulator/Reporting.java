package io.keymoot.simulator;

import io.keymoot.simulator.report.RunReport;
import io.keymoot.simulator.result.RunResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Has a page drawn of one run: of several the first that broke something, else the first. */
final class Reporting {
  private Reporting() {}

  static void write(List<RunResult> results, Path file) throws IOException {
    RunResult run =
        results.stream().filter(result -> !result.isGood()).findFirst().orElse(results.get(0));
    Files.writeString(file, RunReport.html(run, Failure.command(run.plan())));
  }
}
