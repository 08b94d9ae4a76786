package io.keymoot.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Ours to each of the others at the same work, pair by pair as they took turns. */
final class Ratios {
  private static final String OURS = Membership.OURS;

  /** One of them. */
  record Ratio(What what, int n, String ours, String other, Spread spread) {}

  /** Whose removals take turns with ours of {@link Membership}. */
  private static final List<String> IN_TURNS =
      List.of(Membership.WARM, Membership.COLD, MlsIdeal.NAME);

  private final Figures figures;

  Ratios(Figures figures) {
    this.figures = figures;
  }

  List<Ratio> all() {
    List<Ratio> all = new ArrayList<>();
    for (What what : What.values()) {
      for (String other : others(what)) {
        String ours = ours(what, other);
        for (int n : figures.sizes(ours, what)) {
          figures
              .ratio(ours, other, what, n)
              .ifPresent(spread -> all.add(new Ratio(what, n, ours, other, spread)));
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
      String ours = ours(what, other);
      String beside = ours.equals(OURS) ? "" : " (to " + ours.substring(OURS.length() + 2) + ")";
      List<String> row = new ArrayList<>(List.of(other + beside));
      boolean isAny = false;
      for (int n : figures.sizes(OURS, what)) {
        Optional<Spread> ratio = figures.ratio(ours, other, what, n);
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

  /** Which of ours was measured as the other was. */
  private String ours(What what, String other) {
    boolean isOfGrowth = !figures.sizes(Growth.FRESH, what).isEmpty() && !IN_TURNS.contains(other);
    return isOfGrowth ? Growth.FRESH : OURS;
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
