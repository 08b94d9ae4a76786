package io.keymoot.runtime;

import static io.keymoot.runtime.Cluster.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.keymoot.admission.WallTime;
import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.frame.Authentication;
import io.keymoot.flatkeying.frame.FrameStream;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.Address;
import io.keymoot.peer.FrameDesk;
import io.keymoot.peer.PeerEffect;
import io.keymoot.runtime.Cluster.End;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The thread that opens frames, apart from a node. */
@Timeout(120)
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
                () -> true,
                event -> {
                  throw bug;
                },
                (sender, isProved) -> new From.TheGroup(sender),
                told::set)) {
      End end = cluster.join();
      host.step(Tick.ZERO, new NodeInput.Start(end.transport().self()));
      frames.use(Objects.requireNonNull(host.seat()).desk);
      frames.start(end.transport());
      frames.arrived(STRANGER, bytes("no frame"), null);
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
                () -> true,
                event -> told.add((NodeEvent.Unopened) event),
                (sender, isProved) -> new From.TheGroup(sender),
                bug -> {
                  throw new IllegalStateException(bug);
                })) {
      End end = cluster.join();
      host.step(Tick.ZERO, new NodeInput.Start(end.transport().self()));
      frames.use(Objects.requireNonNull(host.seat()).desk);
      int taken = 0;
      AtomicInteger again = new AtomicInteger();
      while (frames.arrived(STRANGER, bytes("no frame"), again::incrementAndGet)) {
        taken++;
      }
      assertThat(again).as("the one there was no room for").hasValue(1);
      assertThat(taken).isEqualTo(RuntimeLimits.FRAMES_WAITING_OF_ONE);
      assertThat(frames.arrived(new Address(bytes("member")), bytes("no frame"), null)).isTrue();
      frames.start(end.transport());
      await().until(() -> frames.waiting() == 0 && !told.isEmpty());
      millis.addAndGet(RuntimeLimits.UNOPENED_TOLD_MILLIS);
      int all = taken + 1;
      await().until(() -> told.stream().mapToLong(NodeEvent.Unopened::frames).sum() == all);
      assertThat(told).hasSizeLessThanOrEqualTo(3);
      assertThat(frames.dropped()).isEqualTo(1);
    }
  }

  /**
   * One who has founded a group and seals, and the desk of another device of its that is in, but
   * has not been told the key yet.
   */
  private static final class LateKey implements AutoCloseable {
    final People people = new People();
    final Identity identity = Identity.selfMade();
    final Host host = host(people, identity);
    final List<NodeEvent> told = new CopyOnWriteArrayList<>();
    final AtomicLong millis = new AtomicLong(1);
    final AtomicInteger looks = new AtomicInteger();
    final FrameWork frames =
        new FrameWork(
            "test",
            () -> {
              looks.incrementAndGet();
              return new Tick(millis.get());
            },
            () -> true,
            told::add,
            (sender, isProved) -> new From.TheGroup(sender),
            bug -> told.add(new NodeEvent.Status(NodeState.OUT, bug.toString())));
    private final List<PeerEffect> install = new ArrayList<>();
    private final FrameDesk seals;
    private final FrameDesk opens;
    private final Cluster cluster = new Cluster(ClusterStack.local());

    LateKey() throws Exception {
      End end = cluster.join();
      List<NodeEffect> did = host.step(Tick.ZERO, new NodeInput.Start(end.transport().self()));
      Seat seat = Objects.requireNonNull(host.seat());
      seals = seat.desk;
      opens = new FrameDesk(seat.peer);
      for (NodeEffect each : did) {
        if (each instanceof NodeEffect.OfPeer of) {
          seals.perform(Tick.ZERO, of.effect());
          if (of.effect() instanceof PeerEffect.Install) {
            install.add(of.effect());
          } else {
            opens.perform(Tick.ZERO, of.effect());
          }
        }
      }
      frames.use(opens);
      frames.start(end.transport());
    }

    Bytes seals(String words) {
      FrameStream own = FrameStream.of(Authentication.NONE, FrameStream.OF_A_KIND - 1);
      return seals.seal(new Tick(millis.get()), own, bytes(words)).orElseThrow();
    }

    /** Until its thread has looked at it. */
    void comes(Bytes frame, @Nullable Runnable again) {
      int before = unopened();
      frames.arrived(STRANGER, frame, again);
      millis.addAndGet(RuntimeLimits.UNOPENED_TOLD_MILLIS);
      await().until(() -> unopened() == before + 1);
    }

    private int unopened() {
      return told.stream()
          .mapToInt(each -> each instanceof NodeEvent.Unopened some ? (int) some.frames() : 0)
          .sum();
    }

    void keyComes() {
      install.forEach(each -> opens.perform(new Tick(millis.get()), each));
      frames.ringChanged();
    }

    List<Bytes> read() {
      return told.stream()
          .flatMap(
              each -> each instanceof NodeEvent.Message m ? Stream.of(m.payload()) : Stream.empty())
          .toList();
    }

    @Override
    public void close() {
      frames.close();
      cluster.close();
      opens.close();
      host.close();
      identity.close();
      people.close();
    }
  }

  private static final Runnable AGAIN = () -> {};

  @Test
  void aReliableFrameWaitsForItsKeyAsLongAsItsSenderKeepsIt() throws Exception {
    try (LateKey late = new LateKey()) {
      late.comes(late.seals("reliable"), AGAIN);
      late.comes(late.seals("of the moment"), null);
      late.millis.addAndGet(Limits.FRAME_WAIT_MILLIS + 5_000);
      late.looks.set(0);
      await().until(() -> late.looks.get() > 5);
      late.keyComes();
      await().until(() -> !late.read().isEmpty());
      assertThat(late.read()).containsExactly(bytes("reliable"));
      assertThat(late.frames.withoutKey()).isZero();
    }
  }

  @Test
  void moreReliableFramesWaitForTheirKeyThanTheOpenerKeepsOfOneSourceAndEachIsReadOnce()
      throws Exception {
    try (LateKey late = new LateKey()) {
      int many = 2 * Limits.WAITING_FRAMES_PER_SOURCE;
      List<Bytes> said = new ArrayList<>();
      for (int i = 0; i < many; i++) {
        said.add(bytes("message " + i));
        late.frames.arrived(STRANGER, late.seals("message " + i), AGAIN);
      }
      await().until(() -> late.frames.waiting() == 0);
      late.keyComes();
      await().until(() -> late.read().size() >= many);
      assertThat(late.read()).containsExactlyInAnyOrderElementsOf(said);
    }
  }

  @Test
  void aReliableFrameWhoseKeyNeverComesIsCountedOnce() throws Exception {
    try (LateKey late = new LateKey()) {
      late.comes(late.seals("reliable"), AGAIN);
      late.millis.addAndGet(RuntimeLimits.FRAMES_KEPT_MILLIS - 1_000);
      late.frames.ringChanged();
      assertThat(late.frames.withoutKey()).isZero();
      late.millis.addAndGet(1_000);
      await().until(() -> late.frames.withoutKey() == 1);
      late.millis.addAndGet(2 * Limits.FRAME_WAIT_MILLIS);
      late.keyComes();
      await().pollInterval(Duration.ofMillis(100)).until(() -> late.looks.getAndSet(0) == 0);
      assertThat(late.read()).isEmpty();
      assertThat(late.frames.withoutKey()).isEqualTo(1);
    }
  }

  @Test
  void itsThreadRestsThoughTheApplicationOpensAndSealsFramesByItself() throws Exception {
    try (LateKey late = new LateKey()) {
      late.frames.sealer(FrameStream.of(Authentication.AMORTISED, 0));
      late.frames.opener(FrameStream.of(Authentication.NONE, 0), (frame, plaintext, at) -> {});
      await().pollInterval(Duration.ofMillis(400)).until(() -> late.looks.getAndSet(0) == 0);
    }
  }

  @Test
  void whenItIsClosedNothingWaitsAndNothingIsTaken() throws Exception {
    LateKey late = new LateKey();
    try (late) {
      late.comes(late.seals("reliable"), AGAIN);
    }
    AtomicInteger again = new AtomicInteger();
    assertThat(late.frames.arrived(STRANGER, bytes("no frame"), again::incrementAndGet)).isFalse();
    assertThat(late.frames.waiting()).isZero();
    assertThat(again).hasValue(1);
  }

  private static Host host(People people, Identity identity) {
    return new Host(
        new Wish.Found(people.plan()),
        identity,
        new Host.Opinion(people.policy, List.of(), List.of(), List.of()),
        people.network(),
        new SecureRandom()::nextBytes,
        () -> new WallTime(0),
        group -> List.of(),
        new ClockWatch(new FakeClocks(), () -> {}));
  }
}
