package io.keymoot.runtime;

import static io.keymoot.runtime.Cluster.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.keymoot.flatkeying.Tick;
import io.keymoot.peer.Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

@Timeout(120)
@Isolated
class LoopTest {
  private static final Address STRANGER = new Address(bytes("stranger"));

  /** Answers each input with itself; "in 50" asks to be woken that many milliseconds later. */
  private static final class Echo implements Loop.Core<String, String> {
    final List<String> seen = new ArrayList<>();
    Optional<Tick> deadline = Optional.empty();
    boolean neverMoves;

    @Override
    public List<String> step(Tick now, String input) {
      seen.add(input);
      if (input.equals("throw")) {
        throw new IllegalStateException("a bug");
      }
      if (input.equals("wake") && !neverMoves) {
        deadline = Optional.empty();
        return List.of("woken at " + now.millis());
      }
      if (input.startsWith("in ")) {
        deadline = Optional.of(now.plusMillis(Long.parseLong(input.substring(3))));
      }
      return input.startsWith("many") ? List.of(input + "1", input + "2") : List.of(input);
    }

    @Override
    public Optional<Tick> nextDeadline() {
      return deadline;
    }
  }

  private final Echo core = new Echo();
  private final List<String> performed = new CopyOnWriteArrayList<>();
  private final AtomicInteger closed = new AtomicInteger();
  private volatile Loop.EffectHandler<String> handler = (now, effect) -> performed.add(effect);
  private final Loop<String, String> loop =
      new Loop<>(
          "test",
          core,
          "wake",
          (now, effect) -> handler.perform(now, effect),
          closed::incrementAndGet);

  @AfterEach
  void close() {
    loop.close();
    assertThat(closed).hasValue(1);
  }

