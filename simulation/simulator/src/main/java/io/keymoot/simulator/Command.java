package io.keymoot.simulator;

import io.keymoot.simulator.churn.Churn;
import io.keymoot.simulator.fault.Fault;
import io.keymoot.simulator.plant.Plant;
import io.keymoot.simulator.plant.Planted;
import io.keymoot.simulator.result.Json;
import io.keymoot.simulator.result.Outcome;
import io.keymoot.simulator.result.Plan;
import io.keymoot.simulator.result.RunResult;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * What {@code simulate} understands.
 *
 * <p>Whole in one file, though long, because it is one list: each option, and what is wrong with
 * it.
 */
@CommandLine.Command(
    name = "simulate",
    sortOptions = false,
    usageHelpWidth = 100,
    description = {
      "Runs a group of real Keymoot peers on a virtual network, breaks the network, and checks that"
          + " the protocol's properties hold.",
      "Ends with 0 if they did, 1 if one did not, 2 if an option makes no sense."
    })
final class Command implements Callable<Integer> {
  static final int GOOD = 0;
  static final int VIOLATED = 1;
  private static final int MOST_MEMBERS = 20_000;
  private static final int FULL_REPORTS = 20;
  private static final double MOST_PER_MINUTE = 60_000;
  private static final long LONGEST_MILLIS = 7 * 86_400_000L;
  private static final Pattern SPAN = Pattern.compile("(\\d+(?:\\.\\d+)?)(ms|s|m|h)");
  private static final Pattern RATE = Pattern.compile("(\\d+(?:\\.\\d+)?)(?:/(s|m|h))?");

  /** One run in so many of a campaign has every peer check every signature itself. */
  private static final int EVERY_SIGNATURE_ONE_IN = 100;

  @CommandLine.Spec CommandLine.Model.@Nullable CommandSpec spec;

  @Option(
      names = "--members",
      paramLabel = "N",
      defaultValue = "16",
      description = "how many take part, 2 to 20000 (default ${DEFAULT-VALUE})")
  int members;

  @Option(
      names = "--for",
      paramLabel = "TIME",
      defaultValue = "10m",
      description = "virtual time, such as 90s, 10m, 1h (default ${DEFAULT-VALUE})")
  String lasts = "10m";

  @Option(
      names = "--churn",
      paramLabel = "MODEL",
      defaultValue = "conference",
      description =
          "who comes and goes: conference, p2p, mbone, broadcast, workday, adversarial, none, or"
              + " mixed, where each seed has another, with liars and others who come or are put out"
              + " besides (default ${DEFAULT-VALUE})")
  String churn = "conference";

  @Option(
      names = "--faults",
      paramLabel = "FAULTS",
      defaultValue = "light",
      description =
          "none, light, heavy (each seed has some of most), all, or names with commas between;"
              + " 'list' prints the names (default ${DEFAULT-VALUE})")
  String faults = "light";

  @Option(
      names = "--loss",
      paramLabel = "PERCENT",
      defaultValue = "0%",
      description = "of all messages, 0%% to 40%% (default 0%%)")
  String loss = "0%";

  @Option(
      names = "--partitions",
      paramLabel = "PARTS",
      defaultValue = "1",
      description = "the network falls into up to so many parts, 2 to 4; 1 for never")
  int partitions;

