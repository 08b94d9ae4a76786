package io.keymoot.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Ours to each of the others at the same work, pair by pair as they took turns. */
final class Ratios {
  private static final String OURS = Membership.OURS;

  /** One of them. */
  record Ratio(What what, int n, String other, Spread spread) {}

  private final Figures figures;

  Ratios(Figures figures) {
    this.figures = figures;
  }

  List<Ratio> all() {
    List<Ratio> all = new ArrayList<>();
    for (What what : What.values()) {
      for (String other : others(what)) {
        for (int n : figures.sizes(OURS, what)) {
          figures
              .ratio(OURS, other, what, n)
              .ifPresent(spread -> all.add(new Ratio(what, n, other, spread)));
        }
      }
    }
    return all;
  }

  List<String> head(What what) {
    List<String> head = new ArrayList<>(List.of(OURS + " to …, pair by pair: median (range)"));
    for (int n : figures.sizes(OURS, what)) {
      head.add(String.format(Locale.ROOT, "%s %,d", what.across, n));
    }
    return head;
  }

  /** A row for each of the others that did the same at some size. */
  List<List<String>> rows(What what) {
    List<List<String>> rows = new ArrayList<>();
    for (String other : others(what)) {
      List<String> row = new ArrayList<>(List.of(other));
      boolean isAny = false;
      for (int n : figures.sizes(OURS, what)) {
        Optional<Spread> ratio = figures.ratio(OURS, other, what, n);
        isAny |= ratio.isPresent();
        row.add(ratio.map(Ratios::words).orElse("–"));
      }
      if (isAny) {
        rows.add(row);
      }
    }
    return rows;
  }

  private List<String> others(What what) {
    return figures.whoHas(what).stream().filter(who -> !who.startsWith(OURS)).toList();
  }

  /** "÷ 4 (3–5)" of what is less, "× 4 (3–5)" of what is more. */
  static String words(Spread ratio) {
    boolean isLess = ratio.median() < 1;
    double least = isLess ? 1 / ratio.most() : ratio.least();
    double most = isLess ? 1 / ratio.least() : ratio.most();
    String median = Spread.number(isLess ? 1 / ratio.median() : ratio.median());
    String range =
        least == most ? "" : " (" + Spread.number(least) + "–" + Spread.number(most) + ")";
    return (isLess ? "÷" : "×") + Spread.NARROW + median + range;
  }
}
