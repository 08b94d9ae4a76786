package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.keying.Answering.Verdict;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Ten thousand peers are held to the same by heartbeat's ScaleTest. */
class AnsweringTest {
  private final Answering answering = new Answering();
  private long now;

  private static Hash32 hash(String name) {
    return Bytes.owning(name.getBytes(StandardCharsets.UTF_8)).sha256();
  }

  private static MemberId member(int number) {
    return new MemberId(hash("member " + number));
  }

  private static List<FactId> fact(String name) {
    return List.of(new FactId(hash(name)));
  }

  private Verdict ask(int asker, List<FactId> facts) {
    return answering.asked(member(asker), facts, true, new Tick(now));
  }

  @Test
  void inNoHalfSecondAreThereMoreThanTwentyAnswers() {
    Deque<Long> answered = new ArrayDeque<>();
    int all = 0;
    for (int i = 0; i < 20_000; i++) {
      now += i % 3;
      if (ask(i, fact("f" + i)) == Verdict.TO_ONE) {
        answered.add(now);
        all++;
      }
      while (!answered.isEmpty() && answered.peek() <= now - Limits.ANSWER_WINDOW_MILLIS) {
        answered.remove();
      }
      assertThat(answered).hasSizeLessThanOrEqualTo(20);
    }
    assertThat(all).isBetween(780, 820);
  }

  @Test
  void oneAskerDoesNotTakeAllTheAnswers() {
    int flood = 0;
    int other = 0;
    for (int i = 0; i < 1_000; i++) {
      now += 10;
      flood += ask(1, fact("a" + i)) == Verdict.TO_ONE ? 1 : 0;
      if (i % 50 == 0) {
        other += ask(2, fact("b" + i)) == Verdict.TO_ONE ? 1 : 0;
      }
    }
    assertThat(flood).isBetween(155, 165);
    assertThat(other).isEqualTo(20);
  }

  @Test
  void whatThreeAskForIsSaidToAllAndWhoAsksRightAfterwardsIsNotAnswered() {
    List<FactId> fact = fact("f");
    assertThat(ask(1, fact)).isEqualTo(Verdict.TO_ONE);
    assertThat(ask(1, fact)).isEqualTo(Verdict.TO_ONE);
    assertThat(ask(2, fact)).isEqualTo(Verdict.TO_ONE);
    assertThat(ask(3, fact)).isEqualTo(Verdict.TO_ALL);
    assertThat(ask(4, fact)).isEqualTo(Verdict.SAID_ALREADY);
    now += 600;
    assertThat(ask(4, fact)).isEqualTo(Verdict.TO_ONE);
    now += 400;
    answering.overheard(fact.get(0), new Tick(now));
    assertThat(ask(5, fact)).isEqualTo(Verdict.SAID_ALREADY);
  }

  @Test
  void whoRepeatsAFactAllTheTimeDoesNotKeepItFromTheOthers() {
    int answers = 0;
    for (int i = 0; i < 1_000; i++) {
      now += 10;
      answering.overheard(fact("f").get(0), new Tick(now));
      answers += ask(i, fact("f")) == Verdict.TO_ONE ? 1 : 0;
    }
    assertThat(answers).isPositive();
  }

  @Test
  void whatOnlyTheAskerLacksIsSaidToItAlone() {
    for (int asker = 0; asker < 8; asker++) {
      assertThat(answering.asked(member(asker), fact("all of it"), false, new Tick(now)))
          .isEqualTo(Verdict.TO_ONE);
    }
  }
}
