package io.keymoot.runtime;

import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.frame.Opening;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Frames that did not open, by the reason. Anybody can send such, so each reason is told now and
 * then, with how many there were. For one thread.
 */
final class Untold {
  private static final class Tally {
    long frames;
    Tick notBefore = Tick.ZERO;
  }

  private final Map<Opening, Tally> tallies = new LinkedHashMap<>();
  private final Consumer<NodeEvent> events;

  Untold(Consumer<NodeEvent> events) {
    this.events = events;
  }

  void count(Opening why, Tick now) {
    Tally tally = tallies.computeIfAbsent(why, unseen -> new Tally());
    tally.frames++;
    tell(why, tally, now);
  }

  /** What may be told by now. */
  void tell(Tick now) {
    tallies.forEach((why, tally) -> tell(why, tally, now));
  }

  boolean isAny() {
    return tallies.values().stream().anyMatch(tally -> tally.frames > 0);
  }

  private void tell(Opening why, Tally tally, Tick now) {
    if (tally.frames > 0 && !now.isBefore(tally.notBefore)) {
      events.accept(new NodeEvent.Unopened(why, tally.frames));
      tally.frames = 0;
      tally.notBefore = now.plusMillis(RuntimeLimits.UNOPENED_TOLD_MILLIS);
    }
  }
}
