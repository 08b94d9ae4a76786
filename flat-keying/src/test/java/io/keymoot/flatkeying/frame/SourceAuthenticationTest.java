package io.keymoot.flatkeying.frame;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.frame.Cast.Device;
import io.keymoot.flatkeying.frame.Cast.Epoch;
import io.keymoot.flatkeying.frame.Cast.Person;
import io.keymoot.flatkeying.frame.Opening.Opened;
import io.keymoot.flatkeying.frame.Opening.Refused;
import io.keymoot.flatkeying.frame.Opening.Vouched;
import io.keymoot.flatkeying.frame.Opening.Waiting;
import io.keymoot.flatkeying.frame.Sealing.NotSealed;
import io.keymoot.flatkeying.frame.Sealing.Sealed;
import io.keymoot.flatkeying.wire.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.openjdk.jol.info.GraphLayout;

/**
 * Who sealed it: paper 004, section 3.1.1, and the source authentication module of paper 003.
 *
 * <p>Whole in one file, though long, because all its stories are told with the same people.
 */
class SourceAuthenticationTest {
  static {
    // Records give no offsets of their fields: JOL lays them out itself.
    System.setProperty("jol.magicFieldOffset", "true");
  }

  private static final FrameStream PLAIN = FrameStream.of(Authentication.NONE, 0);
  private static final FrameStream CAMERA = FrameStream.of(Authentication.AMORTISED, 0);
  private static final FrameStream CHAT = FrameStream.of(Authentication.SIGNED, 0);
  private static final Tick LATER = Cast.START.plusMillis(Limits.VOUCHER_MILLIS);

  private final Cast cast;
  private final Person alice;
  private final Person mallory;
  private final Epoch epoch;
  private final Device sender;
  private final Device receiver;

  SourceAuthenticationTest(TestInfo test) {
    cast = new Cast(test);
    alice = cast.new Person();
    mallory = cast.new Person();
    epoch = cast.epoch();
    sender = cast.new Device(alice).sendsUnder(epoch);
    receiver = cast.new Device(cast.new Person()).holds(epoch).knows(alice, mallory);
  }

  // ---- none and signed

  @Test
  void withNoneAReceiverLearnsThatItWasSomebodyInTheGroup() {
    assertThat(source(receiver.opens(sender.seals(PLAIN, "x")))).isEqualTo(FrameSource.GROUP);
    // And rightly no more: any member can do this.
    assertThat(source(receiver.opens(forgedAsAlice(PLAIN, 5, "I am Alice"))))
        .isEqualTo(FrameSource.GROUP);
  }

  @Test
  void aSignedFrameIsItsSendersAtOnce() {
    assertThat(source(receiver.opens(sender.seals(CHAT, "x")))).isEqualTo(FrameSource.MEMBER);
  }

  @Test
  void anotherMemberCannotMakeASignedFrame() {
    byte[] frame = forgedAsAlice(CHAT, 0, "I am Alice");
    byte[] noSignature = Arrays.copyOf(frame, frame.length + 64);
    assertThat(receiver.opens(noSignature)).isEqualTo(Refused.FORGED);

    // Mallory's own signature, over just what Alice would have signed.
    byte[] signed =
        FrameDigest.signed(
            cast.group,
            alice.self.stay(),
            epoch.epoch(),
            epoch.revision(),
            CHAT,
            0,
            FrameDigest.of(Desk.ofThisThread(), frame, 0, frame.length, Cast.NO_METADATA));
    byte[] hers = noSignature.clone();
    mallory.sign(signed).copyTo(hers, frame.length);
    assertThat(receiver.opens(hers)).isEqualTo(Refused.FORGED);
    alice.sign(signed).copyTo(hers, frame.length);
    assertThat(receiver.opens(hers)).as("the test forges well").isInstanceOf(Opened.class);
  }

  @Test
  void aForgedSignedFrameDoesNotUseUpTheGenuineFramesNumber() {
    byte[] genuine = sender.seals(CHAT, "genuine");
    byte[] forged = Arrays.copyOf(forgedAsAlice(CHAT, 0, "forged"), 200);
    assertThat(receiver.opens(Arrays.copyOf(forged, genuine.length))).isEqualTo(Refused.FORGED);
    assertThat(receiver.opens(genuine)).isInstanceOf(Opened.class);
  }

