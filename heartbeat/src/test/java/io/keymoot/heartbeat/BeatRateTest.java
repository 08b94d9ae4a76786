package io.keymoot.heartbeat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BeatRateTest {
  private record Turn(long at, int peer) {}

  /** Clocks by themselves: what is heard does not move them. */
  private static final class Group {
    final PriorityQueue<Turn> turns =
        new PriorityQueue<>((a, b) -> a.at != b.at ? Long.compare(a.at, b.at) : a.peer - b.peer);
    final List<BeatClock> clocks = new ArrayList<>();
    final List<List<Long>> beats = new ArrayList<>();
    long now;

    void join(int count) {
      for (int i = 0; i < count; i++) {
        Random seeded = new Random(clocks.size());
        clocks.add(new BeatClock(new Jitter(seeded::nextBytes)));
        beats.add(new ArrayList<>());
      }
      size(clocks.size());
    }

    void leave(int count) {
      for (int i = 0; i < count; i++) {
        clocks.get(clocks.size() - 1 - i).stop();
      }
      for (BeatClock clock : clocks.subList(0, clocks.size() - count)) {
        clock.groupIs(clocks.size() - count, now);
      }
      plan();
    }

    private void size(int members) {
      clocks.forEach(clock -> clock.groupIs(members, now));
      plan();
    }

    private void plan() {
      turns.clear();
      for (int peer = 0; peer < clocks.size(); peer++) {
        if (clocks.get(peer).next() != Timers.NEVER) {
          turns.add(new Turn(clocks.get(peer).next(), peer));
        }
      }
    }

    void run(long millis) {
      long until = now + millis;
      while (!turns.isEmpty() && turns.peek().at <= until) {
        Turn turn = turns.remove();
        BeatClock clock = clocks.get(turn.peer);
        if (clock.beats(turn.at)) {
          beats.get(turn.peer).add(turn.at);
        }
        turns.add(new Turn(clock.next(), turn.peer));
      }
      now = until;
    }

    List<Long> since(long from) {
      return beats.stream().flatMap(List::stream).filter(at -> at >= from).sorted().toList();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 50, 200, 1_000, 10_000})
  void theWholeGroupBeatsTwentyTimesASecondWhateverItsSize(int members) {
    Group group = new Group();
    group.join(members);
    long interval = HeartbeatLimits.interval(members);
    group.run(5 * interval);
    long from = group.now;
    group.run(Math.max(100_000, 3 * interval));
    double rate = group.since(from).size() * 1_000.0 / (group.now - from);
    assertThat(rate).isBetween(17.5, 20.5);
    assertThat(World.most(group.since(from), 1_000)).isLessThanOrEqualTo(45);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 20, 30})
  void noMemberBeatsMoreThanOnceASecond(int members) {
    Group group = new Group();
    group.join(members);
    group.run(200_000);
    for (List<Long> beats : group.beats) {
      assertThat(World.most(beats, 1_000)).isEqualTo(1);
      assertThat(beats.size()).isGreaterThan(100);
    }
  }

  @Test
  void aThousandWhoJoinAtOnceDoNotBeatAtOnce() {
    Group group = new Group();
    group.join(10);
    group.run(20_000);
    long from = group.now;
    for (int batch = 0; batch < 100; batch++) {
      group.join(10);
      group.run(100);
    }
    group.run(60_000);

    assertThat(World.most(group.since(from), 1_000)).isLessThanOrEqualTo(60);
  }

  @Test
  void whenNineOfTenLeaveTheRestSoonBeatAsOftenTogether() {
    Group group = new Group();
    group.join(1_000);
    group.run(200_000);
    group.leave(900);
    long from = group.now;
    group.run(10_000);
    assertThat(group.since(from).size()).isBetween(150, 260);
  }

  @Test
  void peersThatStartTogetherFallOutOfStep() {
    Group group = new Group();
    group.join(20);
    group.run(30_000);
    long from = group.now;
    group.run(10_000);
    assertThat(World.most(group.since(from), 100)).isLessThanOrEqualTo(9);
  }
}
