package io.keymoot.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.keymoot.flatkeying.frame.Authentication;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * Who sends all it can is slowed down to what the others open, instead of being lost; and what is
 * lost all the same is counted.
 */
class FloodTest {
  private static final int OTHERS = 3;
  private static final long FLOOD_SECONDS = 3;

  /** The best of them counts: what waits while a busy machine stops one thread is lost. */
  private static final int TRIES = 3;

  /**
   * Too many unacknowledged ones make the sender go on without reliability until it is slow enough.
   */
  private static final double NEARLY_ALL = 0.9;

  /** Of what came faster than it was opened. Whoever is not slowed down loses a tenth or more. */
  private static final double NEARLY_NONE = 0.02;

  /** Were the pace to stay at its least, it would be a third of this. */
  private static final long ENOUGH = 3 * FLOOD_SECONDS * RuntimeLimits.FRAMES_PER_SECOND_AT_LEAST;

  private static final class Count implements EventFeed.Listener<NodeEvent> {
    final GroupNode node;
    final AtomicLong came = new AtomicLong();
    final AtomicLong unopened = new AtomicLong();

    Count(GroupNode node) {
      this.node = node;
    }

    /** What was opened, what was not, and what is known to be missing. */
    long accountedFor() {
      return came.get() + unopened.get() + node.counts().lost();
    }

    @Override
    public void event(long id, NodeEvent event) {
      if (event instanceof NodeEvent.Message) {
        came.incrementAndGet();
      } else if (event instanceof NodeEvent.Unopened some) {
        unopened.addAndGet(some.frames());
      }
    }

    @Override
    public void missed(long firstId, long lastId) {
      // Too slow to hear of it, but the node had opened it.
      came.addAndGet(lastId - firstId + 1);
    }
  }

  @Test
  void whoSendsAsFastAsItCanIsReadNearlyWhole() {
    try (People people = new People()) {
      People.Someone speaker = people.founder("speaker");
      List<Count> counts = new ArrayList<>();
      List<People.Someone> everybody = new ArrayList<>(List.of(speaker));
      for (int i = 0; i < OTHERS; i++) {
        everybody.add(people.joiner("listener " + i));
      }
      people.settled(everybody.toArray(People.Someone[]::new));
      for (People.Someone each : everybody.subList(1, everybody.size())) {
        each.stopLooking();
        Count count = new Count(each.node);
        counts.add(count);
        each.node.listen(count);
      }
      long all = 0;
      boolean isReadNearlyWhole = false;
      List<String> floods = new ArrayList<>();
      for (int i = 0; i < TRIES && !isReadNearlyWhole; i++) {
        long before = counts.stream().mapToLong(count -> count.came.get()).min().orElseThrow();
        final long droppedBefore = dropped(counts);
        long sent = flood(speaker.node);
        all += sent;
        long whole = all;
        for (Count count : counts) {
          await("of " + whole + ", where the floods before were " + floods)
              .atMost(People.SOON.plusMillis(RuntimeLimits.FRAMES_KEPT_MILLIS))
              .until(() -> count.accountedFor() >= whole);
        }
        long came = counts.stream().mapToLong(count -> count.came.get()).min().orElseThrow();
        long dropped = dropped(counts) - droppedBefore;
        floods.add((came - before) + " of " + sent + ", " + dropped + " dropped");
        isReadNearlyWhole =
            sent > ENOUGH && came - before >= sent * NEARLY_ALL && dropped <= sent * NEARLY_NONE;
      }
      assertThat(isReadNearlyWhole).as("what was read: " + floods).isTrue();
    }
  }

  private static long dropped(List<Count> counts) {
    return counts.stream().mapToLong(count -> count.node.framesDropped()).max().orElseThrow();
  }

  /** How many were sent. */
  private static long flood(GroupNode speaker) {
    Bytes message = Bytes.owning(new byte[1_000]);
    long sent = 0;
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(FLOOD_SECONDS);
    while (System.nanoTime() < end) {
      if (speaker.send(message, Authentication.NONE, Delivery.RELIABLE) == Sent.SENT) {
        sent++;
      } else {
        LockSupport.parkNanos(50_000);
      }
    }
    return sent;
  }
}
