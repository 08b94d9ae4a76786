package io.keymoot.flatkeying.paper;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.SeededEntropy;
import io.keymoot.flatkeying.paper.PaperGroup.Participant;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The paper's own rule does what the paper says, up to where two who are out meet. */
class PaperGroupTest {
  private static final int BITS = 32;

  private PaperGroup group = new PaperGroup(BITS, 2, new SeededEntropy(1));
  private final List<Participant> out = new ArrayList<>();

  private void members(int count) {
    for (int i = 0; i < count; i++) {
      group.join("p" + i);
    }
  }

  private PaperGroup.Change evictLast() {
    List<Participant> all = group.participants();
    Participant last = all.get(all.size() - 1);
    out.add(last);
    return group.evict(all.get(0), List.of(last));
  }

  private boolean isReadBy(Participant... coalition) {
    List<KeyTable> tables = new ArrayList<>();
    for (Participant each : coalition) {
      tables.add(each.kept());
    }
    Participant any = group.participants().get(0);
    return new Coalition(tables, group.wire()).has(any.tek(), group.tekBytes());
  }

  @Test
  void allWhoStayHaveTheSameKeyAfterEveryJoinAndLeave() {
    members(30);
    for (int i = 0; i < 10; i++) {
      assertThat(evictLast().lockedOut()).isEmpty();
      group.join("late" + i);
      evictLast();
      for (Participant each : group.participants()) {
        assertThat(each.tekBytes()).isEqualTo(group.tekBytes());
      }
    }
  }

  @Test
  void oneWhoIsOutReadsNothingThatFollows() {
    members(30);
    for (int i = 0; i < 10; i++) {
      evictLast();
    }
    for (Participant each : out) {
      assertThat(isReadBy(each)).as("%s alone", each).isFalse();
    }
  }

  @Test
  void aNewcomerReadsNothingFromBefore() {
    members(10);
    KeyName name = group.participants().get(0).tek();
    Bytes before = group.tekBytes();
    Participant late = group.join("late");
    Coalition alone = new Coalition(List.of(late.kept()), group.wire());
    assertThat(alone.has(name, before)).isFalse();
    assertThat(alone.has(late.tek(), group.tekBytes())).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 16})
  void twoWhoAreOutPoolTheirKeysAndOpenEveryKeyThatFollows(int radix) {
    group = new PaperGroup(BITS, radix, new SeededEntropy(2));
    members(30);
    evictLast();
    evictLast();
    for (int i = 0; i < 10; i++) {
      assertThat(isReadBy(out.get(0), out.get(1))).as("%d evictions later", i).isTrue();
      assertThat(isReadBy(out.get(0))).isFalse();
      assertThat(isReadBy(out.get(1))).isFalse();
      Participant innocent = group.participants().get(group.participants().size() - 1);
      group.evict(group.participants().get(0), List.of(innocent));
    }
  }

  @Test
  void putOutTogetherTheyReadNothingUntilAThirdIsPutOut() {
    members(60);
    List<Participant> all = group.participants();
    group.evict(all.get(0), List.of(all.get(58), all.get(59)));
    assertThat(isReadBy(all.get(58), all.get(59))).isFalse();
    // The third has the TEK that the first two lack, and they have the KEKs it lacks.
    group.evict(all.get(0), List.of(all.get(57)));
    assertThat(isReadBy(all.get(57), all.get(58))).isTrue();
  }

  @Test
  void puttingOutSixTogetherLocksOutOthersToo() {
    members(60);
    List<Participant> all = group.participants();
    PaperGroup.Change change = group.evict(all.get(0), all.subList(54, 60));
    assertThat(change.lockedOut()).hasSizeGreaterThan(5);
    assertThat(group.participants()).hasSize(54 - change.lockedOut().size());
  }
}
