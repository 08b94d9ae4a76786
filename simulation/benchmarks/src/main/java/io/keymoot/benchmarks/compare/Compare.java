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
import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The command {@code simulation/bin/compare}. */
public final class Compare {
  private static final Logger JGROUPS_LOG = Logger.getLogger("org.jgroups");

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
        run(good.options(), out, args);
        // Some of what is compared leaves threads behind.
        System.exit(0);
      }
    }
  }

  private static void run(Options options, PrintStream out, String... args) throws Exception {
    Files.createDirectories(options.out());
    // JGroups tells of everybody who goes while spoken to.
    JGROUPS_LOG.setLevel(Level.SEVERE);
    Figures figures = new Figures();
    String command = ("simulation/bin/compare " + String.join(" ", args)).trim();
    long start = System.nanoTime();
    Progress progress =
        new Progress(
            out,
            () -> {
              long seconds = (System.nanoTime() - start) / 1_000_000_000L;
              write(options, new Results(figures, circumstances(options, seconds), command));
            });
    for (String section : options.sections()) {
      switch (section) {
        case "membership" -> Membership.run(options.isQuick(), figures, progress);
        case "growth" -> Growth.run(options.isQuick(), figures, progress);
        case "erasure" -> Erasure.run(options.isQuick(), figures, progress);
        case "frames" -> Frames.run(options.isQuick(), figures, progress);
        case "transport" -> Transports.run(options.isQuick(), figures, progress);
        default -> throw new IllegalStateException("a section without its case: " + section);
      }
    }
    progress.say("done: " + options.out().resolve("compare.html"));
    out.println();
    for (Goal goal : Goal.judge(figures)) {
      out.println(goal.tick() + " " + goal.words() + ": " + goal.measured());
    }
  }

  /** Again and again, so that a run that is cut short leaves what it had. */
  private static void write(Options options, Results results) throws IOException {
    write(options.out().resolve("compare.json"), results.json());
    write(options.out().resolve("compare.md"), results.markdown());
    write(options.out().resolve("compare.html"), results.html());
  }

  private static void write(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardCharsets.UTF_8);
  }

  private static List<String> circumstances(Options options, long seconds) {
    List<String> lines = new ArrayList<>();
    lines.add(
        LocalDate.now(ZoneOffset.UTC)
            + ", "
            + (options.isQuick() ? "quick run" : "full run")
            + ", "
            + seconds
            + " s");
    lines.add(
        String.format(
            Locale.ROOT,
            "%s %s, %d processors, %s %s, heap up to %,d MB",
            System.getProperty("java.vm.name"),
            System.getProperty("java.vm.version"),
            Runtime.getRuntime().availableProcessors(),
            System.getProperty("os.name"),
            System.getProperty("os.arch"),
            Runtime.getRuntime().maxMemory() >> 20));
    lines.add(
        "Bouncy Castle MLS "
            + version(org.bouncycastle.mls.protocol.Group.class)
            + ", Bouncy Castle "
            + version(org.bouncycastle.crypto.AsymmetricCipherKeyPair.class)
            + ", JGroups "
            + org.jgroups.Version.printVersion());
    return lines;
  }

  private static String version(Class<?> of) {
    String version = of.getPackage().getImplementationVersion();
    if (version != null) {
      return version;
    }
    String jar = of.getProtectionDomain().getCodeSource().getLocation().getPath();
    return jar.substring(jar.lastIndexOf('-') + 1).replace(".jar", "");
  }
}
