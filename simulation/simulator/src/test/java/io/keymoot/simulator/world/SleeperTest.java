package io.keymoot.simulator.world;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.keying.Draws;
import io.keymoot.flatkeying.keying.Eavesdropper;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.PeerInput;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** P8 for a device that slept while erasure fell due. */
class SleeperTest {
  private static final long LONGER_THAN_THE_GRACE_PERIOD = 60_000;

  private final World world =
      new World(
          new World.Setup(11, Profile.CONFERENCE, false, Draws::new),
          new Trace(Optional.empty(), Optional.empty()));

  private void run(long millis) {
    world.timeline().runTo(world.now() + millis);
  }

  private static List<FactId> held(Node node) {
    return Eavesdropper.heldEpochs(node.peer().keying());
  }

  @Test
  void whoWakesErasesWhatIsDueBeforeItHearsTheFirstOfAllThatCameMeanwhile() {
    Node anna = world.found(0);
    world.start(anna);
    Node ben = world.join(1);
    Node cora = world.join(2);
    Node dan = world.join(3);
    run(15_000);
    FactId old = cora.peer().keying().sendingEpoch().orElseThrow();
    dan.step(new PeerInput.Leave());
    run(5_000);
    assertThat(cora.peer().keying().sendingEpoch()).isPresent().get().isNotEqualTo(old);
    assertThat(held(cora)).as("within the grace period").contains(old);

    cora.stop();
    List<Bytes> meanwhile = new ArrayList<>();
    world.watch(
        new Watcher() {
          @Override
          public void said(Node from, Bytes message) {
            if (from == ben
                && SideCodec.typeOf(message).equals(Optional.of(MessageType.HEARTBEAT))) {
              meanwhile.add(message);
            }
          }
        });
    run(LONGER_THAN_THE_GRACE_PERIOD);
    assertThat(meanwhile).hasSizeGreaterThan(20);
    assertThat(held(cora)).as("a device that sleeps does nothing").contains(old);

    // The first of the backlog, and no timer yet.
    cora.peer().step(cora.tick(), new PeerInput.Received(ben.address(), meanwhile.get(0)));
    assertThat(held(cora)).doesNotContain(old);
    cora.goOn();
    run(5_000);
    assertThat(cora.peer().keying().sendingEpoch()).isEqualTo(anna.peer().keying().sendingEpoch());
    assertThat(held(anna)).doesNotContain(old);
  }
}
