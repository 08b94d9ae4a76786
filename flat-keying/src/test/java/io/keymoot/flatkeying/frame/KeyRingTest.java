package io.keymoot.flatkeying.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.frame.Cast.Device;
import io.keymoot.flatkeying.frame.Cast.Epoch;
import io.keymoot.flatkeying.frame.Cast.Person;
import io.keymoot.flatkeying.frame.Opening.Opened;
import io.keymoot.flatkeying.frame.Opening.Refused;
import io.keymoot.flatkeying.frame.Opening.Waiting;
import io.keymoot.flatkeying.wire.Hash32;
import java.io.ByteArrayOutputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jol.info.GraphLayout;

/**
 * What the loop does to the keys of frames while threads open and seal.
 *
 * <p>Whole in one file, though long: it is the one life of a ring, from the first key to the last.
 */
class KeyRingTest {
  private static final FrameStream CHAT = FrameStream.of(Authentication.NONE, 0);
  private static final FrameStream CAMERA = FrameStream.of(Authentication.AMORTISED, 0);

  static {
    // Lambdas are hidden classes and records give no offsets of their fields: JOL lays them out
    // itself.
    System.setProperty("jol.magicFieldOffset", "true");
  }

  private final Cast cast;
  private final Person alice;
  private final Epoch epoch;
  private final Device sender;
  private final Device receiver;

  KeyRingTest(TestInfo test) {
    cast = new Cast(test);
    alice = cast.new Person();
    epoch = cast.epoch();
    sender = cast.new Device(alice).sendsUnder(epoch);
    receiver = cast.new Device(cast.new Person()).holds(epoch).knows(alice);
  }

  @Test
  void framesOfEveryKeyHeldOpenWhateverTheOrderTheyWereSwappedIn() {
    Epoch second = epoch.stepped();
    Epoch third = cast.epoch();
    receiver.holds(second, third);
    List<byte[]> frames = new ArrayList<>();
    for (Epoch each : List.of(epoch, third, second, epoch, third)) {
      sender.sendsUnder(each);
      frames.add(sender.seals(CHAT, "x"));
    }
    for (byte[] frame : frames) {
      assertThat(receiver.opens(frame)).isInstanceOf(Opened.class);
    }
  }

  @Test
  void replayWindowsAreOfOneKeyEach() {
    Epoch second = cast.epoch();
    receiver.holds(second);
    byte[] first = sender.seals(CHAT, "x");
    sender.sendsUnder(second);
    byte[] other = sender.seals(CHAT, "x");
    for (byte[] frame : List.of(first, other)) {
      assertThat(receiver.opens(frame)).isInstanceOf(Opened.class);
      assertThat(receiver.opens(frame)).isEqualTo(Refused.REPLAYED);
    }
  }

  @Test
  void framesOfAStayThatEndedOpenUntilItsGraceIsOver() {
    byte[] first = sender.seals(CHAT, "first");
    byte[] second = sender.seals(CHAT, "second");
    Tick graceOver = Cast.START.plusMillis(30_000);
    receiver.ring.end(alice.self.stay(), graceOver);
    receiver.ring.tidy(graceOver.plusMillis(-1));
    assertThat(receiver.opens(graceOver.plusMillis(-1), first)).isInstanceOf(Opened.class);
    assertThat(receiver.opens(graceOver, second)).isEqualTo(Refused.NOT_A_MEMBER);
    receiver.ring.tidy(graceOver);
    assertThat(receiver.opens(graceOver, second)).isEqualTo(Waiting.FOR_KEY);
  }

