package io.keymoot.simulator.world;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.keying.Draws;
import io.keymoot.flatkeying.keying.Effect;
import io.keymoot.peer.PeerInput;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The thinnest path through the whole house, on a made-up network; it stays green for good. */
class SkeletonTest {
  private final List<Node> nodes = new ArrayList<>();

  private World world(long seed, int lossPercent) {
    World world =
        new World(
            new World.Setup(seed, Profile.CONFERENCE, false, Draws::new),
            new Trace(Optional.empty(), Optional.empty()));
    world.weather().lossPercent = lossPercent;
    Node founder = world.found(0);
    world.start(founder);
    nodes.add(founder);
    return world;
  }

  private Node join(World world) {
    Node node = world.join(nodes.size());
    nodes.add(node);
    return node;
  }

  private static void run(World world, long millis) {
    world.timeline().runTo(world.now() + millis);
  }

  /** Who of the members does not read what which other sends now. */
  private static List<String> misunderstandings(World world) {
    List<String> found = new ArrayList<>();
    for (Node sender : world.members()) {
      Optional<Frame> frame = world.sealed(sender);
      if (frame.isEmpty()) {
        found.add(sender + " may not send: " + sender.status());
        continue;
      }
      for (Node reader : world.members()) {
        if (reader != sender && !world.understands(reader, frame.get())) {
          found.add(reader + " does not read " + sender);
        }
      }
    }
    return found;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5, 20})
  void fiveMeetOneComesLateOneIsExpelledAndReadsNothingThatFollows(int lossPercent) {
    World world = world(7 + lossPercent, lossPercent);
    for (int i = 0; i < 3; i++) {
      join(world);
    }
    run(world, 15_000);
    assertThat(world.members()).hasSize(4);
    assertThat(misunderstandings(world)).isEmpty();
    Frame early = world.sealed(nodes.get(0)).orElseThrow();

    Node eva = join(world);
    run(world, 10_000);
    assertThat(world.members()).hasSize(5);
    assertThat(misunderstandings(world)).isEmpty();
    assertThat(world.understands(eva, early)).isFalse();

    Node dan = nodes.get(3);
    nodes.get(0).step(new PeerInput.Expel(dan.device()));
    nodes.get(2).step(new PeerInput.Expel(dan.device()));
    run(world, 10_000);
    assertThat(world.members()).hasSize(4);
    assertThat(misunderstandings(world)).isEmpty();
    Frame late = world.sealed(nodes.get(0)).orElseThrow();
    assertThat(world.understands(nodes.get(1), late)).isTrue();
    assertThat(world.understands(dan, late)).isFalse();
    assertThat(dan.status().state()).isEqualTo(Effect.State.OUT);
  }

  @Test
  void whoIsSpokenToBeforeItsStartOnlyMissesIt() {
    World world = world(5, 0);
    Node eva = world.arrive(1);
    run(world, 5_000);
    world.start(eva);
    run(world, 5_000);
    assertThat(world.members()).hasSize(2);
    assertThat(misunderstandings(world)).isEmpty();
  }

  @Test
  void halvesThatWereApartAgreeAgain() {
    World world = world(3, 2);
    for (int i = 0; i < 4; i++) {
      join(world);
    }
    run(world, 15_000);
    for (Node node : nodes) {
      world.topology().side(node, node.index() < 2 ? 0 : 1);
    }
    nodes.get(0).step(new PeerInput.Refresh());
    nodes.get(3).step(new PeerInput.Refresh());
    run(world, 30_000);
    assertThat(world.members()).hasSize(5);
    world.topology().join();
    run(world, 15_000);
    assertThat(world.members()).hasSize(5);
    assertThat(misunderstandings(world)).isEmpty();
    assertThat(nodes.get(0).known().membersDigest())
        .isEqualTo(nodes.get(4).known().membersDigest());
  }
}