  @Test
  void aSignatureMadeForOneFrameServesNoOther() {
    byte[] first = sender.seals(CHAT, "yes");
    byte[] second = sender.seals(CHAT, "no!");
    byte[] mixed = second.clone();
    System.arraycopy(first, first.length - 64, mixed, mixed.length - 64, 64);
    assertThat(receiver.opens(mixed)).isEqualTo(Refused.FORGED);
  }

  @Test
  void aFrameOfAStreamThatAsksForMoreCannotPassAsOneThatAsksForLess() {
    byte[] signed = sender.seals(CHAT, "x");
    assertThat(receiver.opens(Arrays.copyOf(signed, signed.length - 64)))
        .isIn(Refused.FORGED, Refused.MALFORMED);
    byte[] renumbered = signed.clone();
    // A counter of one byte, the stream's number: now it says that nothing is signed.
    renumbered[SFrameHeader.measure(signed, 0, signed.length) - 1] = (byte) PLAIN.number();
    assertThat(receiver.opens(renumbered)).isIn(Refused.FORGED, Refused.MALFORMED);
  }

  // ---- amortised

  @Test
  void thirtyTwoFramesAreTheGroupsFirstAndAlicesWhenVouched() {
    for (int i = 0; i < 32; i++) {
      byte[] out = new byte[200];
      Sealed sealed = (Sealed) sender.sealer.seal(Cast.START, CAMERA, new byte[50], 0, 50, out, 0);
      assertThat(sealed.voucherDue()).isEqualTo(i == 31);
      assertThat(source(receiver.opens(Arrays.copyOf(out, sealed.length()))))
          .isEqualTo(FrameSource.GROUP);
    }
    Vouched vouched = (Vouched) receiver.opens(sender.voucher(Cast.START).orElseThrow());
    assertThat(vouched.sender()).isEqualTo(alice.self);
    assertThat(vouched.stream()).isEqualTo(CAMERA);
    assertThat(vouched.epoch()).isEqualTo(epoch.epoch());
    assertThat(vouched.confirmed()).containsExactlyElementsOf(numbers(0, 32));
    assertThat(vouched.disowned()).isEmpty();
    assertThat(sender.voucher(LATER)).as("one signature for all").isEmpty();
  }

  @Test
  void aShortBatchIsVouchedForAfter200Milliseconds() {
    receiver.opens(sender.seals(CAMERA, "lonely"));
    assertThat(sender.voucher(LATER.plusMillis(-1))).isEmpty();
    assertThat(sender.sealer.voucherDeadline()).contains(LATER);
    Vouched vouched = (Vouched) receiver.opens(sender.voucher(LATER).orElseThrow());
    assertThat(vouched.confirmed()).containsExactly(0L);
    assertThat(sender.sealer.voucherDeadline()).isEmpty();
  }

  @Test
  void aBatchIsVerifiedEvenIfFramesWereLostOrReordered() {
    Random random = new Random(11);
    for (int round = 0; round < 20; round++) {
      List<byte[]> frames = new ArrayList<>();
      for (int i = 0; i < 32; i++) {
        frames.add(sender.seals(CAMERA, "frame " + i));
      }
      Collections.shuffle(frames, random);
      Set<Long> arrived = new HashSet<>();
      int lost = random.nextInt(32);
      for (byte[] frame : frames.subList(lost, 32)) {
        Opened opened = (Opened) receiver.opens(frame);
        assertThat(opened.source()).isEqualTo(FrameSource.GROUP);
        arrived.add(opened.number());
      }
      Vouched vouched = (Vouched) receiver.opens(sender.voucher(Cast.START).orElseThrow());
      assertThat(new HashSet<>(vouched.confirmed())).isEqualTo(arrived);
      for (byte[] late : frames.subList(0, lost)) {
        assertThat(source(receiver.opens(late))).as("late").isEqualTo(FrameSource.MEMBER);
      }
    }
  }

