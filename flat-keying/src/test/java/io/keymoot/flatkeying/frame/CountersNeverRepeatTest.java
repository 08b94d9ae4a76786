package io.keymoot.flatkeying.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keymoot.flatkeying.frame.Cast.Device;
import io.keymoot.flatkeying.frame.Cast.Epoch;
import io.keymoot.flatkeying.frame.Cast.Person;
import io.keymoot.flatkeying.frame.Sealing.NotSealed;
import io.keymoot.flatkeying.frame.Sealing.Sealed;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/**
 * No base key ever meets a KID and counter twice: the one thing that must never happen.
 *
 * <p>Here is what a stay's one sealer does. That a process that starts again, or a copy of one, has
 * another stay is shown where processes are: by the simulator, whose judge of nonces looks at every
 * frame of devices that crash, lose time or come back with an old disk; and by node/runtime's
 * VillageTest and ClockWatchTest.
 */
class CountersNeverRepeatTest {
  private static final byte[] TEXT = new byte[16];

  private final Cast cast;

  CountersNeverRepeatTest(TestInfo test) {
    cast = new Cast(test);
  }

  /** What must be unique: base key, KID and counter. The base key is found by trying all. */
  private static final class Ledger {
    private final Set<Bytes> spent = new HashSet<>();
    int frames;

    void enter(byte[] baseKey, byte[] frame) {
      int header = SFrameHeader.measure(frame, 0, frame.length);
      byte[] entry = Arrays.copyOf(baseKey, baseKey.length + header);
      System.arraycopy(frame, 0, entry, baseKey.length, header);
      assertThat(spent.add(Bytes.of(entry))).as("a counter came twice").isTrue();
      frames++;
    }
  }

  @Test
  void neitherReturnsNorEpochsNorForksRepeatOne() {
    for (int seed = 0; seed < 20; seed++) {
      Cast world = new Cast(1_000 + seed);
      Ledger ledger = new Ledger();
      List<Epoch> epochs = new ArrayList<>(List.of(world.epoch()));
      Person alice = world.new Person();
      Device device = world.new Device(alice).sendsUnder(epochs.getFirst());
      Epoch current = epochs.getFirst();
      for (int step = 0; step < 400; step++) {
        switch (world.below(10)) {
          // A return (Here): a new stay in the same process, under keys that were used before.
          case 0 -> {
            device.sealer = device.ring.beginStay(alice.beginsAnotherStay(), alice::sign);
            device.sendsUnder(current);
          }
          case 1 -> {
            current = world.epoch();
            epochs.add(current);
            device.sendsUnder(current);
          }
          case 2 -> {
            current = current.stepped();
            epochs.add(current);
            device.sendsUnder(current);
          }
          // A fork of the group: back to a key used before, and on from there.
          case 3 -> {
            current = epochs.get(world.below(epochs.size()));
            device.sendsUnder(current);
          }
          case 4 -> device.ring.holdBack();
          default -> {
            device.sendsUnder(current);
            seal(device, current, world, ledger);
          }
        }
      }
      assertThat(ledger.frames).isGreaterThan(200);
    }
  }

  private static void seal(Device device, Epoch under, Cast world, Ledger ledger) {
    Authentication authentication = Authentication.values()[world.below(3)];
    FrameStream stream = FrameStream.of(authentication, world.below(2));
    byte[] frame = device.seals(Cast.START, stream, TEXT);
    ledger.enter(under.baseKey(device.sealer.self().stay()), frame);
    device
        .voucher(Cast.START.plusMillis(1_000))
        .ifPresent(voucher -> ledger.enter(under.baseKey(device.sealer.self().stay()), voucher));
  }

