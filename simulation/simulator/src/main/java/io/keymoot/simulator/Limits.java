package io.keymoot.simulator;

import io.keymoot.simulator.result.Campaign;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How quick and how cheap a campaign must be, besides keeping every property. */
record Limits(Optional<Long> joinedWithinMillis, Optional<Integer> rekeysAtMost) {
  static final Limits NONE = new Limits(Optional.empty(), Optional.empty());

  /** Which of them it missed, a sentence each. What never happened is no proof that it would do. */
  List<String> missedBy(Campaign all) {
    List<String> missed = new ArrayList<>();
    joinedWithinMillis.ifPresent(
        most -> {
          if (all.joined().count() == 0) {
            missed.add("Missed: nobody came, so nothing is known of how long it takes.");
          } else if (all.joined().ninetyNine() > most) {
            missed.add(
                "Missed: 99 % of those who came could send within "
                    + all.joined().ninetyNine()
                    + " ms, not "
                    + most
                    + " ms.");
          }
        });
    rekeysAtMost.ifPresent(
        most -> {
          if (all.leavesAtOnce() < Tally.MANY) {
            missed.add(
                "Missed: "
                    + all.leavesAtOnce()
                    + " left within a second at most, so nothing is known of how many Rekeys many"
                    + " take.");
          } else if (all.rekeysThen() > most) {
            missed.add(
                "Missed: "
                    + all.leavesAtOnce()
                    + " leaves within a second took "
                    + all.rekeysThen()
                    + " Rekeys, not "
                    + most
                    + ".");
          }
        });
    return missed;
  }
}