  @Test
  void aVoucherCountsOnceAndOnlyUnderItsSendersSignature() {
    receiver.opens(sender.seals(CAMERA, "x"));
    byte[] voucher = sender.voucher(LATER).orElseThrow();
    assertThat(receiver.opens(voucher)).isInstanceOf(Vouched.class);
    assertThat(receiver.opens(voucher)).isEqualTo(Refused.REPLAYED);
  }

  @Test
  void anotherMembersVoucherForAlicesFramesIsForgedAndUsesUpNoNumber() {
    byte[] frame = forgedAsAlice(CAMERA, 0, "I am Alice");
    assertThat(source(receiver.opens(frame))).isEqualTo(FrameSource.GROUP);

    byte[] body = malloriesVoucherFor(frame, 0);
    byte[] voucher = Arrays.copyOf(body, body.length + 64);
    byte[] signed =
        Voucher.signed(
            cast.group,
            alice.self.stay(),
            0,
            FrameDigest.sha256(Desk.ofThisThread(), body, 0, body.length));
    mallory.sign(signed).copyTo(voucher, body.length);
    byte[] sealed = sealedAsAlice(FrameStream.VOUCHERS, 0, voucher);
    assertThat(receiver.opens(sealed)).isEqualTo(Refused.FORGED);

    Vouched genuine = (Vouched) receiver.opens(aliceVouchesForOneFrame());
    assertThat(genuine.confirmed()).isEmpty();
    assertThat(genuine.disowned()).as("Alice sealed another frame 0").containsExactly(0L);
  }

  @Test
  void aFrameThatAliceSignedOtherwiseForIsRefusedWhenItComesAfterHerVoucher() {
    byte[] genuine = sender.seals(CAMERA, "genuine");
    receiver.opens(sender.voucher(LATER).orElseThrow());
    assertThat(receiver.opens(forgedAsAlice(CAMERA, 0, "forged"))).isEqualTo(Refused.FORGED);
    assertThat(source(receiver.opens(genuine))).isEqualTo(FrameSource.MEMBER);
  }

  @Test
  void aForgedFrameThatComesFirstIsDisownedWhenTheVoucherComes() {
    sender.seals(CAMERA, "genuine");
    receiver.opens(forgedAsAlice(CAMERA, 0, "forged"));
    Vouched vouched = (Vouched) receiver.opens(sender.voucher(LATER).orElseThrow());
    assertThat(vouched.confirmed()).isEmpty();
    assertThat(vouched.disowned()).containsExactly(0L);
  }

  @Test
  void batchesDoNotCrossEpochs() {
    Epoch next = cast.epoch();
    receiver.holds(next);
    List<Opening> opened = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      opened.add(receiver.opens(sender.seals(CAMERA, "old " + i)));
    }
    sender.sendsUnder(next);
    for (int i = 0; i < 5; i++) {
      opened.add(receiver.opens(sender.seals(CAMERA, "new " + i)));
    }
    assertThat(opened).allMatch(each -> each instanceof Opened);

