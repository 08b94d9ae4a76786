package io.keymoot.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class MemoryWriterTest {
  private record Saved(GroupId group, List<Bytes> facts) {}

  @Test
  void behindASlowDiskOnlyTheLatestOfEachGroupWaits() throws Exception {
    GroupId one = group("one");
    GroupId other = group("other");
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch slow = new CountDownLatch(1);
    List<Saved> saved = new CopyOnWriteArrayList<>();
    MemoryWriter writer =
        writer(
            LONG,
            (group, facts) -> {
              saved.add(new Saved(group, facts));
              begun.countDown();
              wait(slow);
            });
    writer.write(one, facts(0));
    begun.await();
    for (int i = 1; i <= 50; i++) {
      writer.write(one, facts(i));
      writer.write(other, facts(i));
    }
    assertThat(writer.finish(1)).isFalse();
    slow.countDown();
    assertThat(writer.finish(10_000)).isTrue();
    assertThat(saved)
        .containsExactly(
            new Saved(one, facts(0)), new Saved(one, facts(50)), new Saved(other, facts(50)));
  }

  @Test
  void whatCannotBeWrittenIsToldOnceAndTriedAgainUntilItIs() {
    GroupId group = group("one");
    AtomicInteger broken = new AtomicInteger(12);
    List<Long> tried = new CopyOnWriteArrayList<>();
    List<Saved> saved = new CopyOnWriteArrayList<>();
    MemoryWriter writer =
        writer(
            new MemoryWriter.Waits(20, 40),
            (which, facts) -> {
              tried.add(System.nanoTime());
              if (broken.getAndDecrement() > 0) {
                throw new IOException("no room");
              }
              saved.add(new Saved(which, facts));
            });
    writer.write(group, facts(1));
    // Were the waits not bounded, this would take eighty seconds.
    await().atMost(Duration.ofSeconds(40)).until(() -> events.size() == 2);
    Path file = Path.of(group.toString());
    assertThat(events)
        .containsExactly(
            new NodeEvent.NotWritten(file, "java.io.IOException: no room"),
            new NodeEvent.WrittenAgain(file));
    assertThat(saved).containsExactly(new Saved(group, facts(1)));
    assertThat(tried).hasSize(13);
    assertThat(tried.get(1) - tried.get(0)).isGreaterThanOrEqualTo(19_000_000);
    assertThat(tried.get(2) - tried.get(1)).isGreaterThanOrEqualTo(39_000_000);

    broken.set(1);
    writer.write(group, facts(2));
    await().until(() -> events.size() == 4);
    assertThat(events.subList(2, 4)).isEqualTo(events.subList(0, 2));
    assertThat(saved.getLast()).isEqualTo(new Saved(group, facts(2)));
  }

  @Test
  void ofWhatIsTriedAgainOnlyTheLatestIsWrittenAndNoSoonerForComingLater() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch slow = new CountDownLatch(1);
    AtomicInteger tries = new AtomicInteger();
    List<Saved> saved = new CopyOnWriteArrayList<>();
    MemoryWriter writer =
        writer(
            LONG,
            (which, facts) -> {
              if (tries.getAndIncrement() == 0) {
                begun.countDown();
                wait(slow);
                throw new IOException("no room");
              }
              saved.add(new Saved(which, facts));
            });
    writer.write(group("one"), facts(1));
    begun.await();
    writer.write(group("one"), facts(2));
    slow.countDown();
    await().until(() -> !events.isEmpty());
    writer.write(group("other"), facts(3));
    await().until(() -> !saved.isEmpty());
    assertThat(saved).as("the other does not wait").containsExactly(saved("other", 3));
    assertThat(writer.finish(10_000)).as("closing tries at once").isTrue();
    assertThat(saved).containsExactly(saved("other", 3), saved("one", 2));
  }

  /** The same facts would be as large in a minute, and at the end. */
  @Test
  void whatIsTooLargeIsToldAsThatAndNotTriedAgainBeforeThereIsSomethingNew() throws Exception {
    GroupId group = group("one");
    Path file = Path.of(group.toString());
    AtomicInteger tries = new AtomicInteger();
    MemoryWriter writer =
        writer(
            new MemoryWriter.Waits(1, 1),
            (which, facts) -> {
              if (tries.getAndIncrement() < 2) {
                throw new MemoryWriter.TooLarge(40, 30);
              }
              if (tries.get() == 3) {
                throw new IOException("no room");
              }
            });
    NodeEvent tooLarge = new NodeEvent.TooLargeToWrite(file, 40, 30);
    writer.write(group, facts(1));
    await().until(() -> events.equals(List.of(tooLarge)));
    writer.write(group, facts(2));
    await().until(() -> tries.get() == 2);
    writer.write(group, facts(3));
    await().until(() -> events.size() == 3);
    assertThat(events)
        .containsExactly(
            tooLarge,
            new NodeEvent.NotWritten(file, "java.io.IOException: no room"),
            new NodeEvent.WrittenAgain(file));
    assertThat(tries).hasValue(4);

    tries.set(0);
    writer.write(group, facts(4));
    await().until(() -> tries.get() == 1);
    assertThat(writer.finish(10_000)).isTrue();
    assertThat(tries).as("not at the end either").hasValue(1);
    assertThat(tooLarge.toString()).contains("40 bytes").contains("history");
  }

  /** It was being written when the node was closed, and fails then. */
  @Test
  void closingTriesALastTimeAndNoMore() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch slow = new CountDownLatch(1);
    AtomicInteger tries = new AtomicInteger();
    MemoryWriter writer =
        writer(
            LONG,
            (which, facts) -> {
              tries.incrementAndGet();
              begun.countDown();
              wait(slow);
              throw new IOException("no room");
            });
    writer.write(group("one"), facts(1));
    begun.await();
    assertThat(writer.finish(1)).isFalse();
    slow.countDown();
    assertThat(writer.finish(10_000)).isTrue();
    assertThat(tries).hasValue(2);
    assertThat(events).hasSize(1);
  }

  private static final MemoryWriter.Waits LONG = new MemoryWriter.Waits(3_600_000, 3_600_000);

  private final List<NodeEvent> events = new CopyOnWriteArrayList<>();

  private interface Saving {
    void save(GroupId group, List<Bytes> facts) throws IOException;
  }

  private MemoryWriter writer(MemoryWriter.Waits waits, Saving saving) {
    return new MemoryWriter(
        new MemoryWriter.Storage() {
          @Override
          public Path file(GroupId group) {
            return Path.of(group.toString());
          }

          @Override
          public void save(GroupId group, List<Bytes> facts) throws IOException {
            saving.save(group, facts);
          }
        },
        events::add,
        waits);
  }

  private static Saved saved(String group, int number) {
    return new Saved(group(group), facts(number));
  }

  private static List<Bytes> facts(int number) {
    return List.of(Bytes.of(new byte[] {(byte) number}));
  }

  private static GroupId group(String name) {
    return new GroupId(Hash32.sha256(name.getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
  }

  private static void wait(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
