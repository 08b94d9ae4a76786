package io.keymoot.benchmarks.compare;

import io.keymoot.simulator.report.Chart;
import io.keymoot.simulator.report.JsonText;
import io.keymoot.simulator.report.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The figures as JSON, as a Markdown table and as a page. */
final class Results {
  private static final List<What> FOR_MEMBERSHIP =
      List.of(
          What.REMOVE_AUTHOR,
          What.REMOVE_FOLLOW,
          What.REMOVE_MULTICAST,
          What.REMOVE_ALL_BYTES,
          What.REFRESH_AUTHOR,
          What.REFRESH_FOLLOW,
          What.REFRESH_BYTES,
          What.ADMIT_AUTHOR,
          What.ADMIT_FOLLOW,
          What.ADMIT_MULTICAST,
          What.WELCOME_BYTES,
          What.WELCOME_WITH_FACTS,
          What.WELCOME_CPU,
          What.STATE);

  private final Figures figures;
  private final List<String> circumstances;
  private final String command;

  Results(Figures figures, List<String> circumstances, String command) {
    this.figures = figures;
    this.circumstances = circumstances;
    this.command = command;
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
          .field("n", key.n())
          .field("median", spread.median())
          .field("p10", spread.low())
          .field("p90", spread.high())
          .field("samples", spread.count())
          .end();
    }
    out.end().name("goals").array();
    for (Goal goal : Goal.judge(figures)) {
      out.object().field("goal", goal.words()).name("reached");
      if (goal.isReached().isPresent()) {
        out.bool(goal.isReached().get());
      } else {
        out.nothing();
      }
      out.field("measured", goal.measured()).end();
    }
    return out.end().end().toString() + "\n";
  }

  String markdown() {
    StringBuilder out = new StringBuilder("# Side by side\n\n`" + command + "`\n\n");
    circumstances.forEach(line -> out.append("- ").append(line).append('\n'));
    out.append("\n## Goals\n\n");
    List<List<String>> goals = new ArrayList<>();
    for (Goal goal : Goal.judge(figures)) {
      goals.add(List.of(goal.tick(), goal.words(), goal.measured()));
    }
    table(out, List.of("", "goal", "measured"), goals);
    for (What what : What.values()) {
      List<List<String>> rows = rows(what);
      if (!rows.isEmpty()) {
        out.append("\n## ").append(title(what)).append("\n\n");
        table(out, head(what), rows);
      }
    }
    out.append("\n## Fair play\n\n");
    Fairness.NOTES.forEach(note -> out.append("- ").append(note).append('\n'));
    return out.toString();
  }

  private static void table(StringBuilder out, List<String> head, List<List<String>> rows) {
    out.append("| ").append(String.join(" | ", head)).append(" |\n|");
    out.append("---|".repeat(head.size())).append('\n');
    rows.forEach(row -> out.append("| ").append(String.join(" | ", row)).append(" |\n"));
  }

  private static String title(What what) {
    return what.words + " (" + what.unit + ")";
  }

  private List<Integer> sizes(What what) {
    return figures.whoHas(what).stream()
        .flatMap(who -> figures.sizes(who, what).stream())
        .distinct()
        .sorted()
        .toList();
  }

  private List<String> head(What what) {
    List<String> head = new ArrayList<>(List.of("median (middle 80 %)"));
    List<Integer> sizes = sizes(what);
    for (int n : sizes) {
      head.add(sizes.equals(List.of(1)) ? what.unit : "N = " + n);
    }
    if (sizes.size() > 2) {
      head.add("grows");
    }
    return head;
  }

  private List<List<String>> rows(What what) {
    List<List<String>> rows = new ArrayList<>();
    List<Integer> sizes = sizes(what);
    for (String who : figures.whoHas(what)) {
      List<String> row = new ArrayList<>(List.of(who));
      for (int n : sizes) {
        row.add(figures.spread(who, what, n).map(Spread::toString).orElse("–"));
      }
      if (sizes.size() > 2) {
        row.add(exponent(who, what));
      }
      rows.add(row);
    }
    return rows;
  }

  private String exponent(String who, What what) {
    List<Integer> sizes = figures.sizes(who, what);
    return Fit.exponent(sizes, sizes.stream().map(n -> median(who, what, n)).toList());
  }

  private double median(String who, What what, int n) {
    return figures.spread(who, what, n).map(Spread::median).orElse(Double.NaN);
  }

  String html() {
    Page page =
        new Page(
            "Keymoot beside what people would pick instead",
            "The same work, in one run, on one machine. Medians; in brackets the middle 80 %."
                + " Ratios are taken pair by pair.");
    List<List<String>> goals = new ArrayList<>();
    for (Goal goal : Goal.judge(figures)) {
      goals.add(List.of(goal.tick(), goal.words(), goal.measured()));
    }
    page.section("Goals", "What we set out to reach; a cross says by how much it is missed.");
    page.table(List.of("", "goal", "measured"), goals);
    page.section("How cost grows with the group", "Both axes are logarithmic: a slope is a power.");
    for (What what : FOR_MEMBERSHIP) {
      chart(what).ifPresent(page::chart);
    }
    page.section("All figures", "");
    for (What what : What.values()) {
      List<List<String>> rows = rows(what);
      if (!rows.isEmpty()) {
        page.section(title(what), "");
        page.table(head(what), rows);
      }
    }
    page.section(
        "Fair play", "What the others give that we do not, and what would be fairer still.");
    Fairness.NOTES.forEach(page::words);
    page.section("Circumstances", "");
    circumstances.forEach(page::words);
    page.code(command);
    return page.html();
  }

  private Optional<Chart> chart(What what) {
    List<Chart.Line> lines = new ArrayList<>();
    for (String who : figures.whoHas(what)) {
      List<Chart.Point> points = new ArrayList<>();
      for (int n : figures.sizes(who, what)) {
        points.add(new Chart.Point(n, median(who, what, n)));
      }
      if (points.size() > 1) {
        String name = who + " " + exponent(who, what);
        lines.add(new Chart.Line(name.trim(), Chart.Style.MARKED, points));
      }
    }
    return lines.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Chart(
                what.words,
                what.unit,
                Chart.Axis.log("members"),
                Chart.Axis.log(what.unit),
                lines));
  }
}
