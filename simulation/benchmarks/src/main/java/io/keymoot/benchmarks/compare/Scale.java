package io.keymoot.benchmarks.compare;

import io.keymoot.benchmarks.compare.Cluster.Kind;
import io.keymoot.benchmarks.compare.Transports.Times;
import io.keymoot.benchmarks.compare.Transports.Visit;
import java.util.ArrayList;
import java.util.List;

/** How large a run is. Each is made to end within its time on two cores that do nothing else. */
record Scale(
    Membership.Scale membership,
    Growth.Scale growth,
    int epochs,
    Frames.Scale frames,
    Transports.Scale transport) {

  /** Three minutes: what the goals are about, and little else. */
  static final Scale QUICK =
      new Scale(
          new Membership.Scale(2_000, 64, List.of(8, 128), List.of(1_024), 2_500, 7_000, 5, 0, 0),
          new Growth.Scale(
              100, List.of(8, 128, 1_024, 10_000), 3, 1_500, List.of(1, 8), 1_024, 3, false),
          20,
          new Frames.Scale(List.of(8, 1_024), 100),
          new Transports.Scale(
              500,
              List.of(Kind.PLAIN, Kind.SYMMETRIC, Kind.KEYMOOT),
              3,
              List.of(
                  new Visit(Kind.PLAIN, 64, 1, 1),
                  new Visit(Kind.KEYMOOT, 64, 1, 1),
                  new Visit(Kind.ASYMMETRIC, 64, 1, 1),
                  new Visit(Kind.PLAIN, 8, 0, 1),
                  new Visit(Kind.KEYMOOT, 8, 0, 1)),
              List.of(),
              Times.SHORTER,
              15));

  /** Half an hour. */
  static final Scale FULL =
      new Scale(
          new Membership.Scale(
              20_000,
              128,
              List.of(8, 32, 128),
              List.of(512, 1_024),
              35_000,
              80_000,
              9,
              1_024,
              2_048),
          new Growth.Scale(
              400,
              List.of(8, 32, 128, 512, 1_024, 4_096, 10_000),
              9,
              30_000,
              List.of(1, 4, 8, 16),
              1_024,
              21,
              true),
          200,
          new Frames.Scale(List.of(8, 32, 128, 512, 1_024), 400),
          new Transports.Scale(
              2_000,
              List.of(Kind.PLAIN, Kind.SYMMETRIC, Kind.ASYMMETRIC, Kind.KEYMOOT),
              10,
              fullVisits(),
              List.of(64, 128),
              Times.USUAL,
              40));

  static Scale of(boolean isQuick) {
    return isQuick ? QUICK : FULL;
  }

  private static List<Visit> fullVisits() {
    List<Visit> visits = new ArrayList<>();
    for (int n : List.of(4, 8, 32, 64, 128)) {
      for (Kind kind : Kind.values()) {
        if (kind != Kind.SYMMETRIC || n < 128) {
          visits.add(new Visit(kind, n, 3, n == 8 || n == 64 ? 3 : 0));
        }
      }
    }
    return visits;
  }

  /** Of the sections that were asked for, in their order. */
  List<Step> steps(List<String> sections, Figures figures) {
    List<Step> steps = new ArrayList<>();
    for (String section : sections) {
      steps.addAll(
          switch (section) {
            case "membership" -> Membership.steps(membership, figures);
            case "growth" -> Growth.steps(growth, figures);
            case "erasure" -> Erasure.steps(epochs, figures);
            case "frames" -> Frames.steps(frames, figures);
            case "transport" -> Transports.steps(transport, figures);
            default -> throw new IllegalStateException("a section without its case: " + section);
          });
    }
    return steps;
  }
}
