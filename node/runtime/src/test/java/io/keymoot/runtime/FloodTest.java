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

  /**
   * Too many unacknowledged ones make the sender go on without reliability until it is slow enough.
   */
  private static final double NEARLY_ALL = 0.9;

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
      List<People.Someone> all = new ArrayList<>(List.of(speaker));
      for (int i = 0; i < OTHERS; i++) {
        all.add(people.joiner("listener " + i));
      }
      people.settled(all.toArray(People.Someone[]::new));
      for (People.Someone each : all.subList(1, all.size())) {
        each.stopLooking();
        Count count = new Count(each.node);
        counts.add(count);
        each.node.listen(count);
      }
      Bytes message = Bytes.owning(new byte[1_000]);
      long sent = 0;
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(FLOOD_SECONDS);
      while (System.nanoTime() < end) {
        if (speaker.node.send(message, Authentication.NONE, Delivery.RELIABLE) == Sent.SENT) {
          sent++;
        } else {
          LockSupport.parkNanos(50_000);
        }
      }
      assertThat(sent).isGreaterThan(ENOUGH);
      long whole = sent;
      for (Count count : counts) {
        await("of " + whole)
            .atMost(People.SOON.plusMillis(RuntimeLimits.FRAMES_KEPT_MILLIS))
            .until(() -> count.came.get() >= whole * NEARLY_ALL && count.accountedFor() >= whole);
      }
    }
  }
}
