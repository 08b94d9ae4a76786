package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Stories of small groups that a {@link KeyingScenario} cannot tell: they look deeper. */
class StoriesTest {
  private final Group group = new Group(7);

  private void settle() {
    group.run(10_000);
    assertThat(group.allReadAll()).as(group.show()).isTrue();
  }

  private void five() {
    group.found("anna", "chair", Group.CHAIR_EXPELS);
    for (String name : new String[] {"ben", "cora", "dan", "eva"}) {
      group.join(name, name.equals("ben") ? "chair" : "");
    }
    settle();
    assertThat(group.members()).hasSize(5);
  }

  @Test
  void whoComesAfterAnExpulsionLearnsByWhatRightItWas() {
    five();
    group.node("anna").step(new Input.Expel(group.node("eva").device()));
    settle();
    group.join("finn", "");
    settle();
    assertThat(group.node("finn").core.isMember()).as(group.show()).isTrue();
    assertThat(group.members()).hasSize(5);
  }

  @Test
  void whenNobodyCanReadTheExcludersLastEpochAnotherIsMade() {
    five();
    // All have seen anna's credential since it expelled finn: an expulsion waits for it.
    Group.Node finn = group.join("finn", "");
    settle();
    group.node("anna").step(new Input.Expel(finn.device()));
    settle();
    Group.Node anna = group.node("anna");
    Group.Node cora = group.node("cora");
    group.hears = (from, to) -> from != anna;
    anna.step(new Input.Expel(group.node("eva").device()));
    anna.isDown = true;
    // The fact comes without its cover, as from somebody who keeps facts only.
    Envelope fact = anna.core.state().usable().get(0).envelope();
    cora.step(new Input.Received(anna.address, FactCodec.encodeWithoutCover(fact)));
    group.run(10_000);
    assertThat(group.allReadAll()).as(group.show()).isTrue();
    assertThat(group.members())
        .as(group.show())
        .extracting(node -> node.name)
        .containsExactly("ben", "cora", "dan");
  }

  @Test
  void aSteadyStreamOfEndsDoesNotPutErasureOff() {
    five();
    FactId first = group.node("anna").core.sendingEpoch().orElseThrow();
    // Each Here makes the running epoch unclean, so for a moment nobody holds a usable one.
    for (int i = 0; i < 6; i++) {
      group.node("ben").step(new Input.Renew(Optional.empty()));
      group.run(10_000);
    }
    assertThat(group.node("anna").core.core.keys.get(first)).isEmpty();
  }

  /** Each side let somebody in, and all who knew both are gone: none of the rest knows another. */
  @Test
  void twoSidesOfWhichNobodyKnowsAnybodyOnTheOtherBecomeOneAllTheSame() {
    Group.Node anna = group.found("anna", "", Group.CHAIR_EXPELS);
    Group.Node ben = group.join("ben", "");
    settle();
    group.hears = (from, to) -> from == to;
    Group.Node cora = group.join("cora", "");
    Group.Node dan = group.join("dan", "");
    List<Group.Node> side = List.of(anna, cora);
    group.hears = (from, to) -> side.contains(from) == side.contains(to);
    group.run(10_000);
    assertThat(cora.core.isMember() && dan.core.isMember()).as(group.show()).isTrue();
    assertThat(dan.core.state().person(cora.id())).isEmpty();
    anna.isDown = true;
    ben.isDown = true;
    group.hears = (from, to) -> true;
    group.run(20_000);
    assertThat(dan.core.state().heads()).as(group.show()).isEqualTo(cora.core.state().heads());
    assertThat(dan.core.state().isMember(cora.id())).as(group.show()).isTrue();
  }
}
