package io.keymoot.simulator.invariant;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.keying.Draws;
import io.keymoot.peer.PeerInput;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Trace;
import io.keymoot.simulator.world.World;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** What is asked again when all is over. */
class RealBytesTest {
  private final World world =
      new World(
          new World.Setup(31, Profile.CONFERENCE, false, Draws::new),
          new Trace(Optional.empty(), Optional.empty()));

  private void runUntil(BooleanSupplier holds) {
    for (int i = 0; i < 500 && !holds.getAsBoolean(); i++) {
      world.timeline().runTo(world.now() + 10);
    }
    assertThat(holds.getAsBoolean()).isTrue();
  }

  private static FactId running(Node node) {
    return node.peer().keying().sendingEpoch().orElseThrow();
  }

  @Test
  void whoIsToldWhatWasUsedWithoutItIsFoundThoughItIsUsedNoMore() {
    Node anna = world.found(0);
    RealBytes bytes = new RealBytes(world, false);
    world.watch(bytes);
    world.start(anna);
    Node ben = world.join(1);
    Node cora = world.join(2);
    Node dan = world.join(3);
    world.timeline().runTo(15_000);
    FactId first = running(anna);
    ben.step(new PeerInput.Expel(dan.device()));
    cora.step(new PeerInput.Expel(dan.device()));
    runUntil(() -> !running(anna).equals(first));
    FactId second = running(anna);
    world.timeline().runTo(world.now() + 2_000);
    cora.step(new PeerInput.Leave());
    runUntil(() -> !running(anna).equals(second));
    world.timeline().runTo(world.now() + 2_000);

    bytes.finished();
    assertThat(world.violations()).isEmpty();
    bytes.eavesdropper().givenAway(anna.peer().keying(), second, dan.member());
    bytes.finished();
    assertThat(world.violations()).hasSize(1);
    assertThat(world.violations().get(0).property()).isEqualTo("I3");
    assertThat(world.violations().get(0).what()).startsWith("afterwards: ");
  }
}