  @Option(
      names = "--profile",
      paramLabel = "PROFILE",
      defaultValue = "conference",
      description = "conference, broadcast or paper (default ${DEFAULT-VALUE})")
  String profile = "conference";

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "the first seed (default ${DEFAULT-VALUE})")
  long seed;

  @Option(
      names = "--seeds",
      paramLabel = "K",
      defaultValue = "1",
      description = "how many seeds, one run each (default ${DEFAULT-VALUE})")
  long seeds;

  @Option(
      names = "--join-rate",
      paramLabel = "RATE",
      defaultValue = "0/m",
      description = "more who come than the churn has, such as 5/m or 0.5/s")
  String joinRate = "0/m";

  @Option(
      names = "--evict-rate",
      paramLabel = "RATE",
      defaultValue = "0/m",
      description = "members put out by the others, such as 1/m")
  String evictRate = "0/m";

  @Option(
      names = "--byzantine",
      paramLabel = "N",
      defaultValue = "0",
      description = "so many members keep to no rule")
  int byzantine;

  @Option(
      names = "--plant",
      paramLabel = "BUG",
      description = "put this mistake into the running code, to see it caught; 'list' prints names")
  @Nullable String plant;

  @Option(
      names = "--formed",
      description = "all members are in when the run begins: large groups start at once")
  boolean formed;

  @Option(names = "--every-signature", description = "each peer checks every signature itself")
  boolean everySignature;

  @Option(names = "--trace", paramLabel = "FILE", description = "write all that happens")
  @Nullable Path trace;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "write what came of it, for programs")
  @Nullable Path json;

  @Option(
      names = "--totals",
      paramLabel = "FILE",
      description =
          "write what all seeds have come to so far, every few seconds; 'next' in it is the seed to"
              + " go on with after an interruption")
  @Nullable Path totals;

  @Option(names = "--report", paramLabel = "FILE", description = "write a page to look at")
  @Nullable Path report;

  @Option(
      names = "--replay",
      paramLabel = "S",
      description = "run this one seed again and tell its story")
  @Nullable Long replay;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "seeds run side by side (default: one for each processor)")
  int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--joined-within",
      paramLabel = "TIME",
      description =
          "fail, too, if more than 1%% of those who came needed longer until they could send")
  @Nullable String joinedWithin;

  @Option(
      names = "--converged-within",
      paramLabel = "TIME",
      description =
          "fail, too, if more than 1%% of the runs needed longer to agree once faults had stopped,"
              + " or one needed three times as long")
  @Nullable String convergedWithin;

  @Option(
      names = "--rekeys-at-most",
      paramLabel = "N",
      description =
          "fail, too, if the most leaves within one second, 20 at least, took more Rekeys than so"
              + " many; or if so many never left at once")
  @Nullable Integer rekeysAtMost;

  @Option(names = "--as-is", description = "do not look for a smaller run that fails likewise")
  boolean asIs;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "this")
  boolean help;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = line().getOut();
    if ("list".equals(plant)) {
      Plant.all().forEach(each -> out.println(each.name()));
      return GOOD;
    }
    if (faults.equals("list")) {
      Fault.names().forEach(out::println);
      return GOOD;
    }
    Plan plan = plan();
    limits = limits();
    tryToWrite(json);
    tryToWrite(report);
    Planted planted = Planted.byName(plan.plant());
    try {
      return replay != null ? replay(plan) : campaign(plan);
    } finally {
      planted.close();
    }
  }

  /** What takes hours is not begun for a file that cannot be written then. */
  private static void tryToWrite(@Nullable Path file) throws IOException {
    if (file != null && Files.notExists(file)) {
      Files.createFile(file);
      Files.delete(file);
    } else if (file != null) {
      Files.newOutputStream(file, StandardOpenOption.APPEND).close();
    }
  }

  private Limits limits = Limits.NONE;

  private Limits limits() {
    check(
        rekeysAtMost == null || rekeysAtMost >= 0,
        "--rekeys-at-most",
        "" + rekeysAtMost,
        "0 or more");
    return new Limits(
        Optional.ofNullable(joinedWithin).map(span -> millis("--joined-within", span, 1)),
        Optional.ofNullable(convergedWithin).map(span -> millis("--converged-within", span, 1)),
        Optional.ofNullable(rekeysAtMost));
  }

  private CommandLine line() {
    if (spec == null) {
      throw new IllegalStateException("picocli fills this in");
    }
    return spec.commandLine();
  }

  // ---- the options' meaning

  /** What is asked for; a seed to be run again included. */
  Plan plan() {
    Plan plan = asked();
    return replay == null ? plan : plan.withSeed(replay);
  }

  private Plan asked() {
    check(members >= 2 && members <= MOST_MEMBERS, "--members", "" + members, "2 to 20000");
    check(partitions >= 1 && partitions <= 4, "--partitions", "" + partitions, "1 to 4");
    check(seeds >= 1, "--seeds", "" + seeds, "1 or more");
    check(threads >= 1 && threads <= 256, "--threads", "" + threads, "1 to 256");
    check(
        byzantine >= 0 && byzantine < members, "--byzantine", "" + byzantine, "fewer than members");
    List<String> models =
        Stream.concat(Churn.all().stream().map(Churn::name), Stream.of(Plan.MIXED)).toList();
    check(models.contains(churn), "--churn", churn, "one of " + String.join(", ", models));
    List<String> profiles = List.of("conference", "broadcast", "paper");
    check(profiles.contains(profile), "--profile", profile, "conference, broadcast or paper");
    Optional<String> bug = Optional.ofNullable(plant);
    bug.ifPresent(
        name ->
            check(
                Plant.all().stream().anyMatch(each -> each.name().equals(name)),
                "--plant",
                name,
                "a name that '--plant list' prints"));
    Plan asked =
        new Plan(
            members,
            millis("--for", lasts),
            churn,
            faultNames(),
            percent(),
            partitions,
            profile,
            seed,
            perMinute("--join-rate", joinRate),
            perMinute("--evict-rate", evictRate),
            byzantine,
            bug,
            everySignature,
            formed);
    return bug.isPresent() && replay == null ? telling(asked, Telling.plan(bug.get())) : asked;
  }

  /** Where nothing is said, a planted mistake gets runs in which it shows. */
  private Plan telling(Plan asked, Plan telling) {
    if (!isGiven("--seeds")) {
      seeds = Telling.SEEDS;
    }
    return new Plan(
        isGiven("--members") ? asked.members() : telling.members(),
        isGiven("--for") ? asked.millis() : telling.millis(),
        isGiven("--churn") ? asked.churn() : telling.churn(),
        isGiven("--faults") ? asked.faults() : telling.faults(),
        isGiven("--loss") ? asked.lossPercent() : telling.lossPercent(),
        asked.partitions(),
        asked.profile(),
        isGiven("--seed") ? asked.seed() : telling.seed(),
        isGiven("--join-rate") ? asked.joinsPerMinute() : telling.joinsPerMinute(),
        isGiven("--evict-rate") ? asked.evictionsPerMinute() : telling.evictionsPerMinute(),
        isGiven("--byzantine") ? asked.byzantine() : telling.byzantine(),
        asked.plant(),
        asked.everySignature(),
        asked.formed());
  }

  private boolean isGiven(String option) {
    return line().getParseResult().hasMatchedOption(option);
  }

  private List<String> faultNames() {
    List<String> names = faults.equals("none") ? List.of() : List.of(faults.split(",", -1));
    List<String> known =
        Stream.concat(Stream.of("light", "heavy", Fault.ALL), Fault.names()).toList();
    for (String name : names) {
      check(known.contains(name), "--faults", name, "none, or of " + String.join(", ", known));
    }
    return names;
  }

  private double percent() {
    String number = loss.endsWith("%") ? loss.substring(0, loss.length() - 1) : loss;
    try {
      double percent = Double.parseDouble(number);
      check(percent >= 0 && percent <= 40, "--loss", loss, "0% to 40%");
      return percent;
    } catch (NumberFormatException e) {
      throw wrong("--loss", loss, "a percentage such as 5%");
    }
  }

  private long millis(String option, String span) {
    long millis = millis(option, span, 1_000);
    check(millis <= LONGEST_MILLIS, option, span, "from 1s to 168h");
    return millis;
  }

  private long millis(String option, String span, long least) {
    Matcher matcher = SPAN.matcher(span);
    if (!matcher.matches()) {
      throw wrong(option, span, "a time such as 90s, 10m or 1h");
    }
    double unit =
        switch (matcher.group(2)) {
          case "ms" -> 1;
          case "s" -> 1_000;
          case "m" -> 60_000;
          default -> 3_600_000;
        };
    double millis = Double.parseDouble(matcher.group(1)) * unit;
    check(millis >= least && millis < 1e15, option, span, "from " + inUnits(least) + " to 168h");
    return (long) millis;
  }

  private double perMinute(String option, String rate) {
    Matcher matcher = RATE.matcher(rate);
    if (!matcher.matches()) {
      throw wrong(option, rate, "a rate such as 5/m or 0.5/s");
    }
    double number = Double.parseDouble(matcher.group(1));
    String unit = matcher.group(2) == null ? "m" : matcher.group(2);
    double perMinute = unit.equals("s") ? number * 60 : unit.equals("h") ? number / 60 : number;
    check(perMinute <= MOST_PER_MINUTE, option, rate, "1000/s at most");
    return perMinute;
  }

  private void check(boolean good, String option, String value, String wanted) {
    if (!good) {
      throw wrong(option, value, wanted);
    }
  }

  private ParameterException wrong(String option, String value, String wanted) {
    return new ParameterException(line(), option + " " + value + ": it must be " + wanted + ".");
  }

  // ---- what it does

  private int replay(Plan plan) throws IOException {
    Progress progress = new Progress(line().getErr(), 1);
    try (Story story = Story.toldTo(line().getOut(), trace)) {
      RunResult result = new Runs(plan, progress).one(plan, story.trace());
      progress.done();
      Tally tally = new Tally(plan);
      tally.add(result);
      return conclude(tally, List.of(result));
    }
  }

  private int campaign(Plan plan) throws IOException {
    Progress progress = new Progress(line().getErr(), seeds);
    List<RunResult> kept = new ArrayList<>();
    Runs runs = new Runs(plan, progress);
    Tally tally = new Tally(plan);
    RunningTotals running = new RunningTotals(Optional.ofNullable(totals));
    running.write(tally.campaign());
    try (Story story = seeds == 1 ? Story.writtenTo(trace) : Story.writtenTo(null)) {
      if (trace != null && seeds > 1) {
        throw wrong("--trace", trace.toString(), "left out where there is more than one seed");
      }
      if (seeds == 1) {
        RunResult result = runs.one(plan, story.trace());
        kept.add(result);
        tally.add(result);
      } else {
        runs.all(
            seeds,
            threads,
            EVERY_SIGNATURE_ONE_IN,
            result -> {
              tally.add(result);
              keep(kept, result);
              running.review(tally, !result.isGood());
              return result.isGood() || plan.plant().isEmpty();
            });
      }
    }
    progress.done();
    running.write(tally.campaign());
    line().getOut().println(tally.inWords());
    return conclude(tally, kept);
  }

  /** Some of the good, and some of the others, of which it is told at once. */
  private void keep(List<RunResult> kept, RunResult result) {
    long alike = kept.stream().filter(each -> each.isGood() == result.isGood()).count();
    if (alike < FULL_REPORTS) {
      kept.add(result);
      if (!result.isGood() && plant == null) {
        line().getErr().println(Failure.inWords(result));
        line().getErr().flush();
      }
    }
  }

  private int conclude(Tally tally, List<RunResult> results) throws IOException {
    PrintWriter out = line().getOut();
    if (json != null) {
      try (BufferedWriter file = Files.newBufferedWriter(json)) {
        file.write(Json.of(new Outcome(tally.campaign(), results)));
      }
      out.println("Written: " + json);
    }
    if (report != null) {
      Reporting.write(tally.campaign(), results, report);
      out.println("Written: " + report);
    }
    List<RunResult> failed = results.stream().filter(result -> !result.isGood()).toList();
    for (RunResult result : failed.subList(0, Math.min(3, failed.size()))) {
      RunResult smallest = asIs || replay != null ? result : new Shrinking().smallest(result);
      out.println(Failure.inWords(smallest));
    }
    if (results.size() == 1 && failed.isEmpty()) {
      out.println(
          "Trace " + results.get(0).traceHash() + ", " + results.get(0).steps() + " steps.");
    }
    List<String> missed = new ArrayList<>(limits.missedBy(tally.campaign()));
    if (plant != null && tally.campaign().failed() == 0) {
      missed.add(
          "Missed: '"
              + plant
              + "' was not found in "
              + tally.campaign().runs()
              + " runs: nothing in them brought it out. Try more seeds, or runs of another kind.");
    }
    missed.forEach(out::println);
    out.flush();
    return tally.campaign().failed() == 0 && missed.isEmpty() ? GOOD : VIOLATED;
  }

  static String inUnits(long millis) {
    return millis % 60_000 == 0
        ? millis / 60_000 + "m"
        : millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms";
  }
}
