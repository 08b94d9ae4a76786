package io.keymoot.benchmarks.compare;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The command {@code simulation/bin/compare}. */
public final class Compare {
  private static final Logger JGROUPS_LOG = Logger.getLogger("org.jgroups");

  /** How long the machine is looked at before anything runs. */
  private static final long LOOK_MILLIS = 1_000;

  /** What a reader has to know before any figure. */
  private static final String BUSY =
      "The machine was busy with something else: what is measured in real time is worse than it"
          + " need be, CPU is dearer for all; run it again on a quiet machine";

  private Compare() {}

  public static void main(String[] args) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    switch (Options.parse(args)) {
      case Options.Parsed.Help help -> out.print(Options.USAGE);
      case Options.Parsed.Bad bad -> {
        out.println("compare: " + bad.why());
        out.print(Options.USAGE);
        System.exit(2);
      }
      case Options.Parsed.Good good -> {
        Options options = good.options();
        String command = ("simulation/bin/compare " + String.join(" ", args)).trim();
        try {
          Figures figures = new Figures();
          List<Step> steps = Scale.of(options.isQuick()).steps(options.sections(), figures);
          run(steps, figures, options, command, out);
        } catch (IOException e) {
          out.println("compare: cannot write to " + options.out() + ": " + e.getMessage());
          System.exit(1);
        }
        // Some of what is compared leaves threads behind.
        System.exit(0);
      }
    }
  }

  static void run(
      List<Step> steps, Figures figures, Options options, String command, PrintStream out)
      throws IOException, InterruptedException {
    // JGroups tells of everybody who goes while spoken to.
    JGROUPS_LOG.setLevel(Level.SEVERE);
    Machine machine = Machine.here();
    Files.createDirectories(options.out());
    long start = System.nanoTime();
    Neighbours before = new Neighbours();
    Cluster.pause(LOOK_MILLIS);
    before.shares().filter(Neighbours.Shares::isMuch).ifPresent(much -> warn(much, out));
    Neighbours neighbours = new Neighbours();
    Progress progress =
        new Progress(
            out,
            figures,
            () -> {
              long seconds = (System.nanoTime() - start) / 1_000_000_000L;
              write(
                  options.out(), results(figures, options, machine, neighbours, seconds, command));
            });
    progress.run(steps, options.limitSeconds());
    progress.say("done: " + options.out().resolve("compare.html"));
    out.println();
    for (Goal goal : Goal.judge(figures)) {
      out.println(goal.tick() + " " + goal.words() + ": " + goal.measured());
    }
    figures.broken().forEach((step, why) -> out.println("✗ " + step + ": " + why));
  }

  private static void warn(Neighbours.Shares much, PrintStream out) {
    out.println("compare: " + much + ". " + BUSY);
  }

  private static Results results(
      Figures figures,
      Options options,
      Machine machine,
      Neighbours neighbours,
      long seconds,
      String command) {
    List<String> circumstances = new ArrayList<>();
    Optional<Neighbours.Shares> others = neighbours.shares();
    others.filter(Neighbours.Shares::isMuch).ifPresent(much -> circumstances.add(BUSY));
    circumstances.add(
        LocalDate.now(ZoneOffset.UTC)
            + ", "
            + (options.isQuick() ? "quick run" : "full run")
            + ", "
            + seconds
            + " s");
    circumstances.add(machine.line());
    circumstances.add(
        others.map(Neighbours.Shares::toString).orElse("what else it did meanwhile is not known"));
    circumstances.add(String.join(", ", Machine.versions()));
    return new Results(figures, circumstances, command);
  }

  /** Again and again, so that a run that is cut short leaves what it had. */
  private static void write(Path out, Results results) throws IOException {
    Files.writeString(out.resolve("compare.json"), results.json());
    Files.writeString(out.resolve("compare.md"), results.markdown());
    Files.writeString(out.resolve("compare.html"), results.html());
    Files.writeString(out.resolve("compare-readme.md"), results.readme());
  }
}
