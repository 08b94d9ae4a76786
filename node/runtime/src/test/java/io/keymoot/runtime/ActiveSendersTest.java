package io.keymoot.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.frame.Authentication;
import io.keymoot.flatkeying.frame.FrameOpener;
import io.keymoot.flatkeying.frame.FrameSealer;
import io.keymoot.flatkeying.frame.FrameSender;
import io.keymoot.flatkeying.frame.FrameStream;
import io.keymoot.flatkeying.frame.KeyRing;
import io.keymoot.flatkeying.frame.KeysAtHand;
import io.keymoot.flatkeying.frame.Opening;
import io.keymoot.flatkeying.frame.SFrameSuite;
import io.keymoot.flatkeying.frame.Sealing;
import io.keymoot.flatkeying.frame.TekEpoch;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whose keys stay at hand in a ring, and that none is kept beyond its time. */
class ActiveSendersTest {
  private static final Tick NOW = new Tick(1_000_000);
  private static final FrameStream CHAT = FrameStream.of(Authentication.NONE, 0);
  private static final SFrameSuite SUITE = SFrameSuite.AES_256_GCM_SHA512_128;

  private final Random random = new Random(12);
  private final GroupId group = new GroupId(hash());
  private final EpochSecret secret = EpochSecret.fresh(random::nextBytes);
  private final ActiveSenders atHand = new ActiveSenders();
  private final KeyRing ring = new KeyRing(group, SUITE, atHand);
  private final FrameOpener opener = ring.newOpener((member, message, signature) -> false);
  private final FactId first = hears(new FactId(hash()));

  // ---- who stays

  @Test
  void whoTalksAllTheTimeIsDerivedOnceHoweverManyAreHeardOnceMeanwhile() {
    Speaker early = new Speaker();
    early.says();
    for (int i = 0; i < Limits.FRAME_KEYS; i++) {
      new Speaker().says();
      early.says();
    }
    // There is no room any more when this one begins.
    Speaker late = new Speaker();
    for (int i = 0; i < 2 * Limits.FRAME_KEYS; i++) {
      new Speaker().says();
      early.says();
      late.says();
    }
    assertThat(ring.counts().derived()).isEqualTo(3 * Limits.FRAME_KEYS + 2);
    assertThat(ring.counts().droppedForRoom()).isGreaterThan(2 * Limits.FRAME_KEYS);
  }

  @Test
  void whoeverGaveWayIsDerivedAgainAndNothingOpensTwice() {
    List<byte[]> frames = new ArrayList<>();
    List<byte[]> more = new ArrayList<>();
    for (int i = 0; i < Limits.FRAME_KEYS + 500; i++) {
      Speaker speaker = new Speaker();
      frames.add(speaker.seals());
      more.add(speaker.seals());
    }
    assertThat(frames).allMatch(frame -> open(frame) instanceof Opening.Opened);
    assertThat(ring.counts()).isEqualTo(new KeyRing.Counts(Limits.FRAME_KEYS + 500, 500));
    assertThat(frames).allMatch(frame -> open(frame) == Opening.Refused.REPLAYED);
    assertThat(more).allMatch(frame -> open(frame) instanceof Opening.Opened);
    assertThat(ring.counts().derived()).isBetween(Limits.FRAME_KEYS + 1_000L, 10_000L);
  }

  // ---- when they go

  @Test
  void whatThereIsNoRoomForIsDroppedBeforeTheCallReturnsOnItsThread() {
    List<Name> names = new ArrayList<>();
    for (int i = 0; i < 2 * Limits.FRAME_KEYS; i++) {
      Name name = new Name();
      names.add(name);
      atHand.add(name);
      assertThat(names.size() - Name.dropped(names)).isLessThanOrEqualTo(Limits.FRAME_KEYS);
    }
    assertThat(names).allMatch(name -> name.droppedBy == null || name.droppedByThisThread());
  }

  /** What gives way may be derived again before it is out: then it must give way again some day. */
  @Test
  void whoIsHeardAgainWhileItsKeyGivesWayIsNotLostSightOf() throws Exception {
    List<HeardAgain> keys = new ArrayList<>();
    for (int i = 0; i < Limits.FRAME_KEYS + 1; i++) {
      HeardAgain key = new HeardAgain();
      keys.add(key);
      atHand.add(key);
    }
    HeardAgain first =
        keys.stream().filter(each -> each.listener != null).findFirst().orElseThrow();
    Objects.requireNonNull(first.listener).join();
    assertThat(atHand.has(first)).isTrue();
  }

  private final AtomicBoolean isSomebodyHeardAgain = new AtomicBoolean();

