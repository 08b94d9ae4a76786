package io.keymoot.simulator;

import io.keymoot.simulator.result.Campaign;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How quick and how cheap a campaign must be, besides keeping every property. */
record Limits(
    Optional<Long> joinedWithinMillis,
    Optional<Long> convergedWithinMillis,
    Optional<Integer> rekeysAtMost) {
  static final Limits NONE = new Limits(Optional.empty(), Optional.empty(), Optional.empty());

  /** Of the time that 99 % of the runs may take to agree again, the slowest may take so many. */
  private static final int SLOWEST = 3;

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
    convergedWithinMillis.ifPresent(
        most -> {
          if (all.converged().count() < all.runs()) {
            missed.add(
                "Missed: "
                    + (all.runs() - all.converged().count())
                    + " runs did not come to agree once their faults had stopped.");
          } else if (all.converged().ninetyNine() > most
              || all.converged().all() > SLOWEST * most) {
            missed.add(
                "Missed: once faults had stopped, 99 % of the runs agreed again within "
                    + all.converged().ninetyNine()
                    + " ms and all within "
                    + all.converged().all()
                    + " ms, not within "
                    + most
                    + " ms and "
                    + SLOWEST * most
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
