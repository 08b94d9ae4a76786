package io.keymoot.simulator.byzantine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.keying.Draws;
import io.keymoot.flatkeying.keying.Eavesdropper;
import io.keymoot.peer.PeerEffect;
import io.keymoot.peer.PeerInput;
import io.keymoot.simulator.invariant.Invariants;
import io.keymoot.simulator.invariant.RealBytes;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Trace;
import io.keymoot.simulator.world.Watcher;
import io.keymoot.simulator.world.World;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a liar tells is such that honest members take it, until they find out. */
class FalseKeysTest {
  private static final long UNTIL = 120_000;

  @Test
  void whatALiarGivesIsTakenForAWhileAndDoesNotLast() {
    int taken = 0;
    for (int seed = 1; seed <= 6; seed++) {
      taken += momentsOfFalseKeys(seed);
    }
    assertThat(taken).as("moments at which somebody held a false key").isPositive();
  }

  /** Who comes beside a Rekey is in no cover, so it asks, and nothing proves what it is told. */
  private static int momentsOfFalseKeys(int seed) {
    World world =
        new World(
            new World.Setup(seed, Profile.CONFERENCE, false, Draws::new),
            new Trace(Optional.empty(), Optional.empty()));
    Node founder = world.found(0);
    RealBytes bytes = new RealBytes(world, false);
    Invariants.all(world).forEach(world::watch);
    world.watch(bytes);
    world.start(founder);
    List<Node> nodes = new ArrayList<>();
    for (int person = 1; person <= 5; person++) {
      nodes.add(world.join(person));
    }
    Node honest = nodes.get(3);
    int[] moments = new int[1];
    world.watch(
        new Watcher() {
          @Override
          public void stepped(Node node, GroupState before, List<PeerEffect> effects) {
            boolean isFalse =
                !node.isByzantine()
                    && node.known().count() > 0
                    && node.known().usable().stream()
                        .anyMatch(epoch -> contradict(node, honest, epoch.id()));
            moments[0] += isFalse ? 1 : 0;
          }
        });
    world.timeline().runTo(10_000);
    Liar.turn(
        nodes.get(1),
        world,
        new Random(seed),
        Optional.of(bytes.eavesdropper()),
        new ArrayList<>(),
        UNTIL,
        List.of(new GiveFalseKeys()));
    for (int person = 6; person < 14; person++) {
      world.join(person);
      for (int i = 0; i < 20; i++) {
        honest.step(new PeerInput.Refresh());
        world.timeline().runTo(world.now() + 50);
      }
      world.timeline().runTo(world.now() + 5_000);
    }
    world.timeline().runTo(world.now() + 30_000);
    world.finish();
    assertThat(world.violations()).isEmpty();
    assertThat(world.honest())
        .noneMatch(
            node ->
                node.known().usable().stream()
                    .anyMatch(epoch -> contradict(node, honest, epoch.id())));
    return moments[0];
  }

  private static boolean contradict(Node one, Node other, FactId epoch) {
    return Eavesdropper.contradict(one.peer().keying(), other.peer().keying(), epoch);
  }
}
