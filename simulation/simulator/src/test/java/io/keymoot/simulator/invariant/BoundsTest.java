package io.keymoot.simulator.invariant;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.keying.Draws;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Trace;
import io.keymoot.simulator.world.World;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** I8 can fail. */
class BoundsTest {
  private final World world =
      new World(
          new World.Setup(1, Profile.CONFERENCE, false, Draws::new),
          new Trace(Optional.empty(), Optional.empty()));

  @Test
  void aPeerThatSaysMoreThanAMessageHoldsIsFound() {
    Node node = world.found(0);
    Bounds bounds = new Bounds(world);
    bounds.meant(node, Bytes.owning(new byte[Limits.MESSAGE_BYTES]));
    assertThat(world.violations()).isEmpty();
    bounds.meant(node, Bytes.owning(new byte[Limits.MESSAGE_BYTES + 1]));
    assertThat(world.violations())
        .singleElement()
        .satisfies(each -> assertThat(each.property()).isEqualTo("I8"));
  }

  @Test
  void aPeerThatSpeaksWithoutEndIsFound() {
    Node node = world.found(0);
    Restraint restraint = new Restraint(world);
    Bytes word = Bytes.owning(new byte[10]);
    for (int i = 0; i < 10; i++) {
      for (int j = 0; j < 200; j++) {
        restraint.meant(node, word);
      }
      world.timeline().runTo(world.now() + 1_000);
    }
    assertThat(world.violations()).isEmpty();
    for (int i = 0; i < 1_000; i++) {
      restraint.meant(node, word);
    }
    assertThat(world.violations())
        .singleElement()
        .satisfies(each -> assertThat(each.property()).isEqualTo("I8"));
  }
}
