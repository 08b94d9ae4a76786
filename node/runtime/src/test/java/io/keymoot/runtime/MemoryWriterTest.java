package io.keymoot.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
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
        new MemoryWriter(
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
