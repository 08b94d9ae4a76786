package io.keymoot.simulator.report;

import io.keymoot.simulator.baseline.Baselines;
import io.keymoot.simulator.churn.Churn;
import io.keymoot.simulator.report.Chart.Axis;
import io.keymoot.simulator.report.Chart.Line;
import io.keymoot.simulator.report.Chart.Point;
import io.keymoot.simulator.report.Chart.Style;
import io.keymoot.simulator.result.Campaign;
import io.keymoot.simulator.result.Change;
import io.keymoot.simulator.result.Collusion;
import io.keymoot.simulator.result.Expulsion;
import io.keymoot.simulator.result.Heal;
import io.keymoot.simulator.result.MemberEvent;
import io.keymoot.simulator.result.RunResult;
import io.keymoot.simulator.result.Series.Sample;
import io.keymoot.simulator.result.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * One run as a page for people. What is worth a look comes first; every chart says in a sentence
 * what to see.
 *
 * <p>Long because it is one page: each part of it is a method.
 */
public final class RunReport {
  /** What a message takes in the baselines' network, where nothing is lost. */
  private static final long HOP_MILLIS = 50;

  private static final double LEAST_MILLIS = 1;
  private static final int MOST_ROWS = 100;

  /** So few are told of in words. */
  private static final int FEW_POINTS = 3;

  private final RunResult run;
  private final String replay;
  private final List<Baselines.Outcome> others;
  private final Page page;

  private RunReport(RunResult run, String replay) {
    this.run = run;
    this.replay = replay;
    this.others = Baselines.replay(run.events(), HOP_MILLIS, run.plan().seed());
    this.page = new Page(title(), lead());
  }

  /**
   * @param replay the command that gives this run again
   */
  public static String html(RunResult run, String replay) {
    return html(List.of(run), any -> replay);
  }

  /**
   * Of several runs the first that broke something is shown, or the first; and all in a table.
   *
   * @param replay the command that gives a run again
   */
  public static String html(
      Campaign campaign, List<RunResult> runs, Function<RunResult, String> replay) {
    return html(Optional.of(campaign), runs, replay);
  }

  /** Of several runs, of which no more is known. */
  public static String html(List<RunResult> runs, Function<RunResult, String> replay) {
    return html(Optional.empty(), runs, replay);
  }

  private static String html(
      Optional<Campaign> campaign, List<RunResult> runs, Function<RunResult, String> replay) {
    RunResult shown = runs.stream().filter(run -> !run.isGood()).findFirst().orElse(runs.get(0));
    RunReport report = new RunReport(shown, replay.apply(shown));
    report.summary();
    campaign.filter(all -> all.runs() > 1).ifPresent(report::allTogether);
    if (runs.size() > 1) {
      report.campaign(runs);
    }
    report.overTime();
    report.changes();
    report.expulsions();
    report.heals();
    report.collusion();
    report.compared();
    report.slots();
    report.injected();
    report.traffic();
    report.sources();
    return report.page.html();
  }

  /** The whole campaign, in numbers. */
  private void allTogether(Campaign all) {
    page.section(
        "The whole campaign",
        Words.count(all.failed())
            + " of "
            + count(all.runs(), "run")
            + " broke something"
            + (all.failed() == 0
                ? "; at 95 % confidence at most one in "
                    + Words.count(Math.max(1, all.runs() / 3))
                    + " of such runs would (3/N)."
                : ", seeds " + all.failing() + "."));
    List<List<String>> rows = new ArrayList<>();
    share(rows, "agreed again once all faults had stopped", all.converged());
    share(rows, "a newcomer could send", all.joined());
    share(rows, "an expelled could still read", all.readable());
    page.table(List.of("how long it took until", "how many", "half", "99 %", "all"), rows);
  }

  private static void share(List<List<String>> rows, String what, Campaign.Share share) {
    if (share.count() > 0) {
      rows.add(
          List.of(
              what,
              Words.count(share.count()),
              Words.millis(share.half()),
              Words.millis(share.ninetyNine()),
              Words.millis(share.all())));
    }
  }