  @Test
  void aStayHasOneSealerForGood() {
    Person alice = cast.new Person();
    Device device = cast.new Device(alice);
    assertThatThrownBy(() -> device.ring.beginStay(alice.self, alice::sign))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("sealer already");
    FrameSender first = alice.self;
    device.ring.beginStay(alice.beginsAnotherStay(), alice::sign);
    assertThatThrownBy(() -> device.ring.beginStay(first, alice::sign))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void theSealerOfAStayThatIsOverSealsNoMore() {
    Person alice = cast.new Person();
    Epoch epoch = cast.epoch();
    Device device = cast.new Device(alice).sendsUnder(epoch);
    FrameSealer old = device.sealer;
    FrameStream stream = FrameStream.of(Authentication.NONE, 0);
    byte[] out = new byte[200];
    assertThat(old.seal(Cast.START, stream, TEXT, 0, 16, out, 0)).isInstanceOf(Sealed.class);

    FrameSealer next = device.ring.beginStay(alice.beginsAnotherStay(), alice::sign);
    assertThat(next.seal(Cast.START, stream, TEXT, 0, 16, out, 0))
        .as("before a key is activated for the new stay")
        .isEqualTo(NotSealed.NO_KEY);
    device.ring.activate(epoch.epoch(), epoch.revision());
    assertThat(next.seal(Cast.START, stream, TEXT, 0, 16, out, 0)).isInstanceOf(Sealed.class);
    assertThat(old.seal(Cast.START, stream, TEXT, 0, 16, out, 0)).isEqualTo(NotSealed.STAY_OVER);

    device.ring.endOwnStay();
    assertThat(next.seal(Cast.START, stream, TEXT, 0, 16, out, 0)).isEqualTo(NotSealed.STAY_OVER);
    assertThat(device.ring.activate(epoch.epoch(), epoch.revision()))
        .as("nothing to activate a key for")
        .isFalse();
  }

  @Test
  void numbersGoOnAcrossEpochs() {
    Device device = cast.new Device(cast.new Person());
    FrameStream stream = FrameStream.of(Authentication.NONE, 0);
    Epoch first = cast.epoch();
    Epoch second = cast.epoch();
    long expected = 0;
    for (Epoch epoch : List.of(first, second, first, first.stepped())) {
      device.sendsUnder(epoch);
      byte[] frame = device.seals(Cast.START, stream, TEXT);
      assertThat(SFrameHeader.counter(frame, 0)).isEqualTo(256 * expected++ + stream.number());
    }
  }

  @Test
  void manyThreadsSealWhileKeysAreSwappedAndNoneRepeatsOneAndAllOpen() throws Exception {
    Person alice = cast.new Person();
    Device device = cast.new Device(alice);
    Device receiver = cast.new Device(cast.new Person()).knows(alice);
    List<Epoch> epochs = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      epochs.add(cast.epoch());
      receiver.holds(epochs.getLast());
    }
    device.sendsUnder(epochs.getFirst());

    AtomicBoolean stop = new AtomicBoolean();
    List<List<byte[]>> sealed = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      List<byte[]> mine = new ArrayList<>();
      sealed.add(mine);
      FrameStream stream = FrameStream.of(Authentication.values()[t % 2], 0);
      Thread thread =
          new Thread(
              () -> {
                byte[] out = new byte[FrameSealer.MAX_VOUCHER];
                while (mine.size() < 6_000) {
                  if (device.sealer.seal(Cast.START, stream, TEXT, 0, 16, out, 0)
                      instanceof Sealed frame) {
                    mine.add(Arrays.copyOf(out, frame.length()));
                    if (frame.voucherDue()
                        && device.sealer.nextVoucher(Cast.START, out, 0) instanceof Sealed v) {
                      mine.add(Arrays.copyOf(out, v.length()));
                    }
                  }
                }
              });
      threads.add(thread);
    }
    Thread loop =
        new Thread(
            () -> {
              int i = 0;
              while (!stop.get()) {
                // Each swap wipes the key before, under the hands of whoever seals.
                Epoch next = epochs.get(i++ % epochs.size());
                device.ring.install(next);
                device.ring.activate(next.epoch(), next.revision());
                if (i % 5 == 0) {
                  device.ring.holdBack();
                }
              }
            });
    loop.start();
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    stop.set(true);
    loop.join();

    Ledger ledger = new Ledger();
    int opened = 0;
    for (List<byte[]> frames : sealed) {
      for (byte[] frame : frames) {
        // All keys are of one sender and distinct, so the KID stands for the base key.
        ledger.enter(new byte[0], frame);
        Opening opening = receiver.opens(frame);
        // Sealed under zeroes or half a key, it would be forged.
        assertThat(opening).isNotIn(Opening.Refused.FORGED, Opening.Refused.REPLAYED);
        opened++;
      }
    }
    assertThat(opened).isGreaterThanOrEqualTo(24_000);
  }
}
