package io.keymoot.runtime;

import static io.keymoot.runtime.Cluster.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.Address;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/** The bounded queues between the network, the loop and the application. */
@Timeout(120)
@Isolated
class QueuesTest {
  private static final Address SLOW = new Address(bytes("slow"));
  private static final Address FAST = new Address(bytes("fast"));

  private static final Mailbox.Bounds BOUNDS = new Mailbox.Bounds(512, 1 << 20, 4_096, 2 << 20);

  private final CountDownLatch network = new CountDownLatch(1);
  private final List<String> wire = new CopyOnWriteArrayList<>();
  private final Outbox outbox =
      new Outbox(
          "test",
          (to, quality, message) -> {
            network.await();
            wire.add(to.map(a -> a.equals(SLOW) ? "slow " : "fast ").orElse("all ") + quality);
          });

  @AfterEach
  void close() {
    network.countDown();
    outbox.close(0);
  }

  @Test
  void aNetworkThatTakesNothingBlocksNobodyAndTheQueueStaysBounded() {
    outbox.start();
    long before = waitsOfThisThread();
    for (int i = 0; i < 10_000; i++) {
      outbox.put(Optional.of(SLOW), Quality.FRAME, bytes("frame"));
    }
    // Not at each, though now and then another may hold the lock.
    assertThat(waitsOfThisThread() - before).isLessThan(100);
    assertThat(outbox.waiting(SLOW)).isLessThanOrEqualTo(RuntimeLimits.QUEUED_PER_DESTINATION);
    assertThat(outbox.dropped.sum()).isGreaterThan(8_000);
    assertThat(outbox.put(Optional.of(FAST), Quality.FRAME, bytes("frame"))).isTrue();
  }

  /** Counted, for how long it takes says how busy the machine is. */
  private static long waitsOfThisThread() {
    ThreadInfo own =
        ManagementFactory.getThreadMXBean().getThreadInfo(Thread.currentThread().threadId());
    return own.getWaitedCount() + own.getBlockedCount();
  }

  @Test
  void whenAQueueIsFullHeartbeatsGiveWayFirstThenFramesAndControlNever() {
    int room = RuntimeLimits.QUEUED_PER_DESTINATION;
    assertThat(outbox.put(Optional.of(SLOW), Quality.FRAME, bytes("x"))).isTrue();
    assertThat(outbox.put(Optional.of(SLOW), Quality.HEARTBEAT, bytes("x"))).isTrue();
    for (int i = 0; i < room - 2; i++) {
      assertThat(outbox.put(Optional.of(SLOW), Quality.CONTROL, bytes("x"))).isTrue();
    }
    // The heartbeat gives way to a frame, and one of the two frames to control.
    assertThat(outbox.put(Optional.of(SLOW), Quality.FRAME, bytes("x"))).isTrue();
    assertThat(outbox.put(Optional.of(SLOW), Quality.HEARTBEAT, bytes("x"))).isFalse();
    assertThat(outbox.put(Optional.of(SLOW), Quality.CONTROL, bytes("x"))).isTrue();
    assertThat(outbox.put(Optional.of(SLOW), Quality.CONTROL, bytes("x"))).isTrue();
    assertThat(outbox.put(Optional.of(SLOW), Quality.CONTROL, bytes("x"))).isFalse();
    network.countDown();
    outbox.start();
    await().until(() -> outbox.waiting(SLOW) == 0);
    outbox.close(1_000);
    assertThat(wire).hasSize(room).containsOnly("slow CONTROL");
  }

  @Test
  void reliableFramesThatWereTakenNeverGiveWayAndLeaveRoomForControl() {
    int taken = 0;
    while (outbox.put(Optional.empty(), Quality.RELIABLE_FRAME, bytes("x"))) {
      taken++;
    }
    assertThat(taken).isEqualTo(RuntimeLimits.QUEUED_FRAMES_PER_DESTINATION);
    for (int i = taken; i < RuntimeLimits.QUEUED_PER_DESTINATION; i++) {
      assertThat(outbox.put(Optional.empty(), Quality.CONTROL, bytes("x"))).isTrue();
    }
    assertThat(outbox.put(Optional.empty(), Quality.CONTROL, bytes("x"))).isFalse();
    network.countDown();
    outbox.start();
    await().until(() -> outbox.waiting(null) == 0);
    outbox.close(1_000);
    assertThat(wire.stream().filter("all RELIABLE_FRAME"::equals)).hasSize(taken);
  }