  private String title() {
    return run.isGood()
        ? "A group of " + run.plan().members() + ", and every property held"
        : "A group of " + run.plan().members() + ": " + count(run.violations().size(), "violation");
  }

  private static String count(long number, String of) {
    return Words.count(number) + " " + of + (number == 1 ? "" : "s");
  }

  private String lead() {
    return "Churn: "
        + run.plan().churn()
        + ". Faults: "
        + (run.plan().faults().isEmpty() ? "none" : String.join(", ", run.plan().faults()))
        + ". "
        + Words.millis(run.plan().millis())
        + " of virtual time, profile "
        + run.plan().profile()
        + ", seed "
        + run.plan().seed()
        + (run.plan().plant().isPresent() ? ", planted: " + run.plan().plant().get() : "")
        + ".";
  }

  // ---- what matters

  private void summary() {
    List<Page.Tile> tiles = new ArrayList<>();
    tiles.add(
        new Page.Tile(
            Words.count(run.violations().size()), "violations", run.isGood() ? "good" : "bad"));
    tiles.add(
        new Page.Tile(
            Words.count(run.totals().epochsChecked()),
            "keys in use that everybody who was out tried to come to, pooling all they had",
            ""));
    tiles.add(new Page.Tile(Words.count(mostMembers()), "members at most", ""));
    tiles.add(
        new Page.Tile(
            run.totals().admitted() + " / " + (run.totals().left() + run.totals().expelled()),
            "came / went (" + run.totals().expelled() + " of them expelled)",
            ""));
    tiles.add(new Page.Tile(Words.count(run.totals().rekeys()), "rekeys", ""));
    tiles.add(
        new Page.Tile(
            Words.count(run.totals().framesOpened()),
            "frames opened, of " + Words.count(run.totals().framesSealed()) + " sealed",
            ""));
    tiles.add(new Page.Tile(Words.count(run.steps()), "inputs taken by peers", ""));
    tiles.add(new Page.Tile(Words.millis(run.totals().cpuMillis()), "of CPU for all this", ""));
    page.tiles(tiles);
    if (!run.isGood()) {
      page.section("What broke", "The first is the one to look at; others may follow from it.");
      List<List<String>> rows = new ArrayList<>();
      for (Violation each : run.violations()) {
        rows.add(
            List.of(
                "✗ " + each.property(),
                Words.millis(each.atMillis()),
                Words.count(each.step()),
                each.what()));
      }
      page.table(
          List.of("property", "at", "step", "what"), rows.subList(0, Math.min(50, rows.size())));
    }
    page.code(replay);
  }

  private void campaign(List<RunResult> runs) {
    long failed = runs.stream().filter(each -> !each.isGood()).count();
    long keys = runs.stream().mapToLong(each -> each.totals().epochsChecked()).sum();
    page.section(
        "The runs of this campaign that are kept",
        "This page is about seed "
            + run.plan().seed()
            + ". Of "
            + runs.size()
            + " runs "
            + failed
            + " broke something; "
            + count(keys, "key")
            + " in use were tried by whoever was out. If none of N runs fails, fewer than 3/N of"
            + " all would, at 95 %.");
    Quantiles heals =
        Quantiles.of(
            runs.stream()
                .flatMap(each -> each.heals().stream())
                .mapToLong(Heal::convergedMillis)
                .filter(ms -> ms >= 0));
    Quantiles shutOut =
        Quantiles.of(
            runs.stream()
                .flatMap(each -> each.expulsions().stream())
                .mapToLong(Expulsion::lastReadableMillis));
    List<Line> lines = new ArrayList<>();
    lines.add(new Line("agreed again after a fault", Style.LINE, heals.shares(LEAST_MILLIS)));
    lines.add(new Line("an expelled could read no more", Style.LINE, shutOut.shares(LEAST_MILLIS)));
    page.chart(shares("All runs together", "ms", lines));
    List<List<String>> rows = new ArrayList<>();
    for (RunResult each : runs.subList(0, Math.min(MOST_ROWS, runs.size()))) {
      rows.add(
          List.of(
              "" + each.plan().seed(),
              each.isGood() ? "✓" : "✗ " + each.violations().get(0).property(),
              Words.count(each.totals().admitted()),
              Words.count(each.totals().rekeys()),
              Words.count(each.totals().epochsChecked()),
              Words.count(each.steps())));
    }
    page.table(List.of("seed", "held", "came", "rekeys", "keys tried", "steps"), rows);
  }

