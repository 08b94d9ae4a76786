package io.keymoot.simulator.invariant;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.frame.FrameEpoch;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.keying.Draws;
import io.keymoot.flatkeying.keying.Eavesdropper;
import io.keymoot.peer.PeerEffect;
import io.keymoot.peer.PeerInput;
import io.keymoot.simulator.world.Frame;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Trace;
import io.keymoot.simulator.world.World;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** What the judges of groups of every size say of keys and frames that must not be. */
class JudgesTest {
  private final World world;
  private final HeldKeys keys;
  private final Sealed sealed;
  private final Frames frames;
  private final Node anna;
  private final Node ben;
  private final Node cora;
  private final Node dan;

  /** Of two tests in one process none may have the other's keys: no cipher seals so twice. */
  JudgesTest(TestInfo test) {
    world =
        new World(
            new World.Setup(
                test.getDisplayName().hashCode(), Profile.CONFERENCE, false, Draws::new),
            new Trace(Optional.empty(), Optional.empty()));
    anna = world.found(0);
    keys = new HeldKeys(world);
    sealed = new Sealed(world, keys);
    frames = new Frames(world);
    world.watch(keys);
    world.watch(sealed);
    world.watch(frames);
    world.start(anna);
    ben = world.join(1);
    cora = world.join(2);
    dan = world.join(3);
    run(15_000);
    assertThat(anna.known().memberCount()).isEqualTo(4);
  }

  private void run(long millis) {
    world.timeline().runTo(world.now() + millis);
  }

  private void runUntil(BooleanSupplier holds) {
    for (int i = 0; i < 500 && !holds.getAsBoolean(); i++) {
      run(10);
    }
    assertThat(holds.getAsBoolean()).isTrue();
  }

  private FactId running() {
    return anna.peer().keying().sendingEpoch().orElseThrow();
  }

  private int revision() {
    return anna.peer().keying().sendingRevision();
  }

  private void danIsPutOut() {
    anna.step(new PeerInput.Expel(dan.device()));
    cora.step(new PeerInput.Expel(dan.device()));
    runUntil(() -> !anna.known().isMember(dan.member()));
  }

  /** Shows the judge a frame of anna's as if it were sealed under another key. */
  private void annaSealsUnder(FactId epoch, int revision) {
    Frame real = world.sealed(anna).orElseThrow();
    sealed.sealed(
        anna,
        new Frame(anna, real.stay(), epoch, revision, real.number(), world.now(), real.bytes()));
  }

  private void assertThatItIsFound(String what) {
    assertThatItIsFound("I3", what);
  }

  private void assertThatItIsFound(String property, String what) {
    assertThat(world.violations()).hasSize(1);
    assertThat(world.violations().get(0).property()).isEqualTo(property);
    assertThat(world.violations().get(0).what()).contains(what);
  }

  @Test
  void whatIsReallySealedIsRightWhoeverGoes() {
    danIsPutOut();
    cora.step(new PeerInput.Leave());
    for (int i = 0; i < 200; i++) {
      run(20);
      for (Node node : List.of(anna, ben)) {
        world.sealed(node).ifPresent(frame -> sealed.sealed(node, frame));
      }
    }
    assertThat(anna.known().memberCount()).isEqualTo(2);
    assertThat(world.violations()).isEmpty();
  }

  @Test
  void whoSealsUnderAKeyOfWhoWasPutOutIsFoundAtOnce() {
    FactId before = running();
    int then = revision();
    danIsPutOut();
    runUntil(() -> !running().equals(before));
    annaSealsUnder(before, then);
    assertThatItIsFound("was put out");
  }

  @Test
  void whoSealsUnderAKeyOfWhoLeftIsFoundAfterASecond() {
    FactId before = running();
    int then = revision();
    dan.step(new PeerInput.Leave());
    runUntil(() -> !anna.known().isMember(dan.member()));
    annaSealsUnder(before, then);
    run(800);
    annaSealsUnder(before, then);
    assertThat(world.violations()).isEmpty();
    run(300);
    annaSealsUnder(before, then);
    assertThatItIsFound("went more than a second ago");
  }

  @Test
  void whoStaysUnderTheEpochBeforeIsFoundThoughNobodyWent() {
    FactId before = running();
    int then = revision();
    anna.step(new PeerInput.Refresh());
    runUntil(() -> !running().equals(before));
    annaSealsUnder(before, then);
    assertThat(world.violations()).isEmpty();
    run(1_000);
    annaSealsUnder(before, then);
    assertThatItIsFound("as its facts and keys would have it");
  }

  @Test
  void whoSealsAtTheRevisionBeforeIsFound() {
    world.join(4);
    runUntil(() -> revision() > 0);
    annaSealsUnder(running(), revision() - 1);
    assertThatItIsFound("not " + revision());
  }

  @Test
  void whoSendsUnderAKeyThatSomebodyHadWhoIsOutIsFound() {
    FactId before = running();
    danIsPutOut();
    runUntil(() -> !running().equals(before));
    FrameEpoch key =
        anna.frameKeys().stream()
            .filter(each -> each.epoch().equals(running()))
            .findFirst()
            .orElseThrow();
    PeerEffect.Activate activate = new PeerEffect.Activate(key.epoch(), key.revision());
    keys.stepped(anna, anna.known(), List.of(activate));
    assertThat(world.violations()).isEmpty();
    keys.installed(dan, key);
    keys.stepped(anna, anna.known(), List.of(activate));
    assertThatItIsFound(dan.member().toString());
  }

  @Test
  void whoOpensAFrameOfWhoWasPutOutMoreThanASecondLaterIsFound() {
    Frame one = world.sealed(dan).orElseThrow();
    Frame other = world.sealed(dan).orElseThrow();
    danIsPutOut();
    run(900);
    frames.opened(anna, one);
    assertThat(world.violations()).isEmpty();
    run(300);
    frames.opened(anna, other);
    assertThatItIsFound("I7", "who is out among its facts for long");
  }

  @Test
  void whoOpensAFrameTwiceIsFound() {
    Frame one = world.sealed(dan).orElseThrow();
    frames.opened(anna, one);
    frames.opened(ben, one);
    assertThat(world.violations()).isEmpty();
    frames.opened(anna, one);
    assertThatItIsFound("P7", "for the second time");
  }

  @Test
  void whoHoldsAnErasedKeyAgainIsFound() {
    world.watch(new Erasure(world));
    FactId before = running();
    EpochSecret secret = Eavesdropper.copy(anna.peer().keying(), before);
    danIsPutOut();
    run(4_000);
    assertThat(Eavesdropper.heldEpochs(anna.peer().keying())).doesNotContain(before);
    assertThat(world.violations()).isEmpty();
    Eavesdropper.putBack(anna.peer().keying(), before, secret);
    runUntil(() -> !world.violations().isEmpty());
    assertThatItIsFound("P8", "again");
  }

  @Test
  void whoHoldsAnErasedRevisionAgainIsFound() {
    world.watch(new Erasure(world));
    FactId epoch = running();
    EpochSecret secret = Eavesdropper.copy(anna.peer().keying(), epoch);
    world.join(4);
    run(1_000);
    while (Eavesdropper.lowestRevision(anna.peer().keying(), epoch) == secret.revision()) {
      run(1_000);
    }
    assertThat(world.violations()).isEmpty();
    Eavesdropper.putBack(anna.peer().keying(), epoch, secret);
    runUntil(() -> !world.violations().isEmpty());
    assertThatItIsFound("P8", "again");
  }
}
