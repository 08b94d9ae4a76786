package io.keymoot.runtime;

import static io.keymoot.runtime.Cluster.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.keymoot.admission.WallTime;
import io.keymoot.flatkeying.Tick;
import io.keymoot.peer.Address;
import io.keymoot.runtime.Cluster.End;
import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The thread that opens frames, apart from a node. */
@Timeout(20)
class FrameWorkTest {
  private static final Address STRANGER = new Address(bytes("stranger"));

  @Test
  void aBugOnItsThreadIsToldInsteadOfLeavingTheNodeDeaf() throws Exception {
    Error bug = new StackOverflowError("of the test");
    AtomicReference<Throwable> told = new AtomicReference<>();
    try (People people = new People();
        Identity identity = Identity.selfMade();
        Host host = host(people, identity);
        Cluster cluster = new Cluster(ClusterStack.local());
        FrameWork frames =
            new FrameWork(
                "test",
                () -> Tick.ZERO,
                event -> {
                  throw bug;
                },
                (sender, isProved) -> new From.TheGroup(sender),
                told::set)) {
      End end = cluster.join();
      host.step(Tick.ZERO, new NodeInput.Start(end.transport().self()));
      frames.use(Objects.requireNonNull(host.seat()).desk);
      frames.start(end.transport());
      frames.arrived(STRANGER, bytes("no frame"));
      await().until(() -> told.get() != null);
      assertThat(told.get()).isSameAs(bug);
    }
  }

  @Test
  void whatAnybodyCanSendIsToldTenTimesASecondAndCounted() throws Exception {
    List<NodeEvent.Unopened> told = new CopyOnWriteArrayList<>();
    AtomicLong millis = new AtomicLong(1);
    try (People people = new People();
        Identity identity = Identity.selfMade();
        Host host = host(people, identity);
        Cluster cluster = new Cluster(ClusterStack.local());
        FrameWork frames =
            new FrameWork(
                "test",
                () -> new Tick(millis.get()),
                event -> told.add((NodeEvent.Unopened) event),
                (sender, isProved) -> new From.TheGroup(sender),
                bug -> {
                  throw new IllegalStateException(bug);
                })) {
      End end = cluster.join();
      host.step(Tick.ZERO, new NodeInput.Start(end.transport().self()));
      frames.use(Objects.requireNonNull(host.seat()).desk);
      int taken = 0;
      while (frames.arrived(STRANGER, bytes("no frame"))) {
        taken++;
      }
      assertThat(taken).isEqualTo(RuntimeLimits.FRAMES_WAITING_OF_ONE);
      assertThat(frames.arrived(new Address(bytes("member")), bytes("no frame"))).isTrue();
      frames.start(end.transport());
      await().until(() -> frames.waiting() == 0 && !told.isEmpty());
      millis.addAndGet(RuntimeLimits.UNOPENED_TOLD_MILLIS);
      int all = taken + 1;
      await().until(() -> told.stream().mapToLong(NodeEvent.Unopened::frames).sum() == all);
      assertThat(told).hasSizeLessThanOrEqualTo(3);
      assertThat(frames.dropped()).isEqualTo(1);
    }
  }

  private static Host host(People people, Identity identity) {
    return new Host(
        new Wish.Found(people.plan()),
        identity,
        new Host.Opinion(people.policy, List.of(), List.of()),
        people.network(),
        new SecureRandom()::nextBytes,
        () -> new WallTime(0));
  }
}
