package io.keymoot.benchmarks.compare;

import io.keymoot.simulator.report.Chart;
import io.keymoot.simulator.report.JsonText;
import io.keymoot.simulator.report.Page;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The figures as JSON, as a Markdown table and as a page. */
final class Results {
  private static final List<What> REMOVING =
      List.of(
          What.REMOVE_AUTHOR,
          What.REMOVE_FOLLOW,
          What.REMOVE_ALL_BYTES,
          What.REMOVE_IN_ALL,
          What.STATE_WITH_FACTS,
          What.REFRESH_AUTHOR,
          What.WELCOME_CPU);

  private static final List<What> OVER_A_NETWORK =
      List.of(
          What.LEAVE_TIME,
          What.LEAVE_BYTES,
          What.LEAVE_IN_ALL,
          What.WORST_DELIVERY,
          What.WORST_IN_CALM,
          What.FIRST_MESSAGE,
          What.THROUGHPUT);

  private static final List<What> OUT = List.of(What.OUT_AUTHOR, What.OUT_FOLLOW, What.OUT_BYTES);

  private final Figures figures;
  private final List<String> circumstances;
  private final String command;
  private final Ratios ratios;

  Results(Figures figures, List<String> circumstances, String command) {
    this.figures = figures;
    this.circumstances = circumstances;
    this.command = command;
    this.ratios = new Ratios(figures);
  }

  String json() {
    JsonText out = new JsonText();
    out.object().field("command", command).name("circumstances").array();
    circumstances.forEach(out::text);
    out.end().name("figures").array();
    for (Map.Entry<Figures.Key, List<Double>> each : figures.all().entrySet()) {
      Spread spread = Spread.of(each.getValue());
      Figures.Key key = each.getKey();
      out.object()
          .field("who", key.who())
          .field("what", key.what().name().toLowerCase(Locale.ROOT))
          .field("unit", key.what().unit)
          .field("across", key.what().across.replace(" =", ""))
          .field("n", key.n())
          .field("median", spread.median())
          .field("p10", spread.low())
          .field("p90", spread.high())
          .field("least", spread.least())
          .field("most", spread.most())
          .field("samples", spread.count())
          .end();
    }
    out.end().name("ratios").array();
    for (Ratios.Ratio ratio : ratios.all()) {
      out.object()
          .field("of", ratio.ours())
          .field("to", ratio.other())
          .field("what", ratio.what().name().toLowerCase(Locale.ROOT))
          .field("n", ratio.n())
          .field("median", ratio.spread().median())
          .field("p10", ratio.spread().low())
          .field("p90", ratio.spread().high())
          .field("least", ratio.spread().least())
          .field("most", ratio.spread().most())
          .field("pairs", ratio.spread().count())
          .end();
    }
    out.end().name("failures").array();
    figures
        .failures()
        .forEach(
            (key, why) ->
                out.object()
                    .field("who", key.who())
                    .field("what", key.what().name().toLowerCase(Locale.ROOT))
                    .field("n", key.n())
                    .field("why", why)
                    .end());
    figures
        .broken()
        .forEach((step, why) -> out.object().field("step", step).field("why", why).end());
    out.end().name("goals").array();
    for (Goal goal : Goal.judge(figures)) {
      out.object().field("goal", goal.words()).name("reached");
      if (goal.isReached().isPresent()) {
        out.bool(goal.isReached().get());
      } else {
        out.nothing();
      }
      out.field("ours", goal.ours().whole())
          .field("theirs", goal.theirs().whole())
          .field("measured", goal.measured());
      goal.ratio()
          .ifPresent(
              ratio ->
                  out.field("ratio", ratio.median())
                      .field("least", ratio.least())
                      .field("most", ratio.most()));
      out.end();
    }
    return out.end().end().toString() + "\n";
  }

  String markdown() {
    StringBuilder out = new StringBuilder("# Side by side\n\n`" + command + "`\n\n");
    circumstances.forEach(line -> out.append("- ").append(line).append('\n'));
    out.append("\n## Goals\n\n");
    table(out, Goal.HEAD, Goal.judge(figures).stream().map(Goal::row).toList());
    if (!figures.broken().isEmpty()) {
      out.append("\n## Failed, or left out\n\n");
      failed().forEach(line -> out.append("- ").append(line).append('\n'));
    }
    out.append("\n## Fair play\n\n");
    Fairness.notes(figures).forEach(note -> out.append("- ").append(note).append('\n'));
    out.append("\n## What each gives and asks for\n\n");
    table(out, Traits.HEAD, Traits.rows(figures));
    for (What what : What.values()) {
      List<List<String>> rows = rows(what);
      if (!rows.isEmpty()) {
        out.append("\n## ").append(what.title()).append("\n\n");
        table(out, head(what), rows);
      }
      if (!ratios.rows(what).isEmpty()) {
        out.append('\n');
        table(out, ratios.head(what), ratios.rows(what));
      }
    }
    return out.toString();
  }

  private List<String> failed() {
    return figures.broken().entrySet().stream()
        .map(each -> each.getKey() + ": " + each.getValue())
        .toList();
  }

  /** The goals in short, ready to stand in a README with the command that made them. */
  String readme() {
    StringBuilder out = new StringBuilder();
    out.append('`').append(command).append("`: ").append(String.join(". ", circumstances));
    out.append(". Medians; ratios are of pairs, taken turn by turn.\n\n");
    List<Goal> goals = Goal.judge(figures);
    table(out, Goal.BRIEF_HEAD, goals.stream().map(Goal::briefRow).toList());
    out.append("\nWhat has to be said for the others stands under the whole table, in compare.md")
        .append(" and compare.html, which the command writes.\n");
    return out.toString();
  }

