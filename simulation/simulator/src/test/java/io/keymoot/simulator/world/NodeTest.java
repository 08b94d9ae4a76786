package io.keymoot.simulator.world;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.keying.Draws;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.PeerInput;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** What a device does between two of its words, and with frames that come before their key. */
class NodeTest {
  private final World world;
  private final Node anna;

  /** Of two tests in one process none may have the other's keys: no cipher seals so twice. */
  NodeTest(TestInfo test) {
    world =
        new World(
            new World.Setup(
                test.getDisplayName().hashCode(), Profile.CONFERENCE, false, Draws::new),
            new Trace(Optional.empty(), Optional.empty()));
    anna = world.found(0);
  }

  private void run(long millis) {
    world.timeline().runTo(world.now() + millis);
  }

  /** Everything that anna says, after which she is gone once she has said such a thing. */
  private List<MessageType> saidByAnnaWhoCrashesAt(MessageType last) {
    List<MessageType> said = new ArrayList<>();
    world.watch(
        new Watcher() {
          @Override
          public void said(Node from, Bytes message) {
            if (from == anna) {
              said.add(SideCodec.typeOf(message).orElseThrow());
              if (said.contains(last)) {
                anna.crash();
              }
            }
          }
        });
    world.start(anna);
    world.join(1);
    run(5_000);
    return said;
  }

  @Test
  void whoLetsSomebodyInSaysAnAdmitAndAGrant() {
    assertThat(saidByAnnaWhoCrashesAt(MessageType.LEAVE))
        .containsSubsequence(MessageType.ADMIT, MessageType.GRANT);
  }

  @Test
  void whoCrashesBetweenTheTwoSaysNothingMore() {
    List<MessageType> said = saidByAnnaWhoCrashesAt(MessageType.ADMIT);
    assertThat(said.get(said.size() - 1)).isEqualTo(MessageType.ADMIT);
    assertThat(world.nodes().get(1).isMember()).as("nor did that arrive").isFalse();
  }

  /**
   * Ben hears of nothing any more, and the others follow to a new epoch, under which anna speaks.
   */
  private Frame sealedUnderAKeyThatLacks(Node ben) {
    Node cora = world.join(2);
    Node dan = world.join(3);
    run(15_000);
    for (Node other : List.of(anna, cora, dan)) {
      world.topology().cut(other, ben);
    }
    anna.step(new PeerInput.Expel(dan.device()));
    cora.step(new PeerInput.Expel(dan.device()));
    run(400);
    Frame frame = world.sealed(anna).orElseThrow();
    assertThat(ben.frameKeys()).noneMatch(key -> key.epoch().equals(frame.epoch()));
    assertThat(world.understands(ben, frame)).isFalse();
    return frame;
  }

  @Test
  void aFrameThatComesBeforeItsKeyIsOpenedWhenThatComes() {
    world.start(anna);
    Node ben = world.join(1);
    Frame frame = sealedUnderAKeyThatLacks(ben);
    world.topology().mendAll();
    run(950);
    assertThat(ben.frameKeys()).anyMatch(key -> key.epoch().equals(frame.epoch()));
    assertThat(world.framesOpenedLate()).isEqualTo(1);
    assertThat(world.violations()).isEmpty();
  }

  @Test
  void aFrameWhoseKeyComesMoreThanASecondLaterIsNotOpened() {
    world.start(anna);
    Node ben = world.join(1);
    Frame frame = sealedUnderAKeyThatLacks(ben);
    run(1_000);
    world.topology().mendAll();
    run(3_000);
    assertThat(ben.frameKeys()).anyMatch(key -> key.epoch().equals(frame.epoch()));
    assertThat(world.framesOpenedLate()).isZero();
  }
}
