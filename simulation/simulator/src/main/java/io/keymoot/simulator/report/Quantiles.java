package io.keymoot.simulator.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** Sorted values, to be asked for shares. */
record Quantiles(List<Long> sorted) {
  static Quantiles of(LongStream values) {
    return new Quantiles(values.sorted().boxed().toList());
  }

  boolean isEmpty() {
    return sorted.isEmpty();
  }

  int count() {
    return sorted.size();
  }

  long at(double share) {
    return sorted.get((int) Math.min(sorted.size() - 1, Math.floor(share * sorted.size())));
  }

  long most() {
    return sorted.get(sorted.size() - 1);
  }

  /** How many percent are at most so much, as a line; values of 0 stand at {@code least}. */
  List<Chart.Point> shares(double least) {
    List<Chart.Point> points = new ArrayList<>();
    if (!sorted.isEmpty()) {
      points.add(new Chart.Point(Math.max(least, sorted.get(0)) * 0.999, 0));
    }
    int step = Math.max(1, sorted.size() / 400);
    for (int i = 0; i < sorted.size(); i += step) {
      points.add(new Chart.Point(Math.max(least, sorted.get(i)), 100.0 * (i + 1) / sorted.size()));
    }
    if (!sorted.isEmpty()) {
      points.add(new Chart.Point(Math.max(least, most()), 100));
    }
    return points;
  }
}