  private int mostMembers() {
    return run.series().samples().stream().mapToInt(Sample::members).max().orElse(0);
  }

  // ---- over time

  private void overTime() {
    page.section("The run", "One sample a second, or a 600th of the run.");
    page.chart(
        new Chart(
            "Members",
            "Who runs and is no member was put out, or is not in yet. Dips of the lower two lines"
                + " are moments when not all had heard of a change.",
            Axis.time("time"),
            Axis.linear("peers"),
            List.of(
                line("devices that run", Style.STEPS, Sample::up),
                line("members in the largest roster", Style.STEPS, Sample::members),
                line("able to send", Style.STEPS, Sample::ableToSend),
                line("know the same", Style.STEPS, Sample::agreeing))));
    page.chart(
        new Chart(
            "Epochs in use",
            "More than one is a partition, or a change that not all have heard of.",
            Axis.time("time"),
            Axis.linear("distinct epochs"),
            List.of(line("sent under", Style.STEPS, Sample::epochs))));
    page.chart(
        new Chart(
            "What agreeing costs",
            "Bytes put onto the network by all together, a multicast counting once.",
            Axis.time("time"),
            Axis.linear("bytes/s"),
            List.of(
                rate("facts, requests, answers", Sample::controlBytes),
                rate("heartbeats", Sample::heartbeatBytes))));
    page.chart(
        new Chart(
            "Facts and rekeys",
            "Sums. Facts are what peers keep for good; a rekey is one of them.",
            Axis.time("time"),
            Axis.linear("so far"),
            List.of(
                line("facts", Style.STEPS, Sample::facts),
                line("rekeys", Style.STEPS, Sample::rekeys))));
  }

  private Line line(String name, Style style, ToDoubleFunction<Sample> value) {
    List<Point> points = new ArrayList<>();
    for (Sample each : run.series().samples()) {
      points.add(new Point(each.atMillis() / 1e3, value.applyAsDouble(each)));
    }
    return new Line(name, style, points);
  }

  private Line rate(String name, ToLongFunction<Sample> sum) {
    List<Point> points = new ArrayList<>();
    Sample before = null;
    for (Sample each : run.series().samples()) {
      if (before != null && each.atMillis() > before.atMillis()) {
        double seconds = (each.atMillis() - before.atMillis()) / 1e3;
        points.add(
            new Point(
                each.atMillis() / 1e3,
                (sum.applyAsLong(each) - sum.applyAsLong(before)) / seconds));
      }
      before = each;
    }
    return new Line(name, Style.LINE, points);
  }

  // ---- changes

  private static String words(Change.Kind kind) {
    return switch (kind) {
      case JOIN -> "join";
      case LEAVE -> "leave";
      case EXPULSION -> "expulsion";
    };
  }

