package io.keymoot.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class ClockWatchTest {
  private final FakeClocks clocks = new FakeClocks();
  private final AtomicInteger told = new AtomicInteger();
  private final ClockWatch watch = new ClockWatch(clocks, told::incrementAndGet);

  /** The date goes on while a machine sleeps, and its steady clock does not. */
  @Test
  void whoIsAboutToSealSeesThatTheMachineSlept() {
    assertThat(watch.maySeal()).isTrue();
    clocks.wallAhead.addAndGet(6_000);
    assertThat(watch.maySeal()).isFalse();
    assertThat(told).hasValue(1);
    assertThat(watch.apartBy()).isBetween(5_900L, 6_100L);

    // It stays so, whatever the clocks say, until there is a new stay.
    clocks.wallAhead.addAndGet(-6_000);
    assertThat(watch.maySeal()).isFalse();
    assertThat(watch.look()).isFalse();
    watch.agreeAgain();
    assertThat(watch.maySeal()).isTrue();
    assertThat(watch.look()).isTrue();
  }

  @Test
  void aDateThatIsSetBackIsSeenAsWell() {
    clocks.wallAhead.addAndGet(-6_000);
    assertThat(watch.maySeal()).isFalse();
    watch.agreeAgain();
    assertThat(watch.maySeal()).as("the date stays as it was set").isTrue();
  }

  @Test
  void theLoopSeesWhatTheDateDoesNotTell() {
    clocks.bootAhead.addAndGet(60_000);
    assertThat(watch.maySeal()).isTrue();
    clocks.pass(RuntimeLimits.CLOCKS_LOOK_MILLIS);
    assertThat(watch.look()).isFalse();
    assertThat(watch.maySeal()).isFalse();
  }

  @Test
  void aMachineThatDoesNotTellSinceWhenItRunsIsWatchedByTheOthers() {
    clocks.tellsBoot = false;
    ClockWatch other = new ClockWatch(clocks, () -> {});
    clocks.pass(RuntimeLimits.CLOCKS_LOOK_MILLIS);
    assertThat(other.look()).isTrue();
    clocks.wallAhead.addAndGet(6_000);
    assertThat(other.look()).isFalse();
  }

  /** Time services slew, and now and then step by a few seconds. */
  @Test
  void clocksThatDriftAreFollowed() {
    for (int i = 0; i < 20; i++) {
      clocks.wallAhead.addAndGet(4_000);
      assertThat(watch.maySeal()).isTrue();
      clocks.pass(RuntimeLimits.CLOCKS_LOOK_MILLIS);
      assertThat(watch.look()).isTrue();
    }
    assertThat(told).hasValue(0);
  }

  /** A process that was stopped for long finds all clocks further on alike. */
  @Test
  void whoWasStoppedButNotItsMachineGoesOn() {
    clocks.pass(3_600_000);
    assertThat(watch.maySeal()).isTrue();
    assertThat(watch.look()).isTrue();
  }

  @Test
  void thisMachinesClocksGoAlike() {
    ClockWatch own = new ClockWatch(Clocks.ofThisMachine(), told::incrementAndGet);
    for (int i = 0; i < 1_000; i++) {
      assertThat(own.maySeal()).isTrue();
      assertThat(own.look()).isTrue();
    }
    assertThat(told).hasValue(0);
    if (System.getProperty("os.name").equals("Linux")) {
      assertThat(Clocks.ofThisMachine().bootMillis()).isPresent();
    }
  }
}