  @Test
  void whatIsToBeDoneLaterFindsRoomThoughNoCommandDoes() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    handler = (now, effect) -> release.await();
    loop.start();
    List<CompletableFuture<List<String>>> answers = new ArrayList<>();
    for (int i = 0; i < RuntimeLimits.COMMANDS; i++) {
      answers.add(loop.submit("command"));
    }
    assertThatThrownBy(() -> loop.submit("one more").get()).hasCauseInstanceOf(NodeBusy.class);
    CountDownLatch done = new CountDownLatch(1);
    assertThat(loop.later(done::countDown)).isTrue();
    release.countDown();
    done.await();
    loop.close();
    assertThat(loop.later(done::countDown)).isFalse();
    assertThat(loop.hasEnded()).isTrue();
  }

  @Test
  void aBugOnAnotherThreadStopsItAsOneOfItsOwnWould() {
    loop.start();
    Error bug = new StackOverflowError("of the test");
    loop.stopBy(bug);
    assertThatThrownBy(() -> loop.stopped().get()).hasCause(bug);
    assertThat(loop.state()).isEqualTo(Loop.State.BROKEN);
    assertThatThrownBy(() -> loop.submit("too late").get())
        .hasCauseInstanceOf(NodeStopped.class)
        .hasRootCause(bug);
  }

  @Test
  void aBugBeforeItsStartStopsItToo() {
    Error bug = new StackOverflowError("of the test");
    loop.stopBy(bug);
    loop.start();
    assertThatThrownBy(() -> loop.stopped().get()).hasCause(bug);
    assertThat(core.seen).isEmpty();
  }

  @Test
  void effectsArePerformedInOrderBeforeTheAnswerIsGiven() throws Exception {
    loop.start();
    loop.offer(STRANGER, "many", 4);
    assertThat(loop.submit("command").get()).containsExactly("command");
    await().until(() -> performed.size() == 3);
    assertThat(performed).containsSubsequence("many1", "many2").contains("command");
    assertThat(loop.look(() -> List.copyOf(core.seen)).get())
        .containsExactlyInAnyOrder("many", "command");
  }

  /** Two virtual ones that wait for a lock may hold all that others run on. */
  @Test
  void whatHangsOnAnAnswerRunsOnAThreadOfTheSystems() throws Exception {
    loop.start();
    assertThat(
            loop.submit("in 0")
                .thenApply(effects -> Thread.currentThread().isVirtual() ? "virtual" : "system's")
                .get())
        .isEqualTo("system's");
    List<CompletableFuture<Boolean>> hanging = new ArrayList<>();
    CountDownLatch release = new CountDownLatch(1);
    // Nothing is answered before all of it hangs there: else it would run on this thread.
    CountDownLatch allHang = new CountDownLatch(1);
    hanging.add(loop.look(() -> waitFor(allHang)));
    for (int i = 0; i < 100; i++) {
      hanging.add(loop.look(() -> true).thenApply(yes -> yes && waitFor(release)));
    }
    allHang.countDown();
    assertThat(loop.look(() -> "alive").get(25, TimeUnit.SECONDS)).isEqualTo("alive");
    release.countDown();
    for (CompletableFuture<Boolean> each : hanging) {
      each.get(25, TimeUnit.SECONDS);
    }
  }

  private static boolean waitFor(CountDownLatch latch) {
    try {
      return latch.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Test
  void theCoreIsClosedByTheLoopAfterItsLastStepAlsoAfterABug() throws Exception {
    for (boolean byABug : new boolean[] {false, true}) {
      CountDownLatch inStep = new CountDownLatch(1);
      CountDownLatch release = new CountDownLatch(1);
      List<String> did = new CopyOnWriteArrayList<>();
      Loop.Core<String, String> slow =
          new Loop.Core<>() {
            @Override
            public List<String> step(Tick now, String input) {
              inStep.countDown();
              while (release.getCount() > 0) {
                Thread.onSpinWait();
              }
              did.add("stepped on " + Thread.currentThread().getName());
              if (byABug) {
                throw new IllegalStateException("of the test");
              }
              return List.of();
            }

            @Override
            public Optional<Tick> nextDeadline() {
              return Optional.empty();
            }

            @Override
            public void close() {
              did.add("closed on " + Thread.currentThread().getName());
            }
          };
      Loop<String, String> other = new Loop<>("slow", slow, "wake", (at, effect) -> {}, () -> {});
      other.start();
      other.submit("step");
      inStep.await();
      // Who closes it does not wait for ever, and touches nothing that a step may be using.
      other.close();
      assertThat(did).isEmpty();
      release.countDown();
      await().until(() -> did.size() == 2);
      assertThat(did).containsExactly("stepped on slow-loop", "closed on slow-loop");
    }
  }

  @Test
  void theCoreIsWokenWhenItAskedToBeAndNotBefore() throws Exception {
    loop.start();
    long asked = System.nanoTime();
    loop.submit("in 50").get();
    await().until(() -> performed.size() == 2);
    assertThat(System.nanoTime() - asked).isGreaterThanOrEqualTo(49_000_000L);
    assertThat(performed.get(1)).startsWith("woken at ");
  }

  @Test
  void whatWaitsWhenTheCoreIsDueIsReadBeforeItIsWoken() {
    loop.offer(STRANGER, "in 0", 4);
    for (int i = 0; i < 50; i++) {
      loop.offer(STRANGER, "mail", 4);
    }
    loop.start();
    await().until(() -> performed.size() == 52);
    assertThat(performed.subList(0, 51)).startsWith("in 0").endsWith("mail");
    assertThat(performed.get(51)).startsWith("woken at ");
  }

  @Test
  void butNotForLongerThanTwoSeconds() {
    CountDownLatch never = new CountDownLatch(1);
    handler =
        (now, effect) -> {
          performed.add(effect);
          assertThat(never.await(50, TimeUnit.MILLISECONDS)).isFalse();
        };
    loop.offer(STRANGER, "in 0", 4);
    for (int i = 0; i < 200; i++) {
      loop.offer(STRANGER, "mail", 4);
    }
    loop.start();
    await().until(() -> performed.stream().anyMatch(did -> did.startsWith("woken at ")));
    // What it did after that, until this thread looked, says how busy the machine is.
    List<String> before =
        performed.stream().takeWhile(did -> !did.startsWith("woken at ")).toList();
    assertThat(before).contains("mail").hasSizeLessThanOrEqualTo(50);
  }

  @Test
  void aBugInTheCoreStopsTheNodeClosesTheTransportAndFailsWhatWaits() throws Exception {
    CompletableFuture<List<String>> breaking = loop.submit("throw");
    CompletableFuture<List<String>> waiting = loop.submit("never done");
    loop.start();
    for (CompletableFuture<List<String>> each : List.of(breaking, waiting)) {
      assertThatThrownBy(each::get)
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(NodeStopped.class)
          .hasRootCauseMessage("a bug");
    }
    assertThatThrownBy(() -> loop.stopped().get()).hasRootCauseMessage("a bug");
    assertThat(loop.state()).isEqualTo(Loop.State.BROKEN);
    assertThat(closed).hasValue(1);
    assertThat(loop.offer(STRANGER, "late", 4)).isFalse();
    assertThatThrownBy(() -> loop.submit("late").get()).hasCauseInstanceOf(NodeStopped.class);
  }

  @Test
  void anEffectThatCannotBePerformedIsABugToo() {
    handler =
        (now, effect) -> {
          throw new java.io.IOException("no disk");
        };
    loop.start();
    assertThatThrownBy(() -> loop.submit("write").get()).hasRootCauseMessage("no disk");
    assertThatThrownBy(() -> loop.stopped().get()).hasRootCauseMessage("no disk");
  }

  @Test
  void aCoreThatIsAlwaysDueStillHearsAndIsFoundOut() throws Exception {
    core.neverMoves = true;
    loop.start();
    loop.submit("in 0").get();
    assertThatThrownBy(() -> loop.stopped().get()).hasMessageContaining("again and again");
  }

  @Test
  void whoeverWaitsForAnAnswerMayBeSlow() throws Exception {
    CountDownLatch slow = new CountDownLatch(1);
    CompletableFuture<Void> stuck = loop.submit("first").thenAccept(effects -> awaitQuietly(slow));
    // Only now: else the answer may be there first, and this thread be the one that is slow.
    loop.start();
    for (int i = 0; i < 1_000; i++) {
      loop.submit("next").get();
    }
    assertThat(stuck).isNotDone();
    slow.countDown();
    stuck.get();
  }

  @Test
  void commandsAreBounded() {
    for (int i = 0; i < RuntimeLimits.COMMANDS; i++) {
      assertThat(loop.submit("waits")).isNotDone();
    }
    assertThatThrownBy(() -> loop.submit("one too many").get()).hasCauseInstanceOf(NodeBusy.class);
  }

  @Test
  void onlyTheLatestOfItsKindIsKept() throws Exception {
    loop.latest("old");
    loop.latest("new");
    loop.start();
    loop.submit("command").get();
    assertThat(loop.look(() -> List.copyOf(core.seen)).get()).contains("new").doesNotContain("old");
  }

  @Test
  void closingReturnsInTimeThoughAnEffectHangs() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    handler =
        (now, effect) -> {
          begun.countDown();
          awaitUninterruptibly(never);
        };
    loop.start();
    CompletableFuture<List<String>> hanging = loop.submit("hang");
    begun.await();
    long start = System.nanoTime();
    loop.close();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    await().untilAtomic(closed, org.hamcrest.Matchers.equalTo(1));
    never.countDown();
    assertThat(hanging.get()).isNotNull();
    loop.stopped().get();
  }

  @Test
  void closingFromWithinAStepDoesNotWaitForItself() throws Exception {
    handler = (now, effect) -> loop.close();
    loop.start();
    loop.submit("close yourself").get();
    loop.stopped().get();
    assertThat(loop.state()).isEqualTo(Loop.State.CLOSED);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    while (true) {
      try {
        latch.await();
        return;
      } catch (InterruptedException e) {
        // As a disk that hangs would.
      }
    }
  }
}
