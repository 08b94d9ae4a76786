package io.keymoot.flatkeying.frame;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.frame.ReplayWindow.Mark;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class ReplayWindowTest {
  @Test
  void aNumberIsFreshOnceWhateverTheOrder() {
    for (int seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      ReplayWindow window = new ReplayWindow();
      Set<Long> fresh = new HashSet<>();
      long newest = 0;
      for (int i = 0; i < 5_000; i++) {
        long number = Math.max(0, newest - random.nextInt(2_500) + random.nextInt(1_300));
        if (random.nextInt(500) == 0) {
          number = newest + random.nextInt(1_000_000);
        }
        Mark looked = window.look(number);
        Mark marked = window.mark(number);
        assertThat(marked).isEqualTo(looked);
        if (marked == Mark.FRESH) {
          assertThat(fresh.add(number)).as("fresh twice: " + number).isTrue();
        } else if (number > newest - ReplayWindow.REACH) {
          assertThat(fresh).as("refused though never seen: " + number).contains(number);
        }
        newest = Math.max(newest, number);
      }
    }
  }

  @Test
  void numbersReachTheEndOfTheStream() {
    ReplayWindow window = new ReplayWindow();
    long last = FrameSealer.LAST_NUMBER;
    assertThat(window.mark(last)).isEqualTo(Mark.FRESH);
    assertThat(window.mark(last)).isEqualTo(Mark.SEEN);
    assertThat(window.mark(last - ReplayWindow.REACH + 1)).isEqualTo(Mark.FRESH);
    assertThat(window.mark(last - 1_024)).isEqualTo(Mark.TOO_OLD);
  }

  @Test
  void ofManyThreadsThatHoldTheSameFrameOneIsToldThatItIsFresh() throws InterruptedException {
    int numbers = 20_000;
    ReplayWindow window = new ReplayWindow();
    AtomicIntegerArray fresh = new AtomicIntegerArray(numbers);
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      int seed = t;
      Thread thread =
          new Thread(
              () -> {
                Random random = new Random(seed);
                for (int i = 0; i < numbers; i++) {
                  int number = Math.max(0, i - random.nextInt(1_500));
                  if (window.mark(number) == Mark.FRESH) {
                    fresh.incrementAndGet(number);
                  }
                  if (window.mark(i) == Mark.FRESH) {
                    fresh.incrementAndGet(i);
                  }
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    for (int i = 0; i < numbers; i++) {
      assertThat(fresh.get(i)).as("number " + i).isLessThanOrEqualTo(1);
    }
  }
}
