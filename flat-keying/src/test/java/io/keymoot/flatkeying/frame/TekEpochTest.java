package io.keymoot.flatkeying.frame;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.frame.Cast.Device;
import io.keymoot.flatkeying.frame.Cast.Person;
import io.keymoot.flatkeying.frame.Opening.Opened;
import io.keymoot.flatkeying.frame.Opening.Waiting;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.key.Tek;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Frames under the group's real keys. */
class TekEpochTest {
  private static final FrameStream CHAT = FrameStream.of(Authentication.NONE, 0);

  private final Cast cast;
  private final Person alice;
  private final FactId rekey;
  private final EpochSecret secret;

  TekEpochTest(TestInfo test) {
    cast = new Cast(test);
    alice = cast.new Person();
    rekey = new FactId(cast.hash());
    Random random = new Random(test.getDisplayName().hashCode());
    secret = EpochSecret.fresh(random::nextBytes);
  }

  @Test
  void membersWhoHoldTheSameTekReadEachOther() {
    Device sender = cast.new Device(alice).sendsUnder(new TekEpoch(tek(secret)));
    Device receiver =
        cast.new Device(cast.new Person()).knows(alice).holds(new TekEpoch(tek(secret)));
    assertThat(receiver.opens(sender.seals(CHAT, "hello"))).isInstanceOf(Opened.class);
  }

  @Test
  void whoHoldsAnEarlierRevisionAloneCannotYetReadALaterOnesFrames() {
    Device sender = cast.new Device(alice).sendsUnder(new TekEpoch(tek(secret.at(1))));
    Device receiver =
        cast.new Device(cast.new Person()).knows(alice).holds(new TekEpoch(tek(secret)));
    assertThat(receiver.opens(sender.seals(CHAT, "hello"))).isEqualTo(Waiting.FOR_KEY);
    receiver.holds(new TekEpoch(tek(secret.at(1))), new TekEpoch(tek(secret.at(2))));
    receiver.drains(Cast.START);
    assertThat(receiver.texts()).containsExactly("hello");
  }

  @Test
  void aWipedTekGivesNoSecretAndIsNotActivated() {
    Tek tek = tek(secret);
    TekEpoch epoch = new TekEpoch(tek);
    Device device = cast.new Device(alice).holds(epoch);
    tek.close();
    assertThat(epoch.secretFor(alice.self.stay())).isEmpty();
    assertThat(device.ring.activate(epoch.epoch(), epoch.revision())).isFalse();
  }

  private Tek tek(EpochSecret of) {
    return of.tek(cast.group, rekey);
  }
}