    Vouched first = (Vouched) receiver.opens(sender.voucher(Cast.START).orElseThrow());
    assertThat(first.epoch()).isEqualTo(epoch.epoch());
    assertThat(first.confirmed()).containsExactlyElementsOf(numbers(0, 5));
    assertThat(sender.voucher(Cast.START)).isEmpty();
    Vouched second = (Vouched) receiver.opens(sender.voucher(LATER).orElseThrow());
    assertThat(second.epoch()).isEqualTo(next.epoch());
    assertThat(second.confirmed()).containsExactlyElementsOf(numbers(5, 10));
  }

  @Test
  void aVoucherIsSealedUnderTheKeyOfNowAndWaitsWhileThereIsNone() {
    receiver.opens(sender.seals(CAMERA, "x"));
    sender.ring.holdBack();
    byte[] out = new byte[FrameSealer.MAX_VOUCHER];
    assertThat(sender.sealer.nextVoucher(LATER, out, 0)).isEqualTo(NotSealed.NO_KEY);

    Epoch next = cast.epoch();
    sender.sendsUnder(next);
    receiver.holds(next);
    byte[] voucher = sender.voucher(LATER).orElseThrow();
    assertThat((int) (SFrameHeader.kid(voucher, 0) >>> 32)).isEqualTo(next.kidPrefix());
    assertThat(((Vouched) receiver.opens(voucher)).confirmed()).containsExactly(0L);
  }

  @Test
  void aBatchWhoseKeyIsWithdrawnWhileItIsSignedIsVouchedForLater() {
    Person carol = cast.new Person();
    KeyRing ring = new KeyRing(cast.group, SFrameSuite.AES_256_GCM_SHA512_128);
    FrameSealer sealer =
        ring.beginStay(
            carol.self,
            message -> {
              ring.holdBack();
              return carol.sign(message);
            });
    ring.install(epoch);
    ring.activate(epoch.epoch(), epoch.revision());
    byte[] out = new byte[FrameSealer.MAX_VOUCHER];
    sealer.seal(Cast.START, CAMERA, new byte[9], 0, 9, out, 0);
    assertThat(sealer.nextVoucher(LATER, out, 0)).isEqualTo(NotSealed.NO_KEY);
    assertThat(sealer.voucherDeadline()).as("it is still there").isPresent();
  }

  @Test
  void aVoucherThatComesBeforeItsEpochsKeyWaitsForIt() {
    Device late = cast.new Device(cast.new Person()).knows(alice);
    Epoch next = cast.epoch();
    byte[] frame = sender.seals(CAMERA, "under the old key");
    sender.sendsUnder(next);
    late.holds(next);
    late.opens(frame);
    late.opens(sender.voucher(LATER).orElseThrow());
    assertThat(late.delivered).isEmpty();

    late.holds(epoch);
    late.drains(Cast.START);
    assertThat(late.texts()).containsExactly("under the old key");
    assertThat(late.vouched).hasSize(1);
  }

  @Test
  void lossOfEveryVoucherCostsNoMemory() {
    VouchMemory memory = new VouchMemory();
    Map<Integer, Hash32> digests = new HashMap<>();
    for (int i = 0; i < 100_000; i++) {
      digests.put(i, cast.hash());
      assertThat(memory.remember(i, 0, digests.get(i))).isEqualTo(VouchMemory.Frame.UNKNOWN);
    }
    List<Integer> remembered = new ArrayList<>();
    digests.forEach(
        (number, digest) -> {
          if (memory.look(number, 0, digest) != VouchMemory.Frame.UNKNOWN) {
            remembered.add(number);
          }
        });
    assertThat(remembered).contains(99_999).hasSize(Limits.FRAMES_AWAITING_VOUCHER);
    // And of the sealer, whose application never asks for vouchers.
    for (int i = 0; i < 40 * Limits.UNSIGNED_BATCHES; i++) {
      sender.seals(CAMERA, "x");
    }
    int signed = 0;
    while (sender.voucher(LATER).isPresent()) {
      signed++;
    }
    assertThat(signed).isEqualTo(Limits.UNSIGNED_BATCHES);
  }

  /** At many thousands of frames a second many batches begin before a slow stream's is old. */
  @Test
  void aSlowStreamsBatchIsSignedHoweverManyOthersBeginMeanwhile() {
    FrameStream slow = FrameStream.of(Authentication.AMORTISED, 1);
    byte[] frame = sender.seals(slow, "slow");
    receiver.opens(frame);
    for (int i = 0; i < 32 * 2 * Limits.UNSIGNED_BATCHES; i++) {
      sender.seals(CAMERA, "x");
      sender.voucher(Cast.START);
    }
    Vouched vouched = (Vouched) receiver.opens(sender.voucher(LATER).orElseThrow());
    assertThat(vouched.stream()).isEqualTo(slow);
    assertThat(vouched.confirmed()).containsExactly(0L);
  }

  /**
   * Where nobody asks for vouchers: what gives way takes no more frames, which nobody would sign.
   */
  @Test
  void aBatchThatGaveWayTakesNoMoreFrames() {
    FrameStream slow = FrameStream.of(Authentication.AMORTISED, 1);
    sender.seals(slow, "never signed for");
    for (int i = 0; i < 32 * Limits.UNSIGNED_BATCHES; i++) {
      sender.seals(CAMERA, "x");
    }
    receiver.opens(sender.seals(slow, "signed for"));
    List<Long> confirmed = new ArrayList<>();
    for (Optional<byte[]> due = sender.voucher(LATER);
        due.isPresent();
        due = sender.voucher(LATER)) {
      if (receiver.opens(due.get()) instanceof Vouched vouched && vouched.stream().equals(slow)) {
        confirmed.addAll(vouched.confirmed());
      }
    }
    assertThat(confirmed).containsExactly(1L);
  }

  @Test
  void elevenVouchersLostInARowCostNoFrame() {
    for (int i = 0; i < 100; i++) {
      for (int k = 0; k < 32; k++) {
        assertThat(source(receiver.opens(sender.seals(CAMERA, "x")))).isEqualTo(FrameSource.GROUP);
      }
      byte[] voucher = sender.voucher(Cast.START).orElseThrow();
      if (i % 12 == 11) {
        assertThat(((Vouched) receiver.opens(voucher)).confirmed()).hasSize(32);
      }
    }
  }

  @Test
  void whoComesWhileAStreamIsRunningHearsItWithItsNextVoucher() {
    for (int i = 0; i < 1_000; i++) {
      sender.seals(CAMERA, "before");
    }
    while (sender.voucher(LATER).isPresent()) {
      // Lost too.
    }
    assertThat(receiver.opens(sender.seals(CAMERA, "first"))).isEqualTo(Waiting.FOR_VOUCHER);
    assertThat(receiver.opens(sender.voucher(LATER).orElseThrow())).isInstanceOf(Vouched.class);
    receiver.drains(Cast.START);
    assertThat(receiver.texts()).containsExactly("first");
    assertThat(receiver.delivered.getFirst().frame().source()).isEqualTo(FrameSource.MEMBER);
    assertThat(source(receiver.opens(sender.seals(CAMERA, "next")))).isEqualTo(FrameSource.GROUP);
  }

  // ---- and an insider who would have it otherwise

  @Test
  void framesForgedFarAheadDoNotSilenceAnAmortisedStream() {
    for (int i = 1; i <= 64; i++) {
      assertThat(receiver.opens(forgedAsAlice(CAMERA, FrameSealer.LAST_NUMBER - 64L * i, "far")))
          .isEqualTo(Waiting.FOR_VOUCHER);
      assertThat(source(receiver.opens(sender.seals(CAMERA, "genuine"))))
          .isEqualTo(FrameSource.GROUP);
    }
    receiver.drains(Cast.START.plusMillis(Limits.FRAME_WAIT_MILLIS));
    assertThat(receiver.texts()).hasSize(64).containsOnly("genuine");
  }

  @Test
  void ofAStreamWithoutSignaturesTheyDo() {
    for (int i = 0; i < 16; i++) {
      receiver.opens(forgedAsAlice(PLAIN, FrameSealer.LAST_NUMBER - 64L * i, "far"));
    }
    assertThat(receiver.opens(sender.seals(PLAIN, "genuine"))).isEqualTo(Refused.TOO_OLD);
  }

  @Test
  void whoeverForgesTheNextNumbersDelaysTheirFramesAndNoMore() {
    Set<String> genuine = new HashSet<>();
    for (int round = 0; round < 20; round++) {
      for (long number = 32L * round; number < 32L * round + Limits.UNVOUCHED_AHEAD; number++) {
        receiver.opens(forgedAsAlice(CAMERA, number, "forged"));
      }
      for (int i = 0; i < 32; i++) {
        byte[] frame = sender.seals(CAMERA, "genuine " + (32 * round + i));
        genuine.add("genuine " + (32 * round + i));
        assertThat(receiver.opens(frame)).isEqualTo(Waiting.FOR_VOUCHER);
        assertThat(receiver.opens(frame)).as("and a copy of it").isEqualTo(Waiting.FOR_VOUCHER);
      }
      Vouched vouched = (Vouched) receiver.opens(sender.voucher(Cast.START).orElseThrow());
      assertThat(vouched.confirmed()).isEmpty();
      assertThat(vouched.disowned())
          .containsExactlyElementsOf(numbers(32L * round, 32L * round + 32));
      receiver.drains(Cast.START);
    }
    List<Cast.Delivery> alices =
        receiver.delivered.stream()
            .filter(each -> each.frame().source() == FrameSource.MEMBER)
            .toList();
    assertThat(alices).as("each once").hasSize(genuine.size());
    assertThat(alices.stream().map(Cast.Delivery::text).toList())
        .containsExactlyInAnyOrderElementsOf(genuine);
  }

  @Test
  void aForgedFrameUnderAnotherKeyTakesNoNumberEither() {
    Epoch next = cast.epoch();
    receiver.holds(next);
    receiver.opens(sealedAsAlice(next, CAMERA, 0, "forged".getBytes(StandardCharsets.UTF_8)));
    byte[] genuine = sender.seals(CAMERA, "genuine");
    assertThat(receiver.opens(genuine)).isEqualTo(Waiting.FOR_VOUCHER);
    Vouched vouched = (Vouched) receiver.opens(sender.voucher(LATER).orElseThrow());
    assertThat(vouched.disowned()).containsExactly(0L);
    assertThat(source(receiver.opens(genuine))).isEqualTo(FrameSource.MEMBER);
    assertThat(receiver.opens(genuine)).isEqualTo(Refused.REPLAYED);
  }

  /** Mallory has everybody's keys and what was recorded, and drives memories out. */
  @Test
  void whatWasOpenedUnvouchedIsNotOwedAgainBecauseAnotherKeysFrameTookItsNumber() {
    Epoch next = cast.epoch();
    receiver.holds(next);
    byte[] genuine = sender.seals(CAMERA, "genuine");
    assertThat(source(receiver.opens(genuine))).isEqualTo(FrameSource.GROUP);
    forgeStreamsOfMany();
    receiver.opens(sealedAsAlice(next, CAMERA, 0, "forged".getBytes(StandardCharsets.UTF_8)));
    Vouched vouched = (Vouched) receiver.opens(sender.voucher(LATER).orElseThrow());
    assertThat(vouched.disowned()).as("the test drives memories out").containsExactly(0L);
    assertThat(receiver.opens(genuine)).isEqualTo(Refused.REPLAYED);
    assertThat(receiver.texts()).containsOnlyOnce("genuine");
  }

  /** Two threads open the two at the same moment, over and over. */
  @Test
  void whoIsQuickerByAMomentKeepsNoGenuineFrameOut() throws Exception {
    Epoch next = cast.epoch();
    receiver.holds(next);
    Queue<String> texts = new ConcurrentLinkedQueue<>();
    int batches = 40;
    for (int batch = 0; batch < batches; batch++) {
      List<byte[]> genuine = new ArrayList<>();
      List<byte[]> forged = new ArrayList<>();
      for (int i = 0; i < Limits.VOUCHED_FRAMES; i++) {
        long number = (long) batch * Limits.VOUCHED_FRAMES + i;
        genuine.add(sender.seals(CAMERA, "genuine " + number));
        forged.add(sealedAsAlice(next, CAMERA, number, new byte[] {'f'}));
      }
      AtomicInteger atOnce = new AtomicInteger();
      Thread other = new Thread(() -> openInStep(forged, atOnce, texts));
      other.start();
      openInStep(genuine, atOnce, texts);
      other.join();
      byte[] voucher = sender.voucher(LATER).orElseThrow();
      assertThat(receiver.opens(voucher)).isInstanceOf(Vouched.class);
      receiver.drains(Cast.START);
    }
    texts.addAll(receiver.texts());
    for (int i = 0; i < batches * Limits.VOUCHED_FRAMES; i++) {
      assertThat(Collections.frequency(texts, "genuine " + i)).as("genuine " + i).isOne();
    }
  }

  private void openInStep(List<byte[]> frames, AtomicInteger atOnce, Queue<String> texts) {
    for (int i = 0; i < frames.size(); i++) {
      byte[] frame = frames.get(i);
      byte[] out = new byte[frame.length];
      atOnce.incrementAndGet();
      while (atOnce.get() < 2 * (i + 1)) {
        Thread.onSpinWait();
      }
      Opening opening = receiver.opener.open(Cast.START, 1, frame, 0, frame.length, out, 0);
      if (opening instanceof Opened opened) {
        texts.add(new String(out, 0, opened.length(), StandardCharsets.UTF_8));
      }
    }
  }

  @Test
  void aVoucherSealedAgainUnderAnotherNumberIsNobodysWord() {
    sender.seals(CAMERA, "x");
    byte[] body = voucherBody();
    byte[] voucher = Arrays.copyOf(body, body.length + 64);
    Hash32 hash = FrameDigest.sha256(Desk.ofThisThread(), body, 0, body.length);
    alice.sign(Voucher.signed(cast.group, alice.self.stay(), 5, hash)).copyTo(voucher, body.length);
    long far = FrameSealer.LAST_NUMBER;
    assertThat(receiver.opens(sealedAsAlice(FrameStream.VOUCHERS, far, voucher)))
        .isEqualTo(Refused.FORGED);
    assertThat(receiver.opens(sealedAsAlice(FrameStream.VOUCHERS, 5, voucher)))
        .as("the test forges well")
        .isInstanceOf(Vouched.class);
  }

  @Test
  void streamsMadeUpInEverybodysNameTakeNothingFromOneThatIsVouchedFor() {
    for (int i = 0; i < 32; i++) {
      receiver.opens(sender.seals(CAMERA, "x"));
    }
    assertThat(((Vouched) receiver.opens(sender.voucher(Cast.START).orElseThrow())).confirmed())
        .hasSize(32);
    receiver.opens(sender.seals(CAMERA, "under way"));
    forgeStreamsOfMany();
    receiver.opens(sender.seals(CAMERA, "still"));
    Vouched vouched = (Vouched) receiver.opens(sender.voucher(LATER).orElseThrow());
    assertThat(vouched.confirmed()).containsExactly(32L, 33L);
  }

  @Test
  void streamsMadeUpInEverybodysNameCostOneThatBeginsItsFirstVoucherAtMost() {
    receiver.opens(sender.seals(CAMERA, "first"));
    forgeStreamsOfMany();
    assertThat(((Vouched) receiver.opens(sender.voucher(LATER).orElseThrow())).confirmed())
        .as("the memory of it was driven out")
        .isEmpty();
    receiver.opens(sender.seals(CAMERA, "second"));
    forgeStreamsOfMany();
    assertThat(
            ((Vouched) receiver.opens(sender.voucher(LATER.plusMillis(500)).orElseThrow()))
                .confirmed())
        .containsExactly(1L);
  }

  @Test
  void memoryOfStreamsAwaitingVouchersIsBounded() {
    forgeStreamsOfMany();
    long before = GraphLayout.parseInstance(receiver.ring).totalSize();
    forgeStreamsOfMany();
    forgeStreamsOfMany();
    long perSender = 64 * 64 + 2_000 + 64 * 1_200; // streams, and replay windows of 64 lanes
    long more = 2L * forgedPerGo() * perSender;
    assertThat(GraphLayout.parseInstance(receiver.ring).totalSize() - before).isLessThan(more);
    assertThat(memoriesKept()).isEqualTo(Limits.STREAMS_AWAITING_FIRST_VOUCHER);
  }

  @Test
  void memoryOfStreamsVouchedForIsBoundedTooAndTheLatestAreKept() {
    List<Person> people = new ArrayList<>();
    int each = FrameStream.OF_A_KIND;
    for (int i = 0; i < Limits.STREAMS_VOUCHED_FOR / each + 3; i++) {
      Person person = cast.new Person();
      people.add(person);
      receiver.knows(person);
      Device device = cast.new Device(person).sendsUnder(epoch);
      for (int stream = 0; stream < each; stream++) {
        receiver.opens(device.seals(FrameStream.of(Authentication.AMORTISED, stream), "x"));
        assertThat(((Vouched) receiver.opens(device.voucher(LATER).orElseThrow())).confirmed())
            .hasSize(1);
      }
    }
    assertThat(memoriesKept()).isEqualTo(Limits.STREAMS_VOUCHED_FOR);
  }

  private int forgedPerGo() {
    return Limits.STREAMS_AWAITING_FIRST_VOUCHER / FrameStream.OF_A_KIND + 2;
  }

  /** As many streams, in the names of members, as would fill all places and more. */
  private void forgeStreamsOfMany() {
    for (int i = 0; i < forgedPerGo(); i++) {
      Person victim = cast.new Person();
      receiver.knows(victim);
      Device forger = cast.new Device(victim).sendsUnder(epoch);
      for (int stream = 0; stream < FrameStream.OF_A_KIND; stream++) {
        byte[] forged = forger.seals(FrameStream.of(Authentication.AMORTISED, stream), "forged");
        assertThat(source(receiver.opens(forged))).isEqualTo(FrameSource.GROUP);
      }
    }
  }

  private long memoriesKept() {
    return GraphLayout.parseInstance(receiver.ring).getClassCounts().count(VouchMemory.class);
  }

  @Test
  void aVoucherFitsTheRoomItIsPromised() {
    for (int i = 0; i < 32; i++) {
      sender.seals(CAMERA, "x");
    }
    byte[] voucher = sender.voucher(Cast.START).orElseThrow();
    assertThat(voucher.length).isLessThanOrEqualTo(FrameSealer.MAX_VOUCHER).isLessThan(1_350);
  }

  // ---- what another member can do: it holds every sender's frame key

  private byte[] forgedAsAlice(FrameStream stream, long number, String text) {
    return sealedAsAlice(stream, number, text.getBytes(StandardCharsets.UTF_8));
  }

  private byte[] sealedAsAlice(FrameStream stream, long number, byte[] text) {
    return sealedAsAlice(epoch, stream, number, text);
  }

  private byte[] sealedAsAlice(Epoch under, FrameStream stream, long number, byte[] text) {
    long kid = (long) under.kidPrefix() << 32 | (alice.self.kidSuffix() & 0xffff_ffffL);
    SFrameKey key =
        FrameSecret.derive(
            under.baseKey(alice.self.stay()), SFrameSuite.AES_256_GCM_SHA512_128, kid);
    byte[] out = new byte[text.length + FrameSealer.MAX_OVERHEAD];
    // On a thread of its own, since Mallory's device is not Alice's: the platform's GCM notices
    // a nonce that one cipher is given twice.
    int[] length = new int[1];
    Thread mallorys =
        new Thread(
            () ->
                length[0] =
                    key.seal(
                        Desk.ofThisThread(),
                        number << 8 | stream.number(),
                        text,
                        0,
                        text.length,
                        Cast.NO_METADATA,
                        out,
                        0));
    mallorys.start();
    try {
      mallorys.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return Arrays.copyOf(out, length[0]);
  }

  private byte[] malloriesVoucherFor(byte[] frame, long number) {
    return Voucher.writeBody(
            epoch.epoch(),
            epoch.revision(),
            CAMERA,
            number,
            List.of(
                new Voucher.Line(
                    0,
                    FrameDigest.of(Desk.ofThisThread(), frame, 0, frame.length, Cast.NO_METADATA))))
        .toArray();
  }

  private byte[] voucherBody() {
    return Voucher.writeBody(
            epoch.epoch(), epoch.revision(), CAMERA, 0, List.of(new Voucher.Line(0, cast.hash())))
        .toArray();
  }

  private byte[] aliceVouchesForOneFrame() {
    sender.seals(CAMERA, "what Alice said");
    return sender.voucher(LATER).orElseThrow();
  }

  private static FrameSource source(Opening opening) {
    assertThat(opening).isInstanceOf(Opened.class);
    return ((Opened) opening).source();
  }

  private static List<Long> numbers(long from, long to) {
    return LongStream.range(from, to).boxed().toList();
  }
}