  private final class HeardAgain implements KeysAtHand.Key {
    @Nullable Thread listener;

    @Override
    public void drop() {
      // What gives way to it in turn is not heard again, or there would be no end.
      if (!isSomebodyHeardAgain.compareAndSet(false, true)) {
        return;
      }
      Thread other = new Thread(this::isHeard);
      listener = other;
      other.start();
      // Until it has found the entry, or waits for it.
      Awaitility.await()
          .until(
              () ->
                  other.getState() == Thread.State.TERMINATED
                      || other.getState() == Thread.State.BLOCKED);
    }

    private void isHeard() {
      atHand.add(this);
    }

    @Override
    public boolean isGone() {
      return false;
    }
  }

  @Test
  void whatThreadsAddAtTheSameTimeIsTooMuchUntilTheNextIsAddedAtMost() throws Exception {
    List<List<Name>> all = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      List<Name> names = new ArrayList<>();
      all.add(names);
      threads.add(
          new Thread(
              () -> {
                for (int i = 0; i < 3 * Limits.FRAME_KEYS; i++) {
                  Name name = new Name();
                  names.add(name);
                  atHand.add(name);
                }
              }));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    Name last = new Name();
    atHand.add(last);
    all.add(List.of(last));
    List<Name> names = all.stream().flatMap(List::stream).toList();
    assertThat(names.size() - Name.dropped(names)).isEqualTo(Limits.FRAME_KEYS);
  }

  @Test
  void keysOfAGroupsKeyThatIsRetiredAndOfStaysThatAreOverAreNotHeldOnTo() {
    List<Speaker> speakers = List.of(new Speaker(), new Speaker(), new Speaker());
    speakers.forEach(Speaker::says);
    FactId second = hears(new FactId(hash()));
    speakers.forEach(each -> each.saysUnder(second));
    assertThat(atHand.size()).isEqualTo(6);
    ring.retire(first, 0);
    assertThat(atHand.size()).isEqualTo(3);
    ring.end(speakers.getFirst().self.stay(), NOW);
    ring.tidy(NOW);
    assertThat(atHand.size()).isEqualTo(2);
    ring.close();
    assertThat(atHand.size()).isZero();
    assertThat(ring.counts()).as("none gave way").isEqualTo(new KeyRing.Counts(6, 0));
  }

  @Test
  void ofManyFramesAllButTheDerivedFoundTheirKey() {
    assertThat(atHand.hitRate()).as("as of any cache that was not asked").isEqualTo(1);
    Speaker speaker = new Speaker();
    for (int i = 0; i < 64 * Limits.FRAMES_PER_USE; i++) {
      speaker.says();
    }
    assertThat(atHand.hitRate()).isBetween(0.99, 0.9999);
  }

  // ---- the harness

  /** As far as the cache knows a key. */
  private static final class Name implements KeysAtHand.Key {
    volatile @Nullable Thread droppedBy;

    @Override
    public void drop() {
      droppedBy = Thread.currentThread();
    }

    @Override
    public boolean isGone() {
      return false;
    }

    boolean droppedByThisThread() {
      return droppedBy == Thread.currentThread();
    }

    static long dropped(List<Name> names) {
      return names.stream().filter(name -> name.droppedBy != null).count();
    }
  }

  private final class Speaker {
    final FrameSender self = new FrameSender(new StayId(hash()), new MemberId(hash()));
    private final KeyRing own = new KeyRing(group, SUITE);
    private final FrameSealer sealer = own.beginStay(self, message -> Bytes.EMPTY);

    Speaker() {
      ring.admit(List.of(self));
      use(first);
    }

    private void use(FactId epoch) {
      own.install(new TekEpoch(secret.tek(group, epoch)));
      assertThat(own.activate(epoch, 0)).isTrue();
    }

    byte[] seals() {
      byte[] out = new byte[1 + FrameSealer.MAX_OVERHEAD];
      Sealing sealing = sealer.seal(NOW, CHAT, new byte[1], 0, 1, out, 0);
      return Arrays.copyOf(out, ((Sealing.Sealed) sealing).length());
    }

    void says() {
      assertThat(open(seals())).isInstanceOf(Opening.Opened.class);
    }

    void saysUnder(FactId epoch) {
      use(epoch);
      says();
    }
  }

  private FactId hears(FactId epoch) {
    ring.install(new TekEpoch(secret.tek(group, epoch)));
    return epoch;
  }

  private Opening open(byte[] frame) {
    return opener.open(NOW, 1, frame, 0, frame.length, new byte[frame.length], 0);
  }

  private Hash32 hash() {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    return Hash32.of(bytes);
  }
}