  @Test
  void bytesAreBoundedToo() {
    Bytes large = Bytes.owning(new byte[RuntimeLimits.CONTROL_BYTES]);
    for (int i = 0; i < 1_000; i++) {
      outbox.put(Optional.empty(), Quality.CONTROL, large);
    }
    assertThat(outbox.waiting(null))
        .isEqualTo(RuntimeLimits.QUEUED_BYTES_PER_DESTINATION / large.length());
  }

  @Test
  void destinationsTakeTurns() {
    for (int i = 0; i < 100; i++) {
      outbox.put(Optional.of(SLOW), Quality.CONTROL, bytes("x"));
    }
    outbox.put(Optional.of(FAST), Quality.CONTROL, bytes("x"));
    network.countDown();
    outbox.start();
    await().until(() -> wire.contains("fast CONTROL"));
    assertThat(wire.indexOf("fast CONTROL")).isEqualTo(1);
  }

  @Test
  void aBugOnTheSendersThreadIsToldAndNothingIsTakenAnyMore() {
    AtomicReference<Throwable> told = new AtomicReference<>();
    Error bug = new StackOverflowError("of the test");
    Outbox faulty =
        new Outbox(
            "faulty",
            new Outbox.Wire() {
              @Override
              public void send(Optional<Address> to, Quality quality, Bytes message) {
                throw bug;
              }

              @Override
              public void stoppedBy(Throwable thrown) {
                told.set(thrown);
              }
            });
    faulty.start();
    faulty.put(Optional.empty(), Quality.CONTROL, bytes("x"));
    await().until(() -> told.get() == bug);
    await().until(() -> !faulty.put(Optional.empty(), Quality.CONTROL, bytes("x")));
  }

