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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/**
 * Section 12: "After an EXPELLED, frames of older epochs open for 1 s at most, or if a live
 * member's signature vouches." The expelled member holds those epochs, and so every frame key in
 * them.
 */
class AfterAnExpulsionTest {
  private static final FrameStream PLAIN = FrameStream.of(Authentication.NONE, 0);
  private static final FrameStream CAMERA = FrameStream.of(Authentication.AMORTISED, 0);
  private static final FrameStream CHAT = FrameStream.of(Authentication.SIGNED, 0);
  private static final Tick EXPULSION = Cast.START;
  private static final Tick LAST_MOMENT =
      EXPULSION.plusMillis(Limits.FRAMES_AFTER_EXPELLED_MILLIS - 1);
  private static final Tick AFTER = LAST_MOMENT.plusMillis(1);

  private final Cast cast;
  private final Person alice;
  private final Person mallory;
  private final Epoch old;
  private final Epoch next;
  private final Device sender;
  private final Device expelled;
  private final Device receiver;

  AfterAnExpulsionTest(TestInfo test) {
    cast = new Cast(test);
    alice = cast.new Person();
    mallory = cast.new Person();
    old = cast.epoch();
    next = cast.epoch();
    sender = cast.new Device(alice).sendsUnder(old);
    expelled = cast.new Device(mallory).sendsUnder(old);
    receiver = cast.new Device(cast.new Person()).knows(alice, mallory).holds(old);
  }

  private void theExpulsionIsLearnt() {
    receiver.ring.end(mallory.self.stay(), EXPULSION);
    receiver.ring.leaveBehind(old.epoch(), EXPULSION);
  }

  @Test
  void theExpelledMembersOwnFramesOpenNoMoreAtOnce() {
    byte[] before = expelled.seals(CHAT, "before");
    theExpulsionIsLearnt();
    assertThat(receiver.opens(EXPULSION, before)).isEqualTo(Refused.NOT_A_MEMBER);
  }

  @Test
  void unvouchedFramesOfTheOldEpochOpenForASecondAndThenNoMore() {
    byte[] first = sender.seals(PLAIN, "under way");
    byte[] second = sender.seals(PLAIN, "too late");
    theExpulsionIsLearnt();
    assertThat(receiver.opens(LAST_MOMENT, first)).isInstanceOf(Opened.class);
    assertThat(receiver.opens(AFTER, second)).isEqualTo(Refused.EPOCH_LEFT_BEHIND);
  }

  @Test
  void aFrameSignedByALiveMemberOpensAfterwardsToo() {
    byte[] frame = sender.seals(CHAT, "signed");
    theExpulsionIsLearnt();
    assertThat(receiver.opens(AFTER, frame)).isInstanceOf(Opened.class);
  }

  @Test
  void aSignatureOfOneWhoIsNotLiveDoesNotVouch() {
    byte[] frame = sender.seals(CHAT, "signed");
    byte[] amortised = sender.seals(CAMERA, "vouched");
    theExpulsionIsLearnt();
    // Alice has left meanwhile; what she sent opens until the grace is over, but vouches not.
    receiver.ring.end(alice.self.stay(), AFTER.plusMillis(30_000));
    assertThat(receiver.opens(AFTER, frame)).isEqualTo(Refused.EPOCH_LEFT_BEHIND);
    assertThat(receiver.opens(AFTER, amortised)).isEqualTo(Refused.EPOCH_LEFT_BEHIND);
  }

  @Test
  void anAmortisedFrameWaitsForItsVoucherAndIsThenTheMembers() {
    byte[] frame = sender.seals(CAMERA, "vouched");
    sender.ring.leaveBehind(old.epoch(), EXPULSION);
    sender.sendsUnder(next);
    theExpulsionIsLearnt();
    receiver.holds(next);

    assertThat(receiver.opens(AFTER, frame)).isEqualTo(Waiting.FOR_VOUCHER);
    receiver.drains(AFTER);
    assertThat(receiver.texts()).as("nobody vouches yet").isEmpty();
    byte[] voucher = sender.voucher(AFTER).orElseThrow();
    assertThat(receiver.opens(AFTER, voucher)).isInstanceOf(Vouched.class);
    receiver.drains(AFTER);
    assertThat(receiver.texts()).containsExactly("vouched");
    assertThat(receiver.delivered.getFirst().frame().source()).isEqualTo(FrameSource.MEMBER);
    assertThat(receiver.opens(AFTER, frame)).isEqualTo(Refused.REPLAYED);
  }

  @Test
  void anAmortisedFrameThatComesAfterItsVoucherOpensAtOnce() {
    byte[] frame = sender.seals(CAMERA, "vouched");
    theExpulsionIsLearnt();
    receiver.opens(AFTER, sender.voucher(AFTER).orElseThrow());
    assertThat(receiver.opens(AFTER, frame)).isInstanceOf(Opened.class);
  }

  @Test
  void whatTheExpelledMemberForgesInAlicesNameWaitsInVain() {
    // Mallory holds the old epoch, and so Alice's frame key in it.
    Person asAlice = cast.new Person();
    asAlice.self = alice.self;
    Device forger = cast.new Device(asAlice).sendsUnder(old);
    theExpulsionIsLearnt();

    assertThat(receiver.opens(AFTER, forger.seals(PLAIN, "forged")))
        .isEqualTo(Refused.EPOCH_LEFT_BEHIND);
    assertThat(receiver.opens(AFTER, forger.seals(CHAT, "forged"))).isEqualTo(Refused.FORGED);
    assertThat(receiver.opens(AFTER, forger.seals(CAMERA, "forged")))
        .isEqualTo(Waiting.FOR_VOUCHER);
    assertThat(receiver.opens(AFTER, forger.voucher(AFTER).orElseThrow()))
        .isEqualTo(Refused.FORGED);
    receiver.drains(AFTER);
    assertThat(receiver.delivered).isEmpty();
    receiver.drains(AFTER.plusMillis(Limits.FRAME_WAIT_MILLIS));
    assertThat(receiver.opener.isAnythingWaiting()).isFalse();
  }

  @Test
  void nothingMoreIsSealedUnderAnEpochLeftBehind() {
    sender.ring.leaveBehind(old.epoch(), EXPULSION);
    byte[] out = new byte[200];
    assertThat(sender.sealer.seal(EXPULSION, PLAIN, new byte[3], 0, 3, out, 0))
        .isEqualTo(NotSealed.NO_KEY);
    assertThat(sender.ring.activate(old.epoch(), old.revision())).isFalse();
  }

  @Test
  void aRevisionOfAnEpochLeftBehindIsLeftBehindTooThoughInstalledLater() {
    theExpulsionIsLearnt();
    Epoch stepped = old.stepped();
    receiver.holds(stepped);
    sender.sendsUnder(stepped);
    assertThat(receiver.opens(AFTER, sender.seals(PLAIN, "x")))
        .isEqualTo(Refused.EPOCH_LEFT_BEHIND);
  }

  @Test
  void framesOfTheEpochMadeAfterTheExpulsionOpenAsEver() {
    theExpulsionIsLearnt();
    receiver.holds(next);
    sender.sendsUnder(next);
    assertThat(receiver.opens(AFTER, sender.seals(PLAIN, "new"))).isInstanceOf(Opened.class);
  }
}
