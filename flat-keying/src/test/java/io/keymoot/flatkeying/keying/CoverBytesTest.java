package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.Profile;
import org.junit.jupiter.api.Test;

/** What one expulsion costs the group in bytes, Relays included, with sessions at hand. */
class CoverBytesTest {

  /** The last of so many expulsions without a Reseal between. */
  private static CoverReport last(BigGroup group, int out) {
    CoverReport report = group.expelFirst(1);
    for (int target = 2; target <= out; target++) {
      report = group.expelFirst(target);
    }
    return report;
  }

  private static void show(String what, CoverReport report) {
    System.out.println(what + ": " + report.bytes() + " with relays " + report.multicastBytes());
    java.util.TreeMap<CoverReport.Kind, int[]> sums = new java.util.TreeMap<>();
    report
        .lines()
        .forEach(
            l -> {
              int[] x = sums.computeIfAbsent(l.kind(), k -> new int[3]);
              x[0]++;
              x[1] += l.bytes();
              x[2] += l.reaches();
            });
    sums.forEach(
        (k, v) ->
            System.out.println(
                "  " + k + " " + v[0] + " entries " + v[1] + " bytes " + v[2] + " members"));
  }

  @Test
  void explore() {
    long t = System.nanoTime();
    BigGroup big = new BigGroup(Profile.BROADCAST, 1_000, 1);
    System.out.println("made in " + (System.nanoTime() - t) / 1_000_000);
    CoverReport one = last(big, 1);
    show("1000/16/1", one);
    CoverReport report = null;
    for (int i = 2; i <= 8; i++) report = big.expelFirst(i);
    show("1000/16/8", report);
    BigGroup small = new BigGroup(Profile.CONFERENCE, 50, 1);
    show("50/4/1", small.expelFirst(1));
    for (int i = 2; i <= 8; i++) report = small.expelFirst(i);
    show("50/4/8", report);
    assertThat(one.bytes()).isPositive();
  }
}
