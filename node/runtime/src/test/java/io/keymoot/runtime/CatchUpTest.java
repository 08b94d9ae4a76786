package io.keymoot.runtime;

import static io.keymoot.runtime.Cluster.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.Address;
import io.keymoot.runtime.CatchUp.Errand;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CatchUpTest {
  private static final Address ANNA = new Address(bytes("anna"));
  private static final Address BEN = new Address(bytes("ben"));
  private static final Address CARL = new Address(bytes("carl"));

  private final AtomicInteger woken = new AtomicInteger();
  private final CatchUp anna = new CatchUp(woken::incrementAndGet);
  private final CatchUp ben = new CatchUp(() -> {});
  private final TreeSet<Long> read = new TreeSet<>();
  private long now = 1_000_000;

  private long says() {
    return anna.number(bytes("frame"), now);
  }

  private void comes(long number) {
    if (ben.came(ANNA, number, false, now)) {
      read.add(number);
    }
  }

  /** Lets time pass, carrying the words of both; what anna says again arrives. */
  private List<Errand> pass(long millis) {
    List<Errand> all = new ArrayList<>();
    for (long end = now + millis; now <= end; now += 10) {
      for (Errand errand : anna.due(now)) {
        all.add(errand);
        if (errand instanceof Errand.Tell tell) {
          ben.told(ANNA, tell, now);
        } else if (errand instanceof Errand.SayAgain again
            && ben.came(ANNA, again.number(), true, now)) {
          read.add(again.number());
        }
      }
      for (Errand errand : ben.due(now)) {
        all.add(errand);
        if (errand instanceof Errand.Ask ask) {
          assertThat(ask.of()).isEqualTo(ANNA);
          anna.asked(BEN, ask.numbers(), now);
        }
      }
    }
    return all;
  }

  @Test
  void theVeryFirstFrameIsCaughtUpThoughNothingWasEverHeardOfItsSender() {
    ben.missNothing();
    says();
    assertThat(woken).hasPositiveValue();
    pass(900);
    assertThat(read).containsExactly(1L);
  }

  /** Of whoever talks much, the first words would be gone before it has counted them. */
  @Test
  void whatIsMissingAfterTheFirstFrameThatCameIsCaughtUpOrCountedBeforeItsSenderHasCounted() {
    ben.missNothing();
    comes(says());
    long missing = says();
    comes(says());
    now += RuntimeLimits.MISSING_PATIENCE_MILLIS;
    assertThat(ben.due(now)).contains(new Errand.Ask(ANNA, List.of(missing)));
    for (int i = 0; i < RuntimeLimits.NUMBERS_WATCHED; i++) {
      comes(says());
    }
    assertThat(ben.lost()).isEqualTo(1);
  }

  @Test
  void whatWasSaidBeforeTheFirstFrameThatCameIsCaughtUpOnceItsSenderHasCountedIt() {
    ben.missNothing();
    says();
    says();
    comes(says());
    pass(1_000);
    assertThat(read).containsExactlyInAnyOrder(1L, 2L, 3L);
    assertThat(ben.lost()).isZero();
  }

  @Test
  void aGapIsCaughtUpAndWhatCameIsNotAskedFor() {
    ben.missNothing();
    for (int i = 0; i < 10; i++) {
      long number = says();
      if (number % 3 != 0) {
        comes(number);
      }
    }
    List<Errand> sent = pass(1_000);
    assertThat(read).hasSize(10);
    assertThat(sent.stream().filter(Errand.SayAgain.class::isInstance)).hasSize(3);
  }

  @Test
  void whatTheNetworkBringsInTimeIsNotAskedFor() {
    ben.missNothing();
    comes(says());
    long late = says();
    comes(says());
    pass(100);
    comes(late);
    assertThat(pass(2_000)).noneMatch(Errand.Ask.class::isInstance);
  }

  @Test
  void whoIsNotInYetWantsNothingOfTheTimeBefore() {
    says();
    pass(2_000);
    ben.missNothing();
    says();
    pass(2_000);
    assertThat(read).containsExactly(2L);
  }

  @Test
  void whoComesIntoAStreamUnknownToItAsksForItsLatestFramesAlone() {
    ben.missNothing();
    for (int i = 0; i < 500; i++) {
      says();
    }
    pass(3_000);
    assertThat(read).hasSize(RuntimeLimits.FRESH_FRAMES).contains(500L);
  }

  @Test
  void aFrameIsPassedOnOnceWhenItWasAskedForAndAlwaysWhenItComesByItself() {
    ben.missNothing();
    assertThat(ben.came(ANNA, 1, true, now)).isTrue();
    assertThat(ben.came(ANNA, 1, true, now)).isFalse();
    assertThat(ben.came(ANNA, 1, false, now)).as("somebody may have forged the first").isTrue();
    assertThat(ben.came(ANNA, Long.MAX_VALUE, false, now)).isTrue();
    assertThat(ben.came(ANNA, -1, false, now)).isTrue();
  }

  @Test
  void framesThatNeverWereAreAskedForAFewTimesAndThenNoMore() {
    ben.missNothing();
    ben.told(ANNA, new Errand.Tell(1, 1, 500), now);
    long asked =
        pass(60_000).stream()
            .mapToLong(errand -> errand instanceof Errand.Ask ask ? ask.numbers().size() : 0)
            .sum();
    assertThat(asked).isEqualTo(500L * RuntimeLimits.ASK_AGAIN);
    assertThat(ben.next()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void whoCountsInAnothersNameDoesNotSilenceItForGood() {
    ben.missNothing();
    ben.told(ANNA, new Errand.Tell(1L << 40, 1L << 40, 1L << 41), now);
    pass(1_000);
    says();
    pass(1_000);
    assertThat(read).containsExactly(1L);
  }

  @Test
  void aStreamOfFramesIsCountedAloudOnceASecond() {
    long told = 0;
    for (int i = 0; i < 1_000; i++) {
      comes(says());
      told += pass(0).stream().filter(Errand.Tell.class::isInstance).count();
    }
    assertThat(told).isBetween(9L, 11L);
  }

  @Test
  void nothingIsKeptForEverAndNothingIsSaidWhenNothingIsKept() {
    for (int i = 0; i < 5_000; i++) {
      says();
    }
    long told = pass(60_000).stream().filter(Errand.Tell.class::isInstance).count();
    assertThat(told).isEqualTo(5);
    assertThat(anna.next()).isEqualTo(Long.MAX_VALUE);
    anna.asked(BEN, List.of(4_999L), now);
    assertThat(anna.due(now)).isEmpty();
  }

  @Test
  void whoAsksForEverythingAgainAndAgainGetsSoMuchASecondAndNoMore() {
    for (int i = 0; i < 1_000; i++) {
      anna.number(Bytes.owning(new byte[1_000]), now);
    }
    long again = 0;
    for (int i = 0; i < 1_000; i++) {
      for (long number = 1; number <= 1_000; number += 100) {
        anna.asked(BEN, List.of(number, number + 1, number + 2), now);
      }
      again += anna.due(now).stream().filter(Errand.SayAgain.class::isInstance).count();
      now++;
    }
    assertThat(again).isBetween(256L, 2 * 256L + 1);
  }

  @Test
  void whatIsAskedForIsSaidAgainHoweverOftenItIsLooked() {
    for (int i = 0; i < 1_000; i++) {
      says();
    }
    long again = 0;
    for (long number = 1; number <= 10_000; number++) {
      anna.asked(BEN, List.of(number % 1_000 + 1), now);
      again += anna.due(now).stream().filter(Errand.SayAgain.class::isInstance).count();
      now++;
    }
    assertThat(again).isBetween(2_500L, 10 * 256L + 257);
  }

  @Test
  void whoAsksForEverythingDelaysOthersByOneFrameEachAndDoublesAreSaidOnce() {
    for (int i = 0; i < 1_000; i++) {
      says();
    }
    for (long number = 1; number <= 1_000; number++) {
      anna.asked(CARL, List.of(number), now);
    }
    anna.asked(BEN, List.of(7L, 8L, 7L, 9L), now);
    anna.asked(BEN, List.of(7L, 8L, 9L), now);
    List<Errand.SayAgain> again = new ArrayList<>();
    for (Errand errand : anna.due(now)) {
      if (errand instanceof Errand.SayAgain one) {
        again.add(one);
      }
    }
    assertThat(again.subList(0, 6).stream().filter(one -> one.to().equals(BEN)))
        .extracting(Errand.SayAgain::number)
        .containsExactly(7L, 8L, 9L);
    assertThat(again.stream().filter(one -> one.to().equals(BEN))).hasSize(3);
  }

  @Test
  void whoAsksForLessIsHeardThoughAFewAskForAllThatMayBeAskedFor() {
    for (int i = 0; i < 1_000; i++) {
      says();
    }
    List<Address> greedy = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      greedy.add(new Address(bytes("greedy " + i)));
    }
    List<Long> all = new ArrayList<>();
    for (long number = 1; number <= RuntimeLimits.ASKED_FOR_BY_ONE; number++) {
      all.add(number);
    }
    greedy.forEach(each -> anna.asked(each, all, now));
    anna.asked(BEN, List.of(7L, 8L, 9L), now);
    List<Long> again = new ArrayList<>();
    for (long end = now + 500; now < end; now += 10) {
      greedy.forEach(each -> anna.asked(each, all, now));
      for (Errand errand : anna.due(now)) {
        if (errand instanceof Errand.SayAgain one && one.to().equals(BEN)) {
          again.add(one.number());
        }
      }
    }
    assertThat(again).containsExactly(7L, 8L, 9L);
  }

  /** They were there first, and lack as much as one may. */
  @Test
  void whatIsMissingOfOneIsCaughtUpThoughAFewSayThatTheySentAllThatMayBeMissing() {
    ben.missNothing();
    for (int i = 0; i < 4; i++) {
      ben.told(new Address(bytes("greedy " + i)), new Errand.Tell(1, 1, 1_024), now);
    }
    comes(says());
    long missing = says();
    comes(says());
    assertThat(catchUp(2_000)).isPositive();
    assertThat(read).contains(missing);
  }

  /** As {@link #pass}, among many: how often ben asked. */
  private long catchUp(long millis) {
    long asked = 0;
    for (long end = now + millis; now < end; now += 10) {
      for (Errand errand : ben.due(now)) {
        if (errand instanceof Errand.Ask ask) {
          asked++;
          if (ask.of().equals(ANNA)) {
            anna.asked(BEN, ask.numbers(), now);
          }
        }
      }
      for (Errand errand : anna.due(now)) {
        if (errand instanceof Errand.Tell tell) {
          ben.told(ANNA, tell, now);
        } else if (errand instanceof Errand.SayAgain again
            && ben.came(ANNA, again.number(), true, now)) {
          read.add(again.number());
        }
      }
    }
    return asked;
  }

  @Test
  void sourcesThatAreMadeUpAreAskedALittleAndWhoLacksLittleKeepsItsPlace() {
    ben.missNothing();
    comes(says());
    pass(300);
    final long missing = says();
    comes(says());
    for (int i = 0; i < 1_000; i++) {
      ben.told(new Address(bytes("made up " + i)), new Errand.Tell(1, 1, 1_024), now);
    }
    long asked = catchUp(10_000);
    assertThat(read).contains(missing);
    assertThat(asked).isLessThanOrEqualTo(11L * RuntimeLimits.ASKS_PER_SECOND);
    assertThat(ben.lost())
        .as("what there is no room to miss")
        .isGreaterThan(900_000L)
        .isLessThan(1_000L * 1_024);
  }

  @Test
  void aFrameThereIsNoRoomForIsAskedForAgain() {
    ben.missNothing();
    comes(says());
    pass(300);
    long refused = says();
    assertThat(ben.came(ANNA, refused, false, now)).isTrue();
    ben.notTaken(ANNA, refused, now);
    pass(1_000);
    assertThat(read).contains(refused);
    assertThat(ben.lost()).isZero();
  }

  @Test
  void whatIsMissingOfAStreamOfTwoThousandASecondIsCaughtUp() {
    ben.missNothing();
    comes(says());
    pass(300);
    for (int millis = 0; millis < 2_000; millis++) {
      for (int i = 0; i < 2; i++) {
        long number = says();
        if (number % 100 != 0) {
          comes(number);
        }
      }
      pass(0);
      now -= 9;
    }
    pass(2_000);
    assertThat(read).hasSize(4_001);
    assertThat(ben.lost()).isZero();
  }

  @Test
  void whatNobodySaysAgainIsCountedAsLost() {
    ben.missNothing();
    ben.told(ANNA, new Errand.Tell(1, 1, 3), now);
    pass(60_000);
    assertThat(ben.lost()).isEqualTo(3);
  }

  /**
   * So many are asked that each comes to its turn too seldom to be asked as often as one may be.
   */
  @Test
  void whatNobodyKeepsAnyLongerIsNotAskedFor() {
    ben.missNothing();
    for (int i = 0; i < 1_000; i++) {
      ben.told(new Address(bytes("made up " + i)), new Errand.Tell(1, 1, 4), now);
    }
    assertThat(catchUp(RuntimeLimits.FRAMES_KEPT_MILLIS)).isPositive();
    assertThat(catchUp(1_000)).isZero();
    assertThat(ben.lost()).isEqualTo(4_000);
  }

  @Test
  void aCountThatFramesOvertookMakesNobodyForgetThem() {
    ben.missNothing();
    long top = 2L * RuntimeLimits.NUMBERS_WATCHED;
    ben.came(ANNA, top, false, now);
    Errand.Tell overtaken = new Errand.Tell(1, 1, 100);
    ben.told(ANNA, overtaken, now);
    assertThat(ben.came(ANNA, top, true, now)).as("new").isFalse();
    ben.told(ANNA, overtaken, now);
    assertThat(ben.came(ANNA, top, true, now)).as("new once it was said twice").isTrue();
  }
}
