package io.keymoot.simulator;

import io.keymoot.simulator.report.RunReport;
import io.keymoot.simulator.result.Campaign;
import io.keymoot.simulator.result.RunResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Hands the runs to whoever draws. */
final class Reporting {
  private Reporting() {}

  static void write(Campaign campaign, List<RunResult> results, Path file) throws IOException {
    Files.writeString(
        file, RunReport.html(campaign, results, result -> Failure.command(result.plan())));
  }
}
