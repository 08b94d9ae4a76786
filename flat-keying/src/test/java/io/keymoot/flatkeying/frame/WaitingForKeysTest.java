package io.keymoot.flatkeying.frame;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.frame.Cast.Device;
import io.keymoot.flatkeying.frame.Cast.Epoch;
import io.keymoot.flatkeying.frame.Cast.Person;
import io.keymoot.flatkeying.frame.Opening.Opened;
import io.keymoot.flatkeying.frame.Opening.Refused;
import io.keymoot.flatkeying.frame.Opening.Waiting;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

class WaitingForKeysTest {
  private static final FrameStream CHAT = FrameStream.of(Authentication.NONE, 0);
  private static final Tick LAST_MOMENT = Cast.START.plusMillis(Limits.FRAME_WAIT_MILLIS - 1);

  private final Cast cast;
  private final Person alice;
  private final Epoch epoch;
  private final Device sender;
  private final Device receiver;

  WaitingForKeysTest(TestInfo test) {
    cast = new Cast(test);
    alice = cast.new Person();
    epoch = cast.epoch();
    sender = cast.new Device(alice).sendsUnder(epoch);
    receiver = cast.new Device(cast.new Person());
  }

  @Test
  void framesThatComeBeforeTheirKeyAreDeliveredInOrderOnceItIsThere() {
    receiver.knows(alice);
    for (String text : List.of("one", "two", "three")) {
      assertThat(receiver.opens(sender.seals(CHAT, text))).isEqualTo(Waiting.FOR_KEY);
    }
    receiver.drains(Cast.START);
    assertThat(receiver.delivered).isEmpty();

    receiver.holds(epoch);
    receiver.drains(LAST_MOMENT);
    assertThat(receiver.texts()).containsExactly("one", "two", "three");
    receiver.drains(LAST_MOMENT);
    assertThat(receiver.delivered).hasSize(3);
    assertThat(receiver.opener.isAnythingWaiting()).isFalse();
  }

  @Test
  void framesThatComeBeforeTheirSenderIsKnownWaitToo() {
    receiver.holds(epoch);
    assertThat(receiver.opens(sender.seals(CHAT, "hello"))).isEqualTo(Waiting.FOR_KEY);
    receiver.knows(alice);
    receiver.drains(LAST_MOMENT);
    assertThat(receiver.texts()).containsExactly("hello");
  }

  @Test
  void aFrameWaitsASecondAndNoLonger() {
    receiver.knows(alice);
    receiver.opens(sender.seals(CHAT, "late"));
    receiver.holds(epoch);
    receiver.drains(LAST_MOMENT.plusMillis(1));
    assertThat(receiver.delivered).isEmpty();
    assertThat(receiver.opener.isAnythingWaiting()).isFalse();
  }

  @Test
  void beingTriedInVainDoesNotMakeAFrameWaitLonger() {
    receiver.knows(alice);
    receiver.opens(sender.seals(CHAT, "late"));
    for (int i = 1; i <= 10; i++) {
      receiver.holds(cast.epoch());
      receiver.drains(Cast.START.plusMillis(i * 99));
    }
    assertThat(receiver.opener.isAnythingWaiting()).isTrue();
    receiver.drains(LAST_MOMENT.plusMillis(1));
    assertThat(receiver.opener.isAnythingWaiting()).isFalse();
  }

  @Test
  void aFrameThatWaitsIsDeliveredOnceThoughItCameTwice() {
    receiver.knows(alice);
    byte[] frame = sender.seals(CHAT, "once");
    receiver.opens(frame);
    receiver.opens(frame);
    receiver.holds(epoch);
    receiver.drains(LAST_MOMENT);
    assertThat(receiver.texts()).containsExactly("once");
    assertThat(receiver.opener.refused(Refused.REPLAYED)).isEqualTo(1);
  }

  @Test
  void aFloodOfOneSourceTakesNothingFromAnother() {
    receiver.knows(alice);
    byte[] genuine = sender.seals(CHAT, "genuine");
    assertThat(receiver.opens(Cast.START, 1, genuine)).isEqualTo(Waiting.FOR_KEY);
    for (int i = 0; i < 10_000; i++) {
      receiver.opens(Cast.START, 2, garbage(1_200));
    }
    assertThat(receiver.opener.bytesWaiting())
        .isLessThanOrEqualTo(genuine.length + (long) Limits.WAITING_FRAMES_PER_SOURCE * 1_200);
    receiver.holds(epoch);
    receiver.drains(LAST_MOMENT);
    assertThat(receiver.texts()).containsExactly("genuine");
  }

  @Test
  void aThousandSourcesThatFloodTakeNothingFromAnotherThoughTheyChoseTheirNumbers() {
    receiver.knows(alice);
    long victim = 1;
    byte[] genuine = sender.seals(CHAT, "genuine");
    assertThat(receiver.opens(Cast.START, victim, genuine)).isEqualTo(Waiting.FOR_KEY);
    for (int i = 1; i <= 1_000; i++) {
      // Beside the victim's; apart from it in the high bits alone; anywhere.
      long source =
          switch (i % 3) {
            case 0 -> victim + i;
            case 1 -> victim + ((long) i << 40);
            default -> i * 0x9e37_79b9_7f4a_7c15L;
          };
      // So many that all places of a smaller table would be full.
      for (int frame = 0; frame < 20; frame++) {
        receiver.opens(Cast.START, source, garbage(300));
      }
    }
    receiver.holds(epoch);
    receiver.drains(LAST_MOMENT);
    assertThat(receiver.texts()).containsExactly("genuine");
  }

