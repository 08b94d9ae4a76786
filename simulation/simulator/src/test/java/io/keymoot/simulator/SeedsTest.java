package io.keymoot.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.simulator.result.Plan;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * A fixed set of runs, part of every build; {@code -Dseeds=N -DfirstSeed=M -Dmembers=16
 * -Dminutes=10} for others.
 *
 * <p>Among them what once failed: seed 10, where a device that slept heard everything that had come
 * meanwhile before it erased what was due.
 */
class SeedsTest {
  private static final int SEEDS = Integer.getInteger("seeds", 12);
  private static final int FIRST = Integer.getInteger("firstSeed", 1);
  private static final int MEMBERS = Integer.getInteger("members", 8);
  private static final int MINUTES = Integer.getInteger("minutes", 1);

  @Test
  void heavyFaultsKeepEveryProperty() {
    Plan plan =
        new Plan(
            MEMBERS,
            MINUTES * 60_000L,
            "conference",
            List.of("heavy"),
            1,
            1,
            "conference",
            FIRST,
            0.5,
            0.5,
            0,
            Optional.empty(),
            false);
    List<String> wrong = Collections.synchronizedList(new ArrayList<>());
    new Runs(plan, null)
        .all(
            SEEDS,
            2,
            100,
            result -> {
              if (!result.isGood()) {
                wrong.add(Failure.inWords(result));
              }
              return true;
            });
    assertThat(wrong).isEmpty();
  }
}