  @Test
  void sendersWhoseKidsCollideAreToldApartByTheTag() {
    List<Person> namesakes = new ArrayList<>();
    List<Device> devices = new ArrayList<>();
    for (int i = 0; i < Limits.KID_CANDIDATES; i++) {
      Person person = cast.new Person();
      Hash32 random = cast.hash();
      Hash32 stay =
          new Hash32(0x1234_5678_0000_0000L | random.a() >>> 32, random.b(), random.c(), i);
      person.self = new FrameSender(new StayId(stay), person.member);
      namesakes.add(person);
      devices.add(cast.new Device(person).sendsUnder(epoch));
    }
    receiver.knows(namesakes.toArray(Person[]::new));
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < namesakes.size(); i++) {
        for (FrameStream stream : List.of(CHAT, CAMERA)) {
          byte[] frame = devices.get(i).seals(stream, "x");
          Opening opening = receiver.opens(frame);
          assertThat(((Opened) opening).sender()).isEqualTo(namesakes.get(i).self);
          assertThat(receiver.opens(frame)).isEqualTo(Refused.REPLAYED);
          frame[frame.length - 1] ^= 1;
          assertThat(receiver.opens(frame)).isIn(Refused.FORGED, Refused.REPLAYED);
        }
      }
    }
  }

  @Test
  void keysWhoseKidsCollideAreToldApartByTheTag() {
    Epoch other = cast.epoch();
    other.prefix = epoch.prefix;
    receiver.holds(other);
    byte[] first = sender.seals(CHAT, "x");
    sender.sendsUnder(other);
    byte[] second = sender.seals(CHAT, "x");
    assertThat(receiver.opens(first)).isInstanceOf(Opened.class);
    assertThat(receiver.opens(second)).isInstanceOf(Opened.class);
  }

  @Test
  void thoseAdmittedFirstKeepTheirKidHoweverManyNamesakesCome() {
    List<FrameSender> crowd = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      Hash32 random = cast.hash();
      StayId stay =
          new StayId(new Hash32(alice.self.stay().hash().a(), random.b(), random.c(), random.d()));
      crowd.add(new FrameSender(stay, new MemberId(cast.hash())));
    }
    receiver.ring.admit(crowd);
    assertThat(receiver.opens(sender.seals(CHAT, "still me"))).isInstanceOf(Opened.class);
    long kid = SFrameHeader.kid(sender.seals(CHAT, "x"), 0);
    assertThat(receiver.ring.meaning(kid)).hasSize(Limits.KID_CANDIDATES);
  }

  @Test
  void tenThousandMembersCostNoDerivationUntilTheySpeak() {
    AtomicInteger derived = new AtomicInteger();
    FrameEpoch counted = counting(epoch, derived);
    Device device = cast.new Device(cast.new Person());
    device.ring.install(counted);
    List<FrameSender> members = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      members.add(new FrameSender(new StayId(cast.hash()), new MemberId(cast.hash())));
    }
    device.ring.admit(members);
    device.knows(alice);
    assertThat(derived).hasValue(0);
    for (int i = 0; i < 10; i++) {
      device.opens(sender.seals(CHAT, "x"));
    }
    assertThat(derived).hasValue(1);
    assertThat(device.ring.counts()).isEqualTo(new KeyRing.Counts(1, 0));
  }

  @Test
  void keysHeldReadyAreBoundedAndWhoeverWasDroppedIsDerivedAgainAndNothingOpensTwice() {
    int many = Limits.FRAME_KEYS + 100;
    List<FrameSender> members = new ArrayList<>();
    List<byte[]> frames = new ArrayList<>();
    Desk desk = Desk.ofThisThread();
    for (int i = 0; i < many; i++) {
      FrameSender member = new FrameSender(new StayId(cast.hash()), new MemberId(cast.hash()));
      members.add(member);
      long kid = (long) epoch.kidPrefix() << 32 | (member.kidSuffix() & 0xffff_ffffL);
      SFrameKey key =
          FrameSecret.derive(epoch.baseKey(member.stay()), SFrameSuite.AES_256_GCM_SHA512_128, kid);
      byte[] out = new byte[60];
      int length = key.seal(desk, 0, new byte[4], 0, 4, Cast.NO_METADATA, out, 0);
      frames.add(Arrays.copyOf(out, length));
    }
    AtomicInteger derived = new AtomicInteger();
    Device device = cast.new Device(cast.new Person());
    device.ring.install(counting(epoch, derived));
    device.ring.admit(members);
    for (byte[] frame : frames) {
      assertThat(device.opens(frame)).isInstanceOf(Opened.class);
    }
    assertThat(derived).hasValue(many);
    assertThat(device.ring.counts()).isEqualTo(new KeyRing.Counts(many, 100));
    for (byte[] frame : frames) {
      assertThat(device.opens(frame)).isEqualTo(Refused.REPLAYED);
    }
    byte[] next = frames.getFirst().clone();
    next[0] ^= 1; // Says that it is another stream's.
    assertThat(device.opens(next)).isEqualTo(Refused.FORGED);
    assertThat(derived.get()).as("the first was dropped, and is derived again").isEqualTo(many + 1);
    assertThat(device.ring.counts()).isEqualTo(new KeyRing.Counts(many + 1, 101));
  }

  @Test
  void replayWindowsAreBoundedAndGivenBackWhenTheirKeyGoes() {
    KeyRing ring = receiver.ring;
    int taken = 0;
    while (ring.takeWindow()) {
      taken++;
    }
    assertThat(taken).isEqualTo(Limits.REPLAY_WINDOWS);
    assertThat(receiver.opens(sender.seals(CHAT, "x"))).isEqualTo(Refused.TOO_MANY_STREAMS);
    ring.giveWindowsBack(1);
    assertThat(receiver.opens(sender.seals(CHAT, "x"))).isInstanceOf(Opened.class);
    assertThat(ring.takeWindow()).isFalse();
    ring.retire(epoch.epoch(), epoch.revision());
    assertThat(ring.takeWindow()).isTrue();
    assertThat(ring.takeWindow()).isFalse();
  }

  @Test
  void streamsMadeUpInEverybodysNameKeepOutNothingThatASignatureSpeaksFor() {
    while (receiver.ring.takeWindow()) {
      // Somebody has forged frames in all members' names.
    }
    FrameStream signed = FrameStream.of(Authentication.SIGNED, 0);
    FrameStream amortised = FrameStream.of(Authentication.AMORTISED, 0);
    assertThat(receiver.opens(sender.seals(CHAT, "x"))).isEqualTo(Refused.TOO_MANY_STREAMS);
    assertThat(receiver.opens(sender.seals(signed, "signed"))).isInstanceOf(Opened.class);
    assertThat(receiver.opens(sender.seals(amortised, "amortised")))
        .isEqualTo(Opening.Waiting.FOR_VOUCHER);
    receiver.opens(sender.voucher(Cast.START.plusMillis(200)).orElseThrow());
    receiver.drains(Cast.START);
    assertThat(receiver.texts()).containsExactly("signed", "amortised");
  }

  @Test
  void noSenderOpensMoreThanItsShareOfTheWindowsThatSignaturesOpen() {
    int opened = 0;
    List<Epoch> keys = new ArrayList<>();
    Epoch next = epoch;
    for (int key = 0; key < 10; key++) {
      keys.add(next);
      next = cast.epoch();
      sender.sendsUnder(next);
      receiver.holds(next);
      for (int stream = 0; stream < FrameStream.OF_A_KIND; stream++) {
        Opening opening =
            receiver.opens(sender.seals(FrameStream.of(Authentication.SIGNED, stream), "x"));
        opened += opening instanceof Opened ? 1 : 0;
      }
    }
    assertThat(opened).isEqualTo(Limits.SIGNED_WINDOWS_PER_SENDER);
    Person other = cast.new Person();
    Device another = cast.new Device(other).sendsUnder(next);
    receiver.knows(other);
    FrameStream first = FrameStream.of(Authentication.SIGNED, 0);
    assertThat(receiver.opens(another.seals(first, "x"))).isInstanceOf(Opened.class);

    assertThat(receiver.opens(sender.seals(first, "x"))).isEqualTo(Refused.TOO_MANY_STREAMS);
    keys.forEach(each -> receiver.ring.retire(each.epoch(), each.revision()));
    assertThat(receiver.opens(sender.seals(first, "x"))).isInstanceOf(Opened.class);
  }

  @Test
  void strangersOpenNoWindows() {
    for (int stream = 0; stream < 64; stream++) {
      byte[] frame = sender.seals(FrameStream.of(Authentication.NONE, stream), "x");
      frame[frame.length - 1] ^= 1;
      assertThat(receiver.opens(frame)).isEqualTo(Refused.FORGED);
    }
    int taken = 0;
    while (receiver.ring.takeWindow()) {
      taken++;
    }
    assertThat(taken).isEqualTo(Limits.REPLAY_WINDOWS);
  }

  /**
   * @param flooded as threads are that have met forgeries: each frame is checked before it is
   *     opened
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void manyThreadsOpenWhileKeysComeAndGoAndEachFrameOpensOnce(boolean flooded) throws Exception {
    int count = 20_000;
    List<byte[]> frames = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      frames.add(sender.seals(i % 2 == 0 ? CHAT : CAMERA, "x"));
      sender.voucher(Cast.START).ifPresent(frames::add);
    }
    AtomicInteger opened = new AtomicInteger();
    AtomicInteger wrong = new AtomicInteger();
    AtomicBoolean stop = new AtomicBoolean();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      threads.add(
          new Thread(
              () -> {
                byte[] out = new byte[FrameSealer.MAX_VOUCHER];
                for (byte[] frame : frames) {
                  for (int i = 0; flooded && i < 2; i++) {
                    Desk.ofThisThread().metForgery();
                  }
                  Opening opening =
                      receiver.opener.open(Cast.START, 1, frame, 0, frame.length, out, 0);
                  if (opening instanceof Opened) {
                    opened.incrementAndGet();
                  } else if (!(opening instanceof Opening.Vouched)
                      && opening != Refused.REPLAYED
                      && opening != Refused.TOO_OLD) {
                    wrong.incrementAndGet();
                  }
                }
              }));
    }
    Thread loop =
        new Thread(
            () -> {
              while (!stop.get()) {
                Epoch other = cast.epoch();
                receiver.ring.install(other);
                receiver.ring.admit(
                    List.of(new FrameSender(new StayId(cast.hash()), new MemberId(cast.hash()))));
                // Keys that are in use are dropped to make room.
                for (OpenKey key : receiver.ring.meaning(kidOf(frames.getFirst()))) {
                  key.drop();
                }
                receiver.ring.retire(other.epoch(), other.revision());
              }
            });
    loop.start();
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    stop.set(true);
    loop.join();
    assertThat(wrong).hasValue(0);
    assertThat(opened.get()).isLessThanOrEqualTo(count).isGreaterThan(count / 2);
  }

  @Test
  void aRingThatHasSeenManyKeysHoldsNoMoreThanOneThatHasSeenFew() {
    useAndRetire(20);
    long few = GraphLayout.parseInstance(receiver.ring).totalSize();
    useAndRetire(200);
    long many = GraphLayout.parseInstance(receiver.ring).totalSize();
    // Names of keys that may not come back, and nothing else.
    assertThat(many - few).isLessThan(200 * 256);
  }

  private void useAndRetire(int keys) {
    for (int i = 0; i < keys; i++) {
      Epoch next = cast.epoch();
      sender.ring.install(next);
      receiver.ring.install(next);
      sender.ring.activate(next.epoch(), next.revision());
      assertThat(receiver.opens(sender.seals(CHAT, "x"))).isInstanceOf(Opened.class);
      sender.ring.retire(next.epoch(), next.revision());
      receiver.ring.retire(next.epoch(), next.revision());
    }
  }

  // ---- secrets

  @Test
  void retiringAKeyWipesWhatWasDerivedFromIt() {
    receiver.opens(sender.seals(CHAT, "x"));
    OpenKey[] keys = receiver.ring.meaning(kidOf(sender.seals(CHAT, "x")));
    SFrameKey derived = Objects.requireNonNull(keys[0].material());
    receiver.ring.retire(epoch.epoch(), epoch.revision());
    byte[] out = new byte[100];
    assertThatThrownBy(
            () -> derived.seal(Desk.ofThisThread(), 3, new byte[3], 0, 3, Cast.NO_METADATA, out, 0))
        .isInstanceOf(CipherKey.Wiped.class);
    assertThat(keys[0].material()).as("and it is not derived again").isNull();
  }

  private enum Going {
    GROUPS_KEY_RETIRED,
    STAY_OVER,
    RING_CLOSED
  }

  @ParameterizedTest
  @EnumSource
  void whatIsDerivedIsWipedWhenItGoesWhateverIsKeptAtHand(Going going) {
    Kept kept = new Kept();
    KeyRing ring = ringWith(kept);
    ring.install(epoch);
    byte[] frame = sender.seals(CHAT, "x");
    assertThat(open(ring, frame)).isInstanceOf(Opened.class);
    OpenKey key = ring.meaning(kidOf(frame))[0];
    SFrameKey derived = Objects.requireNonNull(key.material());
    switch (going) {
      case GROUPS_KEY_RETIRED -> ring.retire(epoch.epoch(), epoch.revision());
      case STAY_OVER -> {
        ring.end(alice.self.stay(), Cast.START);
        ring.tidy(Cast.START);
      }
      case RING_CLOSED -> ring.close();
    }
    byte[] out = new byte[100];
    assertThatThrownBy(
            () -> derived.seal(Desk.ofThisThread(), 3, new byte[3], 0, 3, Cast.NO_METADATA, out, 0))
        .isInstanceOf(CipherKey.Wiped.class);
    assertThat(key.material()).as("and it is not derived again").isNull();
    assertThat(key.isGone()).isTrue();
    assertThat(kept.timesLetGo).as("nor held on to").isPositive();
  }

  @Test
  void whoFoundAStayBeforeItWasForgottenDerivesNothingForItAfter() {
    OpenKey key = receiver.ring.meaning(kidOf(sender.seals(CHAT, "x")))[0];
    Epoch next = cast.epoch();
    receiver.holds(next);
    byte[] frame = sender.sendsUnder(next).seals(CHAT, "x");
    receiver.ring.end(alice.self.stay(), Cast.START);
    receiver.ring.tidy(Cast.START);
    InstalledKey installed =
        Objects.requireNonNull(receiver.ring.installed(next.epoch(), next.revision()));
    assertThat(key.speaker.keyUnder(installed, receiver.ring).material()).isNull();
    assertThat(receiver.ring.meaning(kidOf(frame))).isEmpty();
  }

  @Test
  void aKeyIsSaidToBeUsedByOneInSoManyGoodFramesAndByNoForgedOne() {
    Kept kept = new Kept();
    KeyRing ring = ringWith(kept);
    ring.install(epoch);
    for (int i = 0; i < 10 * Limits.FRAMES_PER_USE; i++) {
      byte[] forged = sender.seals(CHAT, "x");
      forged[forged.length - 1] ^= 1;
      assertThat(open(ring, forged)).isEqualTo(Refused.FORGED);
    }
    assertThat(kept.used).isEmpty();
    for (int i = 0; i < 10 * Limits.FRAMES_PER_USE; i++) {
      assertThat(open(ring, sender.seals(CHAT, "x"))).isInstanceOf(Opened.class);
    }
    assertThat(kept.used).hasSize(10);
    assertThat(kept.added).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void aThreadWhoseVeryFirstKeyIsWipedUnderItsHandsGoesOnWithTheNext(SFrameSuite suite)
      throws InterruptedException {
    SFrameKey wiped = FrameSecret.derive(cast.bytes(32), suite, 1);
    SFrameKey next = FrameSecret.derive(cast.bytes(32), suite, 1);
    wiped.close();
    AtomicInteger opened = new AtomicInteger();
    Thread fresh =
        new Thread(
            () -> {
              Desk desk = Desk.ofThisThread();
              byte[] text = new byte[20];
              byte[] out = new byte[100];
              assertThatThrownBy(() -> wiped.seal(desk, 300, text, 0, 20, Cast.NO_METADATA, out, 0))
                  .isInstanceOf(CipherKey.Wiped.class);
              int length = next.seal(desk, 300, text, 0, 20, Cast.NO_METADATA, out, 0);
              int header = SFrameHeader.measure(out, 0, length);
              for (SFrameKey key : List.of(wiped, next)) {
                for (boolean doubtful : new boolean[] {true, false}) {
                  try {
                    opened.addAndGet(
                        key.open(
                            desk,
                            300,
                            out,
                            0,
                            header,
                            length,
                            Cast.NO_METADATA,
                            text,
                            0,
                            doubtful));
                  } catch (CipherKey.Wiped expected) {
                    assertThat(key).isSameAs(wiped);
                  }
                }
              }
            });
    fresh.start();
    fresh.join();
    assertThat(opened).hasValue(40);
  }

  @Test
  void aKeyThatIsRetiredWhileASendersIsBeingDerivedFromItOpensNothing() {
    // What is derived from a key that is being wiped may be what every stranger can derive.
    byte[] frame = sender.seals(CHAT, "x");
    Device device = cast.new Device(cast.new Person()).knows(alice);
    device.ring.install(during(epoch, () -> device.ring.retire(epoch.epoch(), epoch.revision())));
    assertThat(device.opens(frame)).isEqualTo(Waiting.FOR_KEY);
    assertThat(device.delivered).isEmpty();
  }

  @Test
  void whatIsDerivedFromAKeyThatIsRetiredMeanwhileNoOtherThreadMeets() {
    Kept kept = new Kept();
    AtomicReference<InstalledKey> itself = new AtomicReference<>();
    InstalledKey retired =
        new InstalledKey(during(epoch, () -> Objects.requireNonNull(itself.get()).retire()), 1);
    itself.set(retired);
    // As a thread finds one that another has made, and has not dropped again yet.
    OpenKey key = new OpenKey(retired, new Speaker(alice.self), ringWith(kept));
    assertThat(key.material()).isNull();
    assertThat(kept.added).isEmpty();
  }

  @Test
  void whatIsDerivedWhileItsStayIsForgottenIsWipedTogetherWithTheRest() {
    byte[] frame = sender.seals(CHAT, "x");
    KeyRing ring = ringWith(new Kept());
    ring.install(
        during(
            epoch,
            () -> {
              ring.end(alice.self.stay(), Cast.START);
              ring.tidy(Cast.START);
            }));
    OpenKey key = ring.meaning(kidOf(frame))[0];
    assertThat(key.material()).isNull();
    assertThat(key.isGone()).isTrue();
  }

  @Test
  void aRingThatIsClosedSealsAndOpensNothingAndWipesAllThatItDerived() {
    Epoch other = cast.epoch();
    receiver.sendsUnder(other).holds(epoch);
    assertThat(receiver.opens(sender.seals(CHAT, "x"))).isInstanceOf(Opened.class);
    SFrameKey sealing = Objects.requireNonNull(receiver.ring.sending()).sframe;
    byte[] late = sender.seals(CHAT, "y");
    OpenKey opening = receiver.ring.meaning(kidOf(late))[0];
    receiver.ring.close();
    assertThat(receiver.opens(late)).isEqualTo(Waiting.FOR_KEY);
    assertThatThrownBy(() -> receiver.seals(CHAT, "z")).hasMessageContaining("STAY_OVER");
    assertThat(opening.material()).isNull();
    byte[] out = new byte[100];
    assertThatThrownBy(
            () ->
                sealing.seal(Desk.ofThisThread(), 300, new byte[1], 0, 1, Cast.NO_METADATA, out, 0))
        .isInstanceOf(CipherKey.Wiped.class);
  }

  @Test
  void activatingAnotherKeyWipesTheOneSealedUnderBefore() {
    SendKey before = Objects.requireNonNull(sender.ring.sending());
    sender.sendsUnder(cast.epoch());
    byte[] out = new byte[100];
    assertThatThrownBy(
            () ->
                before.sframe.seal(
                    Desk.ofThisThread(), 3, new byte[3], 0, 3, Cast.NO_METADATA, out, 0))
        .isInstanceOf(CipherKey.Wiped.class);
  }

  @Test
  void anErasedEpochIsNotActivatedAndItsFramesWait() {
    Epoch erased = cast.epoch();
    Person bob = cast.new Person();
    Device other = cast.new Device(bob).sendsUnder(erased);
    receiver.knows(bob).holds(erased);
    byte[] frame = other.seals(CHAT, "x");
    erased.erased = true;
    assertThat(receiver.ring.activate(erased.epoch(), erased.revision())).isFalse();
    assertThat(receiver.opens(frame)).isEqualTo(Waiting.FOR_KEY);
  }

  @Test
  void aClosedSecretHoldsZeroes() {
    byte[] bytes = cast.bytes(32);
    FrameSecret secret = FrameSecret.owning(bytes, alice.self.stay());
    secret.close();
    assertThat(bytes).containsOnly(0);
  }

  @Test
  void noSecretIsPrintedOrSerialised() {
    CipherKey key = new CipherKey("AES", new byte[] {0x5a, 0x5b}, 0, 2);
    assertThat(key.toString()).isEqualTo("AES key");
    assertThat(FrameSecret.owning(cast.bytes(32), alice.self.stay()).toString())
        .isEqualTo("FrameSecret of " + alice.self.stay());
    assertThatThrownBy(() -> new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(key))
        .isInstanceOf(NotSerializableException.class);
  }

  private static long kidOf(byte[] frame) {
    return SFrameHeader.kid(frame, 0);
  }

  /** Has room for all, and lets go of none. */
  private static final class Kept implements KeysAtHand {
    final List<Key> added = new CopyOnWriteArrayList<>();
    final List<Key> used = new CopyOnWriteArrayList<>();
    int timesLetGo;

    @Override
    public void add(Key key) {
      added.add(key);
    }

    @Override
    public void used(Key key) {
      used.add(key);
    }

    @Override
    public void letGo() {
      timesLetGo++;
    }
  }

  /** A ring that hears Alice. */
  private KeyRing ringWith(KeysAtHand atHand) {
    KeyRing ring = new KeyRing(cast.group, SFrameSuite.AES_256_GCM_SHA512_128, atHand);
    ring.admit(List.of(alice.self));
    return ring;
  }

  private Opening open(KeyRing ring, byte[] frame) {
    return ring.newOpener(cast::verify)
        .open(Cast.START, 1, frame, 0, frame.length, new byte[frame.length], 0);
  }

  private static FrameEpoch counting(Epoch epoch, AtomicInteger derived) {
    return during(epoch, derived::incrementAndGet);
  }

  /** The same, with something happening while a sender's secret is derived. */
  private static FrameEpoch during(Epoch epoch, Runnable what) {
    return new FrameEpoch() {
      @Override
      public FactId epoch() {
        return epoch.epoch();
      }

      @Override
      public int revision() {
        return epoch.revision();
      }

      @Override
      public int kidPrefix() {
        return epoch.kidPrefix();
      }

      @Override
      public Optional<FrameSecret> secretFor(StayId sender) {
        what.run();
        return epoch.secretFor(sender);
      }
    };
  }
}