  private void changes() {
    page.section(
        "What a change costs",
        "Bytes are of all messages for it, from all peers; CPU is of all peers and their network"
            + " together, and depends on the machine. Changes close together share their cost. What"
            + " was not in effect within a minute counts as a minute.");
    List<List<String>> rows = new ArrayList<>();
    List<Line> bytes = new ArrayList<>();
    List<Line> cpu = new ArrayList<>();
    List<Line> settled = new ArrayList<>();
    for (Change.Kind kind : Change.Kind.values()) {
      List<Change> of = run.changes().stream().filter(each -> each.kind() == kind).toList();
      Quantiles inBytes = Quantiles.of(of.stream().mapToLong(Change::bytes));
      Quantiles inMicros = Quantiles.of(of.stream().mapToLong(Change::cpuMicros));
      Quantiles inMillis = Quantiles.of(of.stream().mapToLong(Change::effectMillis));
      long never = of.stream().filter(each -> each.settledMillis() < 0).count();
      if (of.isEmpty() || inMillis.isEmpty()) {
        continue;
      }
      rows.add(
          List.of(
              words(kind),
              Words.count(of.size()),
              Words.bytes(inBytes.at(0.5))
                  + " / "
                  + Words.bytes(inBytes.at(0.9))
                  + " / "
                  + Words.bytes(inBytes.at(0.99)),
              Words.micros(inMicros.at(0.5))
                  + " / "
                  + Words.micros(inMicros.at(0.9))
                  + " / "
                  + Words.micros(inMicros.at(0.99)),
              Words.millis(inMillis.at(0.5))
                  + " / "
                  + Words.millis(inMillis.at(0.9))
                  + " / "
                  + Words.millis(inMillis.at(0.99)),
              Words.count(never)));
      bytes.add(new Line(words(kind), Style.LINE, inBytes.shares(1)));
      cpu.add(new Line(words(kind), Style.LINE, inMicros.shares(1)));
      settled.add(new Line(words(kind), Style.LINE, inMillis.shares(LEAST_MILLIS)));
    }
    if (rows.isEmpty()) {
      page.words("Nobody came or went.");
      return;
    }
    page.table(
        List.of(
            "",
            "how many",
            "bytes: half / 90 % / 99 % below",
            "CPU of all: likewise",
            "until in effect: likewise",
            "never in effect"),
        rows);
    page.chart(shares("Bytes of a change", "bytes", bytes));
    page.chart(shares("CPU of a change, all peers together", "µs", cpu));
    page.chart(shares("Until it was in effect", "ms", settled));
  }

  private static Chart shares(String title, String unit, List<Line> lines) {
    return new Chart(
        title,
        "How many percent took at most so much: the further left and the steeper, the better.",
        Axis.log(unit),
        Axis.linear("% of them"),
        lines);
  }

  private void expulsions() {
    page.section(
        "How long somebody who was expelled could still read",
        "From the expulsion to the last frame that anybody sealed under a key the expelled had.");
    Quantiles ours =
        Quantiles.of(run.expulsions().stream().mapToLong(Expulsion::lastReadableMillis));
    if (ours.isEmpty()) {
      page.words("Nobody was expelled.");
      return;
    }
    List<Line> lines = new ArrayList<>();
    lines.add(new Line("Keymoot", Style.LINE, ours.shares(LEAST_MILLIS)));
    for (Baselines.Outcome each : others) {
      Quantiles theirs = Quantiles.of(each.exposures().stream().mapToLong(Long::longValue));
      lines.add(new Line(each.name(), Style.DOTTED, theirs.shares(LEAST_MILLIS)));
    }
    page.words(
        "Half of "
            + count(ours.count(), "expulsion")
            + " were shut out within "
            + Words.millis(ours.at(0.5))
            + ", 99 % within "
            + Words.millis(ours.at(0.99))
            + ", all within "
            + Words.millis(ours.most())
            + ". The dotted lines are the other schemes on a network that loses nothing, with "
            + Words.millis(HOP_MILLIS)
            + " a hop; ours had this run's faults.");
    page.chart(shares("Time to the last readable frame", "ms", lines));
    page.chart(
        new Chart(
            "Each expulsion",
            "Points far up are partitions: who has not heard of an expulsion cannot act on it.",
            Axis.time("time"),
            Axis.linear("ms"),
            List.of(
                new Line(
                    "last readable frame",
                    Style.POINTS,
                    run.expulsions().stream()
                        .map(each -> new Point(each.atMillis() / 1e3, each.lastReadableMillis()))
                        .toList()))));
  }

