package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What one watcher says of a silent member moves another for a while, and not for good. */
class SilentMemberTest {
  private final Group group = new Group(71);

  private Group.Node found(String... others) {
    Group.Node founder = group.found("anna", "chair", Group.CHAIR_EXPELS);
    for (String name : others) {
      group.join(name, "");
      group.run(2_000);
    }
    group.run(10_000);
    assertThat(group.allReadAll()).as(group.show()).isTrue();
    return founder;
  }

  private static List<Effect> effects(Group.Node node, Input input) {
    int before = node.log.size();
    node.step(input);
    return List.copyOf(node.log.subList(before, node.log.size()));
  }

  /** It finds the member silent, and says so to all. */
  private static Bytes wordOf(Group.Node watcher, Group.Node about) {
    return effects(watcher, new Input.Second(about.id())).stream()
        .filter(Effect.Multicast.class::isInstance)
        .map(effect -> ((Effect.Multicast) effect).message())
        .filter(message -> SideCodec.typeOf(message).equals(Optional.of(MessageType.APPROVE)))
        .findFirst()
        .orElseThrow();
  }

  private static boolean isMovedBy(Group.Node watcher, Bytes word) {
    Bytes anywhere = Bytes.fromHex("66");
    return effects(watcher, new Input.Received(anywhere, word)).stream()
        .anyMatch(Effect.Seconded.class::isInstance);
  }

  @Test
  void aWordPlayedBackWhenTheGroupKnowsMoreMovesNobodyAndSuspendsNobody() {
    Group.Node anna = found("ben", "cora", "dan");
    Group.Node ben = group.node("ben");
    Group.Node dan = group.node("dan");
    Bytes word = wordOf(anna, dan);
    assertThat(isMovedBy(ben, word)).as("a word of now").isTrue();

    group.node("cora").step(new Input.Refresh());
    group.run(Limits.WORD_AGE_MILLIS + 2 * Limits.WORD_MARK_MILLIS);
    assertThat(isMovedBy(ben, word)).as("a word of then").isFalse();
    List<Stay> before = ben.core.state().liveStays(dan.id());
    ben.step(new Input.Suspend(dan.id()));
    group.run(5_000);
    assertThat(ben.core.state().liveStays(dan.id())).isEqualTo(before);

    // Said anew it counts, and ends the stay; dan says Here.
    assertThat(isMovedBy(ben, wordOf(anna, dan))).isTrue();
    ben.step(new Input.Suspend(dan.id()));
    group.run(5_000);
    assertThat(ben.core.state().liveStays(dan.id())).isNotEqualTo(before);
  }

  /** The word outran what its speaker knew: then its age is not known yet, and it is no old one. */
  @Test
  void aWordThatNamesWhatIsNotHereYetCounts() {
    Group.Node anna = found("ben", "cora", "dan");
    Group.Node ben = group.node("ben");
    Group.Node dan = group.node("dan");
    group.run(2 * Limits.WORD_AGE_MILLIS);
    group.hears = (from, to) -> to != ben;
    group.node("cora").step(new Input.Refresh());
    group.run(1_000);
    Bytes word = wordOf(anna, dan);
    assertThat(ben.core.has(anna.core.signingHeads().getFirst())).isFalse();
    assertThat(isMovedBy(ben, word)).isTrue();

    group.hears = (from, to) -> true;
    group.run(5_000);
    List<Stay> before = ben.core.state().liveStays(dan.id());
    ben.step(new Input.Suspend(dan.id()));
    group.run(5_000);
    assertThat(ben.core.state().liveStays(dan.id())).isNotEqualTo(before);
  }

  @Test
  void aWordThatDoesNotKnowWhatHappenedThisMinuteCountsAllTheSame() {
    Group.Node anna = found("ben", "cora", "dan");
    Bytes word = wordOf(anna, group.node("dan"));
    for (int i = 0; i < 10; i++) {
      group.node("cora").step(new Input.Refresh());
      group.run(4_000);
    }
    assertThat(isMovedBy(group.node("ben"), word)).isTrue();
  }
}