  private static void table(StringBuilder out, List<String> head, List<List<String>> rows) {
    out.append("| ").append(String.join(" | ", head)).append(" |\n|");
    out.append("---|".repeat(head.size())).append('\n');
    for (List<String> row : rows) {
      // What failed says why in words of its own.
      List<String> cells = row.stream().map(cell -> cell.replace("|", "\\|")).toList();
      out.append("| ").append(String.join(" | ", cells).replace('\n', ' ')).append(" |\n");
    }
  }

  private List<String> head(What what) {
    List<String> head = new ArrayList<>(List.of("median (middle 80 %)"));
    List<Integer> sizes = figures.sizes(what);
    for (int n : sizes) {
      head.add(
          sizes.equals(List.of(1))
              ? what.unit
              : String.format(Locale.ROOT, "%s %,d", what.across, n));
    }
    if (sizes.size() > 2) {
      head.add("grows");
    }
    return head;
  }

  private List<List<String>> rows(What what) {
    List<List<String>> rows = new ArrayList<>();
    List<Integer> sizes = figures.sizes(what);
    for (String who : inOrder(figures.whoHas(what))) {
      List<String> row = new ArrayList<>(List.of(who));
      for (int n : sizes) {
        row.add(figures.cell(who, what, n));
      }
      if (sizes.size() > 2) {
        row.add(exponent(who, what));
      }
      rows.add(row);
    }
    return rows;
  }

  /** Ours first, then as they were measured. */
  private static List<String> inOrder(List<String> names) {
    return names.stream()
        .sorted(Comparator.comparing(name -> !name.startsWith(Membership.OURS)))
        .toList();
  }

  private String exponent(String who, What what) {
    List<Integer> sizes = figures.sizes(who, what);
    return Fit.exponent(sizes, sizes.stream().map(n -> median(who, what, n)).toList());
  }

  private double median(String who, What what, int n) {
    return figures.median(who, what, n).orElse(Double.NaN);
  }

  String html() {
    Page page =
        new Page(
            "Keymoot beside what people would pick instead",
            "The same work, in one run, on one machine. Medians; in brackets the middle 80 %."
                + " Ratios are taken turn by turn, in brackets their range.");
    List<Goal> goals = Goal.judge(figures);
    page.tiles(tiles(goals));
    page.section("Goals", "What we set out to reach. A cross says by how much it is missed.");
    page.table(Goal.HEAD, goals.stream().map(Goal::row).toList());
    page.code(command);
    page.words(String.join(". ", circumstances) + ".");
    if (!figures.broken().isEmpty()) {
      page.section("Failed, or left out", "");
      page.notes(failed());
    }
    page.section(
        "Fair play", "What the others give that we do not, and what would be fairer still.");
    page.notes(Fairness.notes(figures));
    page.section("What each gives and asks for", "");
    page.table(Traits.HEAD, Traits.rows(figures));
    charts(
        page,
        "How cost grows with the group",
        "From 8 members to 10,000, as far as each was measured. Both axes are logarithmic: a slope"
            + " is a power, and the exponent that fits best stands beside the name.",
        REMOVING);
    charts(
        page,
        "How cost grows with those who went",
        "Members out since the slots were last renewed, N = 1,024. With no sessions, each seal"
            + " takes a hybrid encapsulation of 1,120 bytes; with slots of 16 symbols hardly any is"
            + " needed here.",
        OUT);
    charts(page, "Over a network", "Whole nodes over JGroups, in real time.", OVER_A_NETWORK);
    page.section("All figures", "");
    for (What what : What.values()) {
      List<List<String>> rows = rows(what);
      if (!rows.isEmpty()) {
        page.section(what.title(), "");
        page.table(head(what), rows);
      }
      if (!ratios.rows(what).isEmpty()) {
        page.table(ratios.head(what), ratios.rows(what));
      }
    }
    return page.html();
  }

  /** What to see from afar: how many goals are reached, and the first of them. */
  private static List<Page.Tile> tiles(List<Goal> goals) {
    List<Page.Tile> tiles = new ArrayList<>();
    long judged = goals.stream().filter(goal -> goal.isReached().isPresent()).count();
    long reached = goals.stream().filter(goal -> goal.isReached().orElse(false)).count();
    tiles.add(
        new Page.Tile(
            reached + " of " + judged,
            "goals reached",
            judged == 0 ? "" : reached == judged ? "good" : "bad"));
    for (Goal goal : goals) {
      if (goal.isReached().isPresent() && tiles.size() < TILES) {
        tiles.add(
            new Page.Tile(
                goal.measured().replaceAll(", .*", ""),
                goal.words().replaceAll(" \\(N.*", ""),
                goal.isReached().get() ? "good" : "bad"));
      }
    }
    return tiles;
  }

  private static final int TILES = 6;

  private void charts(Page page, String heading, String words, List<What> whats) {
    List<Chart> charts = whats.stream().flatMap(what -> chart(what).stream()).toList();
    if (!charts.isEmpty()) {
      page.section(heading, words);
      charts.forEach(page::chart);
    }
  }

  private Optional<Chart> chart(What what) {
    List<Chart.Line> lines = new ArrayList<>();
    for (String who : inOrder(figures.whoHas(what))) {
      List<Chart.Point> points = new ArrayList<>();
      for (int n : figures.sizes(who, what)) {
        points.add(new Chart.Point(n, median(who, what, n)));
      }
      if (points.size() > 1) {
        String name = who + " " + exponent(who, what);
        lines.add(new Chart.Line(name.trim(), Chart.Style.MARKED, points));
      }
    }
    String across = what.across.equals("N =") ? "members" : "members out";
    return lines.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Chart(
                what.words, what.unit, Chart.Axis.log(across), Chart.Axis.log(what.unit), lines));
  }
}