  private void heals() {
    if (run.heals().isEmpty()) {
      return;
    }
    page.section(
        "How long it took to agree again",
        "From the end of a partition, and of all faults together, until all members that ran knew"
            + " the same facts and could send.");
    Map<String, List<Point>> byFault = new TreeMap<>();
    for (Heal each : run.heals()) {
      if (each.convergedMillis() >= 0) {
        byFault
            .computeIfAbsent(each.what(), any -> new ArrayList<>())
            .add(new Point(each.atMillis() / 1e3, each.convergedMillis()));
      }
    }
    Quantiles all =
        Quantiles.of(run.heals().stream().mapToLong(Heal::convergedMillis).filter(ms -> ms >= 0));
    long broken = run.heals().stream().filter(each -> each.convergedMillis() < 0).count();
    if (!all.isEmpty()) {
      page.words(
          "Half within "
              + Words.millis(all.at(0.5))
              + ", 99 % within "
              + Words.millis(all.at(0.99))
              + ", at most "
              + Words.millis(all.most())
              + (broken > 0
                  ? "; " + count(broken, "time") + " the next fault or change came first."
                  : "."));
    }
    List<Line> lines = new ArrayList<>();
    byFault.forEach((fault, points) -> lines.add(new Line(fault, Style.POINTS, points)));
    if (all.count() < FEW_POINTS) {
      return;
    }
    page.chart(
        new Chart(
            "Convergence after each fault",
            "The goal: 10 s for 99 %, 30 s at most.",
            Axis.time("when the fault ended"),
            Axis.linear("ms"),
            lines));
  }

  // ---- the others

  private void collusion() {
    page.section(
        "Can those who are out read on, if they pool what they had?",
        "For every key in use after somebody was put out: everybody who was out until then put"
            + " together all they were ever given, held or recorded, and tried. By the paper's own"
            + " rule two are enough. For the others this was tried on the same churn, with real"
            + " keys and real ciphertexts.");
    List<Line> lines = new ArrayList<>();
    for (Baselines.Outcome each : others) {
      lines.add(new Line(each.name(), Style.STEPS, readShares(each)));
    }
    List<Collusion> ours = run.collusion();
    if (!ours.isEmpty()) {
      List<Point> points =
          ours.stream()
              .map(each -> new Point(each.out(), 100.0 * each.read() / each.tried()))
              .toList();
      lines.add(0, new Line("Keymoot", Style.MARKED, points));
    }
    page.chart(
        new Chart(
            "Keys in use that a coalition of all who are out reads",
            "0 is safe. Keymoot: "
                + (ours.isEmpty()
                    ? "not tried here, for in large groups it takes too long."
                    : count(tried(), "key") + " tried, " + Words.count(read()) + " read."),
            Axis.linear("put out so far"),
            Axis.linear("% of the keys"),
            lines));
  }

  private long tried() {
    return run.collusion().stream().mapToLong(Collusion::tried).sum();
  }

  private long read() {
    return run.collusion().stream().mapToLong(Collusion::read).sum();
  }

  private static List<Point> readShares(Baselines.Outcome outcome) {
    Map<Integer, int[]> byEvicted = new TreeMap<>();
    for (Baselines.Tried each : outcome.tried()) {
      int[] counts = byEvicted.computeIfAbsent(each.evicted(), any -> new int[2]);
      counts[0]++;
      counts[1] += each.isRead() ? 1 : 0;
    }
    List<Point> points = new ArrayList<>();
    byEvicted.forEach(
        (evicted, counts) -> points.add(new Point(evicted, 100.0 * counts[1] / counts[0])));
    return points;
  }

  private void compared() {
    page.section(
        "The same churn with another scheme",
        "Only keys are counted for the others: no heartbeats, no facts, no retries, and nothing of"
            + " theirs was lost. Ours is everything but heartbeats, as it went over this run's"
            + " network.");
    List<Line> lines = new ArrayList<>();
    lines.add(line("Keymoot, all but heartbeats", Style.STEPS, Sample::controlBytes));
    List<List<String>> rows = new ArrayList<>();
    rows.add(ownRow());
    for (Baselines.Outcome each : others) {
      lines.add(
          new Line(
              each.name(),
              Style.STEPS,
              each.cost().stream()
                  .map(point -> new Point(point.atMillis() / 1e3, point.allBytes()))
                  .toList()));
      rows.add(row(each));
    }
    page.chart(
        new Chart(
            "Bytes so far",
            "The vertical axis is logarithmic: a step up is a factor.",
            Axis.time("time"),
            Axis.log("bytes"),
            lines));
    page.table(
        List.of(
            "",
            "bytes a change",
            "an expelled reads on for (half of them)",
            "keys read by pooling",
            "had to register again",
            "manager"),
        rows);
  }

