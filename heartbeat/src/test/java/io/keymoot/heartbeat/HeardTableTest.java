package io.keymoot.heartbeat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HeardTableTest {
  private final HeardTable table = new HeardTable(0);
  private final Roster roster = People.roster(3);

  private HeardTable.Verdict hear(long counter, boolean signed) {
    return table.hear(
        People.beat(People.member(1), counter, signed, roster, People.FOUND), 10 * counter);
  }

  @Test
  void nothingIsTakenTwice() {
    assertThat(hear(5, true)).isEqualTo(HeardTable.Verdict.TAKEN);
    assertThat(hear(5, true)).isEqualTo(HeardTable.Verdict.STALE);
    assertThat(hear(4, true)).isEqualTo(HeardTable.Verdict.STALE);
    assertThat(hear(5, false)).isEqualTo(HeardTable.Verdict.STALE);
    assertThat(hear(6, false)).isEqualTo(HeardTable.Verdict.TAKEN);
    assertThat(hear(6, false)).isEqualTo(HeardTable.Verdict.STALE);
  }

  @Test
  void aSignedHeartbeatIsTakenThoughAHintForgedAHigherCounter() {
    hear(5, true);
    assertThat(hear(60, false)).isEqualTo(HeardTable.Verdict.TAKEN);
    assertThat(hear(6, false)).isEqualTo(HeardTable.Verdict.STALE);
    assertThat(hear(7, true)).isEqualTo(HeardTable.Verdict.TAKEN);
    assertThat(hear(8, false)).isEqualTo(HeardTable.Verdict.TAKEN);
  }

  @Test
  void whoWasHeardByHintsAloneSaidNothing() {
    assertThat(hear(5, false)).isEqualTo(HeardTable.Verdict.TAKEN);
    assertThat(table.signed(table.find(People.member(1)))).isNull();
    hear(6, true);
    assertThat(table.signed(table.find(People.member(1)))).isNotNull();
  }

  @Test
  void aHintThatContradictsIsTakenOnceAndThenStale() {
    Beat other = People.beat(People.member(1), 7, false, People.roster(2), People.FOUND);
    hear(5, true);
    int row = table.find(People.member(1));
    assertThat(table.hear(other, 70)).isEqualTo(HeardTable.Verdict.TAKEN);
    assertThat(table.isContradicted(row)).isTrue();
    assertThat(table.hear(other, 80)).isEqualTo(HeardTable.Verdict.STALE);
    assertThat(hear(6, false)).as("one before it").isEqualTo(HeardTable.Verdict.STALE);
    assertThat(hear(7, false)).as("another of its number").isEqualTo(HeardTable.Verdict.STALE);
    assertThat(table.isContradicted(row)).isTrue();
    // The next that says again what was signed mends it.
    assertThat(hear(8, false)).isEqualTo(HeardTable.Verdict.TAKEN);
    assertThat(table.isContradicted(row)).isFalse();
  }

  @Test
  void aHintFarAheadOfTheLastSignedOneIsNotTaken() {
    hear(5, true);
    assertThat(hear(6 + HeartbeatLimits.HINTS_AHEAD, false)).isEqualTo(HeardTable.Verdict.STALE);
    assertThat(hear(-1, false)).isEqualTo(HeardTable.Verdict.STALE);
  }

  @Test
  void itHoldsWhatAMapWouldHold() {
    Random random = new Random(1);
    Map<Integer, Long> expected = new LinkedHashMap<>();
    HeardTable big = new HeardTable(1_000);
    for (int i = 0; i < 20_000; i++) {
      int member = random.nextInt(700);
      long now = 1_000 + 100L * i;
      if (random.nextInt(50) == 0) {
        List<Integer> gone = new ArrayList<>();
        for (int j = 0; j < 20; j++) {
          gone.add(random.nextInt(700));
        }
        big.forget(gone.stream().map(People::member).toList());
        gone.forEach(expected::remove);
      } else {
        big.heardOf(People.member(member), now);
        expected.put(member, now);
      }
    }
    assertThat(big.rows()).isEqualTo(expected.size());
    expected.forEach(
        (member, at) -> {
          int row = big.find(People.member(member));
          assertThat(row).isNotNegative();
          assertThat(big.heardAt(row)).isEqualTo(at);
        });
    for (int member = 0; member < 700; member++) {
      if (!expected.containsKey(member)) {
        assertThat(big.find(People.member(member))).isNegative();
      }
    }
  }
}