  @Test
  void whoHasMostWaitingGivesWayWhenAllIsFull() {
    receiver.knows(alice);
    for (int source = 2; source < 20; source++) {
      for (int i = 0; i < 5; i++) {
        receiver.opens(Cast.START, source, garbage(200_000));
      }
    }
    // There is no room for it beside them, and five of them have more each.
    String less = "x".repeat(195_000);
    assertThat(receiver.opens(Cast.START, 1, sender.seals(CHAT, less))).isEqualTo(Waiting.FOR_KEY);
    for (int source = 20; source < 40; source++) {
      receiver.opens(Cast.START, source, garbage(200_000));
    }
    assertThat(receiver.opener.bytesWaiting()).isLessThanOrEqualTo(Limits.WAITING_BYTES_IN_ALL);
    receiver.holds(epoch);
    receiver.drains(LAST_MOMENT);
    assertThat(receiver.texts()).containsExactly(less);
  }

  @Test
  void sourcesAreBoundedAndTheOneQuietLongestGivesWay() {
    WaitingRoom room = new WaitingRoom();
    for (int source = 0; source < 3 * Limits.WAITING_SOURCES; source++) {
      assertThat(room.seat(waiter(source))).isTrue();
      assertThat(room.seat(waiter(-1))).isTrue();
    }
    assertThat(room.sources()).isEqualTo(Limits.WAITING_SOURCES);
    Set<Long> left = new HashSet<>();
    room.callOut(
        Cast.START,
        new WaitingRoom.Call() {
          @Override
          public boolean wants(WaitingRoom.Waiter waiter) {
            return true;
          }

          @Override
          public void take(WaitingRoom.Waiter waiter) {
            left.add(waiter.source());
          }
        });
    assertThat(left).hasSize(Limits.WAITING_SOURCES).contains(-1L, 3L * 1_024 - 1);
    assertThat(room.isEmpty()).isTrue();
  }

  @Test
  void manyThreadsSeatAndCallOutAndTheCountIsRightAfterwards() throws InterruptedException {
    WaitingRoom room = new WaitingRoom();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      Random random = new Random(t);
      threads.add(
          new Thread(
              () -> {
                for (int i = 0; i < 20_000; i++) {
                  room.seat(waiter(random.nextInt(2 * Limits.WAITING_SOURCES)));
                  if (i % 1_000 == 0) {
                    room.callOut(LAST_MOMENT.plusMillis(1), NOBODY);
                  }
                }
              }));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    room.callOut(LAST_MOMENT.plusMillis(1), NOBODY);
    assertThat(room.bytes()).isZero();
  }

  private static final WaitingRoom.Call NOBODY =
      new WaitingRoom.Call() {
        @Override
        public boolean wants(WaitingRoom.Waiter waiter) {
          return false;
        }

        @Override
        public void take(WaitingRoom.Waiter waiter) {
          throw new IllegalStateException("nobody is wanted");
        }
      };

  private static WaitingRoom.Waiter waiter(long source) {
    return new WaitingRoom.Waiter(
        new byte[10], Cast.NO_METADATA, source, LAST_MOMENT.plusMillis(1), 0, 0);
  }

  @Test
  void bytesThatWaitAreBoundedForEachSourceAndForAll() {
    for (int i = 0; i < 40; i++) {
      assertThat(receiver.opens(Cast.START, 1, garbage(200_000))).isEqualTo(Waiting.FOR_KEY);
    }
    assertThat(receiver.opener.bytesWaiting()).isLessThanOrEqualTo(Limits.WAITING_BYTES_PER_SOURCE);

    List<Opening> openings = new ArrayList<>();
    for (int source = 0; source < 1_000; source++) {
      openings.add(receiver.opens(Cast.START, source, garbage(200_000)));
    }
    assertThat(receiver.opener.bytesWaiting()).isLessThanOrEqualTo(Limits.WAITING_BYTES_IN_ALL);
    assertThat(openings).contains(Refused.TOO_MANY_WAITING);

    receiver.drains(LAST_MOMENT.plusMillis(1));
    assertThat(receiver.opener.bytesWaiting()).isZero();
  }

  @Test
  void aFrameLongerThanFramesAreIsNotKept() {
    assertThat(receiver.opens(garbage(Limits.FRAME_BYTES + 1))).isEqualTo(Refused.MALFORMED);
  }

  @Test
  void aRetiredKeysFramesWaitInVainAndDoNotOpen() {
    receiver.knows(alice).holds(epoch);
    byte[] first = sender.seals(CHAT, "first");
    byte[] second = sender.seals(CHAT, "second");
    assertThat(receiver.opens(first)).isInstanceOf(Opened.class);
    receiver.ring.retire(epoch.epoch(), epoch.revision());
    assertThat(receiver.opens(second)).isEqualTo(Waiting.FOR_KEY);
    receiver.holds(epoch);
    receiver.drains(Cast.START);
    assertThat(receiver.texts()).as("a retired key does not come back").containsExactly("first");
  }

  @Test
  void aKeyThatWasToldFalselyAndRetiredDoesNotKeepOutTheRightOneOfItsName() {
    Cast.Epoch lie = new Cast.Epoch(epoch.id, epoch.revision, cast.bytes(32));
    receiver.knows(alice).holds(lie);
    receiver.ring.retire(lie.epoch(), lie.revision());
    receiver.holds(epoch);
    assertThat(receiver.opens(sender.seals(CHAT, "hello"))).isInstanceOf(Opened.class);
  }

  /** A well-formed header with a KID that nobody has. */
  private byte[] garbage(int length) {
    byte[] bytes = cast.bytes(length);
    SFrameHeader.write(0x1234_5678_0000_0000L | cast.below(1 << 30), 256, bytes, 0);
    return bytes;
  }
}
