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
          new Membership.Scale(1_100, 64, List.of(8, 64), List.of(1_024), 1_500, 4_000, 2, 3, 0, 0),
          new Growth.Scale(
              100, List.of(8, 128, 1_024, 10_000), 3, 1_500, List.of(1, 8), 1_024, 3, false),
          20,
          new Frames.Scale(List.of(8, 1_024), 80),
          new Transports.Scale(
              500,
              List.of(Kind.PLAIN, Kind.SYMMETRIC, Kind.KEYMOOT),
              List.of(4),
              List.of(),
              2,
              List.of(
                  new Visit(Kind.KEYMOOT, 64, 1, false, 1, 0),
                  new Visit(Kind.PLAIN, 64, 1, true, 1, 0),
                  new Visit(Kind.ASYMMETRIC, 64, 1, true, 1, 0),
                  new Visit(Kind.KEYMOOT, 8, 0, false, 1, 0),
                  new Visit(Kind.PLAIN, 8, 0, false, 1, 0)),
              List.of(),
              Times.SHORTER,
              15));

  /** Half an hour. */
  static final Scale FULL =
      new Scale(
          new Membership.Scale(
              6_000,
              128,
              List.of(8, 32, 64, 128),
              List.of(512, 1_024),
              12_000,
              25_000,
              4,
              6,
              512,
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
              List.of(4),
              List.of(64),
              4,
              fullVisits(),
              List.of(128),
              Times.USUAL,
              40));

  static Scale of(boolean isQuick) {
    return isQuick ? QUICK : FULL;
  }

  /**
   * All of one size take turns, twice: each round of one of them is with a fresh group, and as
   * close as can be to the same round of the others.
   */
  private static List<Visit> fullVisits() {
    List<Visit> visits = new ArrayList<>();
    for (int n : List.of(4, 8, 32, 64)) {
      for (int round = 0; round < 2; round++) {
        boolean inAll = round == 0 && (n == 8 || n == 64);
        for (Kind kind : Kind.values()) {
          visits.add(new Visit(kind, n, 1, inAll, 1, n == 64 ? 1 : 0));
        }
      }
    }
    for (Kind kind : Kind.values()) {
      visits.add(new Visit(kind, 128, 1, false, 0, 0));
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