  private List<String> ownRow() {
    List<Sample> samples = run.series().samples();
    long bytes = samples.isEmpty() ? 0 : samples.get(samples.size() - 1).controlBytes();
    long changes =
        run.events().stream().filter(each -> each.kind() != MemberEvent.Kind.VANISHED).count();
    Quantiles exposure =
        Quantiles.of(run.expulsions().stream().mapToLong(Expulsion::lastReadableMillis));
    String pooling =
        run.collusion().isEmpty()
            ? "not tried"
            : read() == 0 ? "✓ none" : "✗ " + Words.count(read()) + " of " + Words.count(tried());
    return List.of(
        "Keymoot",
        Words.bytes(bytes / (double) Math.max(1, changes)),
        exposure.isEmpty() ? "–" : Words.millis(exposure.at(0.5)),
        pooling,
        Words.count(run.totals().registeredAgain()),
        "none");
  }

  private static List<String> row(Baselines.Outcome each) {
    long bytes = each.cost().isEmpty() ? 0 : each.cost().get(each.cost().size() - 1).allBytes();
    Quantiles exposure = Quantiles.of(each.exposures().stream().mapToLong(Long::longValue));
    return List.of(
        each.name(),
        Words.bytes(bytes / (double) Math.max(1, each.changes())),
        exposure.isEmpty() ? "–" : Words.millis(exposure.at(0.5)),
        each.readKeys() == 0
            ? "✓ none"
            : "✗ " + Words.percent(each.readKeys() / (double) each.tried().size()),
        Words.count(each.lockedOut()),
        each.manager());
  }

  // ---- the table, and what was done to the group

  private void slots() {
    if (run.slots().slots().isEmpty()) {
      return;
    }
    page.section("The slot table at the end", "As the best informed peer saw it.");
    page.drawing(
        "Slots",
        "A column for each of the 32 positions, a row for each symbol. The more members, the"
            + " stronger the colour; filled as far as they hold the key; green is clean, orange is"
            + " not. Point at a cell for its figures.",
        HeatMap.svg(run.slots()));
  }

  private void injected() {
    page.section("What was done to the group", "");
    List<List<String>> rows = new ArrayList<>();
    run.injected()
        .forEach(each -> rows.add(List.of(each.fault(), Words.count(each.times()), each.source())));
    if (rows.isEmpty()) {
      page.words("Nothing but what its members did by themselves.");
    } else {
      page.table(List.of("fault", "times", "where the model comes from"), rows);
    }
  }

  private void traffic() {
    page.section("What went over the network", "A multicast counts once.");
    List<List<String>> rows = new ArrayList<>();
    run.totals()
        .messagesByType()
        .forEach(
            (type, times) ->
                rows.add(
                    List.of(
                        type,
                        Words.count(times),
                        Words.bytes(run.totals().bytesByType().getOrDefault(type, 0L)))));
    page.table(List.of("message", "how many", "bytes"), rows);
    if (!run.totals().coverLines().isEmpty()) {
      List<List<String>> covers = new ArrayList<>();
      run.totals()
          .coverLines()
          .forEach((kind, times) -> covers.add(List.of(kind, Words.count(times))));
      page.table(List.of("entries of covers", "how many"), covers);
    }
  }

  private void sources() {
    page.section("Sources", "");
    List<List<String>> rows = new ArrayList<>();
    Churn.all().stream()
        .filter(each -> each.name().equals(run.plan().churn()))
        .forEach(each -> rows.add(List.of("churn: " + each.name(), each.source())));
    others.forEach(each -> rows.add(List.of("scheme: " + each.name(), each.source())));
    page.table(List.of("what", "as in"), rows);
    page.words("Trace hash " + run.traceHash() + ": the same run gives the same hash everywhere.");
  }
}