  @Test
  void whoFloodsTheMailboxDelaysOthersByOneItemEach() throws Exception {
    Mailbox<String> mailbox = new Mailbox<>(BOUNDS);
    int taken = 0;
    for (int i = 0; i < 10_000; i++) {
      taken += mailbox.put(SLOW, "flood", 5) ? 1 : 0;
    }
    assertThat(taken).isEqualTo(BOUNDS.ofOne());
    assertThat(mailbox.put(FAST, "honest", 6)).isTrue();
    assertThat(mailbox.putOwn("own")).isTrue();
    List<String> first = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      first.add(mailbox.take(0));
    }
    assertThat(first).startsWith("own").contains("honest");
  }

  @Test
  void bytesOfTheMailboxAreBoundedForEachSenderAndInAll() {
    Mailbox<String> mailbox = new Mailbox<>(BOUNDS);
    int taken = 0;
    while (mailbox.put(SLOW, "flood", 60_000)) {
      taken++;
    }
    assertThat(taken).isEqualTo((1 << 20) / 60_000);
    assertThat(mailbox.put(FAST, "honest", 60_000)).isTrue();
    for (int i = 0; i < 100; i++) {
      mailbox.put(new Address(bytes("made up " + i)), "flood", 60_000);
    }
    assertThat(mailbox.waiting()).isEqualTo((2 << 20) / 60_000);
  }

  @Test
  void inAFullMailboxTheLastOfWhoeverHasMostGivesWayToOneWhoHasLess() throws Exception {
    List<String> gone = new ArrayList<>();
    Mailbox<String> mailbox = new Mailbox<>(BOUNDS, gone::add);
    int greedy = BOUNDS.inAll() / BOUNDS.ofOne();
    for (int i = 0; i < BOUNDS.inAll(); i++) {
      Address from = new Address(bytes("greedy " + i % greedy));
      assertThat(mailbox.put(from, "greedy's " + i, 5)).isTrue();
    }
    assertThat(mailbox.put(FAST, "honest", 5)).isTrue();
    assertThat(gone).hasSize(1);
    assertThat(Integer.parseInt(gone.getFirst().substring(9)))
        .isGreaterThanOrEqualTo(BOUNDS.inAll() - greedy);
    assertThat(mailbox.waiting()).isEqualTo(BOUNDS.inAll());
    List<String> first = new ArrayList<>();
    for (int i = 0; i <= greedy; i++) {
      first.add(mailbox.take(0));
    }
    assertThat(first).contains("honest");
  }

  @Test
  void whoHasItsShareOfWhatIsTooMuchIsKnownAndTheOthersAreNot() throws Exception {
    Mailbox<String> mailbox = new Mailbox<>(BOUNDS);
    for (int i = 0; i < 500; i++) {
      mailbox.put(SLOW, "flood", 5);
    }
    mailbox.put(FAST, "honest", 5);
    assertThat(mailbox.isTooMuchOf(SLOW, 600, 1 << 20)).isFalse();
    assertThat(mailbox.isTooMuchOf(SLOW, 400, 1 << 20)).isTrue();
    assertThat(mailbox.isTooMuchOf(FAST, 400, 1 << 20)).isFalse();
    for (int i = 0; i < 3_000; i++) {
      mailbox.put(new Address(bytes("made up " + i)), "flood", 5);
    }
    assertThat(mailbox.isTooMuchOf(FAST, 400, 1 << 20)).isFalse();
    assertThat(mailbox.isTooMuchOf(SLOW, 4_000, 2_000)).as("by bytes").isTrue();
  }

  @Test
  void madeUpSendersFillTheMailboxAndNoMoreAndTheOwnLaneStaysOpen() throws Exception {
    Mailbox<String> mailbox = new Mailbox<>(BOUNDS);
    for (int i = 0; i < 10_000; i++) {
      mailbox.put(new Address(bytes("made up " + i)), "flood", 5);
    }
    assertThat(mailbox.dropped.sum()).isEqualTo(10_000 - BOUNDS.inAll());
    assertThat(mailbox.putOwn("own")).isTrue();
    assertThat(mailbox.take(0)).isEqualTo("own");
  }

  @Test
  void whatWaitsForASlowListenerIsBoundedInBytesToo() {
    EventFeed<Bytes> feed = new EventFeed<>("test", new EventFeed.Keep<>(0, 0, Bytes::length));
    CountDownLatch slow = new CountDownLatch(1);
    List<String> heard = new CopyOnWriteArrayList<>();
    feed.listen(
        new EventFeed.Listener<Bytes>() {
          @Override
          public void event(long id, Bytes event) {
            try {
              slow.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            heard.add("" + id);
          }

          @Override
          public void missed(long firstId, long lastId) {
            heard.add("missed to " + lastId);
          }
        });
    Bytes large = Bytes.owning(new byte[60_000]);
    for (int i = 0; i < 500; i++) {
      feed.publish(large);
    }
    slow.countDown();
    await().until(() -> heard.contains("missed to 500"));
    assertThat(heard).hasSizeLessThan(RuntimeLimits.EVENT_BYTES_PER_LISTENER / 60_000 + 3);
    feed.publish(large);
    await().until(() -> heard.getLast().equals("501"));
    feed.close();
  }

  @Test
  void aListenerThatThrowsOrIsInterruptedIsToldTheNextEventAllTheSame() {
    EventFeed<Runnable> feed = new EventFeed<>("test");
    List<Long> heard = new CopyOnWriteArrayList<>();
    feed.listen(
        (id, event) -> {
          heard.add(id);
          event.run();
        });
    feed.publish(
        () -> {
          throw new IllegalArgumentException("of the test");
        });
    feed.publish(
        () -> {
          throw new StackOverflowError("of the test");
        });
    feed.publish(() -> Thread.currentThread().interrupt());
    feed.publish(() -> {});
    await().until(() -> heard.equals(List.of(1L, 2L, 3L, 4L)));
    feed.close();
  }

  @Test
  void aSlowListenerHoldsUpNobodyAndIsToldWhatItMissed() {
    EventFeed<String> feed = new EventFeed<>("test");
    CountDownLatch slow = new CountDownLatch(1);
    List<String> slowHeard = new CopyOnWriteArrayList<>();
    List<Long> fastHeard = new CopyOnWriteArrayList<>();
    feed.listen(
        new EventFeed.Listener<String>() {
          @Override
          public void event(long id, String event) {
            try {
              slow.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            slowHeard.add(id + "");
          }

          @Override
          public void missed(long firstId, long lastId) {
            slowHeard.add("missed " + firstId + " to " + lastId);
          }
        });
    feed.listen((id, event) -> fastHeard.add(id));
    int events = RuntimeLimits.EVENTS_PER_LISTENER + 500;
    for (int i = 1; i <= events; i++) {
      feed.publish("event");
      int sofar = i;
      if (i % 500 == 0) {
        await().until(() -> fastHeard.size() == sofar);
      }
    }
    slow.countDown();
    await().until(() -> slowHeard.getLast().startsWith("missed"));
    assertThat(slowHeard.getLast()).endsWith("to " + events);
    int heard = slowHeard.size() - 1;
    assertThat(slowHeard.getLast()).isEqualTo("missed " + (heard + 1) + " to " + events);
    feed.publish("after");
    await().until(() -> slowHeard.getLast().equals("" + (events + 1)));
    feed.close();
  }
}
