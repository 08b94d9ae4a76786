package io.keymoot.simulator.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.keying.Draws;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.PeerInput;
import io.keymoot.simulator.byzantine.Liar;
import io.keymoot.simulator.world.Frame;
import io.keymoot.simulator.world.Memory;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Topology;
import io.keymoot.simulator.world.Trace;
import io.keymoot.simulator.world.Watcher;
import io.keymoot.simulator.world.World;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What goes wrong is what is said to. */
class FaultsTest {
  private static final long UNTIL = 600_000;

  private final World world =
      new World(
          new World.Setup(21, Profile.CONFERENCE, false, Draws::new),
          new Trace(Optional.empty(), Optional.empty()));

  private final List<Node> nodes = new ArrayList<>();

  private final OnlyReturns people = new OnlyReturns(world);

  private Trouble trouble() {
    return new Trouble(world, new Random(4), UNTIL, true, 4, people);
  }

  private void run(long millis) {
    world.timeline().runTo(world.now() + millis);
  }

  private void four() {
    nodes.add(world.found(0));
    world.start(nodes.get(0));
    for (int person = 1; person < 4; person++) {
      nodes.add(world.join(person));
    }
  }

  @Test
  void whoSaysWhatOthersSaidBeforeDoesNotCrashForIt() {
    List<Bytes> admits = new ArrayList<>();
    world.watch(
        new Watcher() {
          @Override
          public void said(Node from, Bytes message) {
            if (SideCodec.typeOf(message).equals(Optional.of(MessageType.ADMIT))) {
              admits.add(message);
            }
          }
        });
    four();
    run(20_000);
    new CrashMidAct().plan(trouble());
    for (int i = 0; i < 1_000; i++) {
      world.inject(nodes.get(1), Optional.empty(), admits.get(0));
    }
    assertThat(world.injected()).doesNotContainKey("crash-mid-act");
    assertThat(nodes).allMatch(Node::isUp);
    for (int person = 4; person < 200 && !world.injected().containsKey("crash-mid-act"); person++) {
      world.join(person);
      run(300);
    }
    assertThat(world.injected()).as("acts of one's own").containsKey("crash-mid-act");
  }

  @Test
  void whatWasSaidIsHeardAgainAndOpensOnceAtEach() {
    four();
    run(20_000);
    List<Node> opened = new ArrayList<>();
    world.watch(
        new Watcher() {
          @Override
          public void opened(Node by, Frame frame) {
            opened.add(by);
          }
        });
    new FrameReplays().plan(trouble());
    assertThat(world.talk(nodes.get(0), List.of(nodes.get(1)))).isPresent();
    run(20_000);
    assertThat(world.injected().get("frame-replay")).isGreaterThan(3);
    assertThat(opened).doesNotHaveDuplicates().containsAll(nodes.subList(1, 4));
  }

  @Test
  void aLiarThatHasLeftStillSpeaksAndIsHeardForAWhileOnly() {
    four();
    run(20_000);
    Node liar = nodes.get(3);
    Liar.turn(liar, world, new Random(1), Optional.empty(), new ArrayList<>(), UNTIL);
    run(10_000);
    List<Long> heard = new ArrayList<>();
    world.watch(
        new Watcher() {
          @Override
          public void opened(Node by, Frame frame) {
            heard.add(world.now());
          }
        });
    long leftAt = world.now();
    liar.step(new PeerInput.Leave());
    run(15_000);
    assertThat(world.injected().get("trick: speak-when-out")).isGreaterThan(10);
    assertThat(heard).allMatch(at -> at < leftAt + 10_000);
  }

  private void isPutOut(Node target) {
    nodes.get(0).step(new PeerInput.Expel(target.device()));
    nodes.get(1).step(new PeerInput.Expel(target.device()));
    run(5_000);
    assertThat(nodes.get(0).known().isMember(target.member())).isFalse();
  }

  @Test
  void whoStartsAgainHasItsDiskOfNowOrOfBefore() {
    four();
    nodes.add(world.join(4));
    nodes.add(world.join(5));
    run(20_000);
    new OldStates().plan(trouble());
    isPutOut(nodes.get(5));
    isPutOut(nodes.get(4));
    run(UNTIL);
    assertThat(world.injected().get("old-state")).isGreaterThan(4);
    assertThat(people.again).extracting(Node::memory).noneMatch(Memory::isEmpty);
    assertThat(people.again.stream().map(node -> node.memory().facts().size()).distinct())
        .as("older ones and newer ones")
        .hasSizeGreaterThan(1);
    assertThat(people.again.get(people.again.size() - 1).known().isMember(nodes.get(5).member()))
        .isFalse();
  }

  @Test
  void aLinkThatComesUpAgainLeavesWhatElseWasCutAsItIs() {
    four();
    run(20_000);
    Topology topology = world.topology();
    topology.cut(nodes.get(0), nodes.get(1));
    new Flapping().plan(trouble());
    int flaps = 0;
    boolean isDown = false;
    for (int i = 0; i < 5_000; i++) {
      run(100);
      assertThat(topology.isCut(nodes.get(0), nodes.get(1))).isTrue();
      boolean isDownNow = topology.isCut(nodes.get(1), nodes.get(0));
      flaps += isDown && !isDownNow ? 1 : 0;
      isDown = isDownNow;
    }
    assertThat(flaps).as("the way back came up again").isGreaterThan(2);
    topology.mend(nodes.get(0), nodes.get(1));
    run(UNTIL);
    assertThat(topology.isCut(nodes.get(0), nodes.get(1))).isFalse();
  }
}
