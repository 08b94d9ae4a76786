package io.keymoot.simulator.invariant;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.keying.Draws;
import io.keymoot.peer.PeerEffect;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Trace;
import io.keymoot.simulator.world.Watcher;
import io.keymoot.simulator.world.World;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The judge of who is let in says what must not be. */
class AtTheDoorTest {
  private final World world =
      new World(
          new World.Setup(31, Profile.CONFERENCE, false, Draws::new, true),
          new Trace(Optional.empty(), Optional.empty()));
  private final Node anna = world.found(0);

  /** What anna's policy said yes to. */
  private final List<PeerEffect> yes = new ArrayList<>();

  private void benIsLetIn() {
    world.watch(
        new Watcher() {
          @Override
          public void stepped(Node node, GroupState before, List<PeerEffect> effects) {
            if (node == anna) {
              effects.stream()
                  .filter(each -> each instanceof PeerEffect.PolicyDecided)
                  .forEach(yes::add);
            }
          }
        });
    world.start(anna);
    world.join(1);
    world.timeline().runTo(10_000);
    assertThat(yes).hasSize(1);
  }

  private void assertThatItIsFound(String what) {
    assertThat(world.violations())
        .singleElement()
        .satisfies(each -> assertThat(each.property()).isEqualTo("I5"))
        .satisfies(each -> assertThat(each.what()).contains(what));
  }

  @Test
  void whoWasAskedForAndIsWellCertifiedIsLetInRightly() {
    benIsLetIn();
    new AtTheDoor(world).stepped(anna, GroupState.nothing(), yes);
    assertThat(world.violations()).isEmpty();
  }

  @Test
  void whoWasNotAskedForIsFound() {
    benIsLetIn();
    new AtTheDoor(world).stepped(anna, GroupState.nothing(), List.of());
    assertThatItIsFound("its policy was not asked about");
  }

  @Test
  void whoseCertificateHasRunOutByTheDoorsDateIsFound() {
    benIsLetIn();
    world.setDate(anna, 2 * 86_400_000L);
    new AtTheDoor(world).stepped(anna, GroupState.nothing(), yes);
    assertThatItIsFound("somebody certified from");
  }

  @Test
  void whoIsRevokedIsFoundOnceTheDoorHasHeard() {
    benIsLetIn();
    world.revoke(world.nodes().get(1));
    new AtTheDoor(world).stepped(anna, GroupState.nothing(), yes);
    assertThat(world.violations()).isEmpty();
    world.tellRevoked(anna);
    new AtTheDoor(world).stepped(anna, GroupState.nothing(), yes);
    assertThatItIsFound("it knows to be revoked");
  }
}
