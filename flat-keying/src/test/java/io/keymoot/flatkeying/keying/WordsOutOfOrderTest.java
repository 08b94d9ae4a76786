package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Who signs heartbeats of which none knows the other lies, though no fact says so. */
class WordsOutOfOrderTest {
  @Test
  void whoIsCaughtByItsWordsAloneIsToGoAtOnce() {
    Group group = new Group(1);
    group.found("anna", "chair", Group.CHAIR_EXPELS);
    for (String name : List.of("ben", "cora", "dan")) {
      group.join(name, "");
    }
    group.run(10_000);
    Group.Node anna = group.node("anna");
    Group.Node dan = group.node("dan");

    // Nobody but anna hears both, and what dan last said knows neither.
    group.hears = (from, to) -> to == anna && from != dan;
    List<FactId> bens = refreshed(group.node("ben"));
    List<FactId> coras = refreshed(group.node("cora"));
    group.run(200);
    assertThat(anna.core.state().heads()).hasSize(2);

    GroupState state = anna.core.state();
    says(dan, anna, bens);
    assertThat(lastOwed(anna)).doesNotContain(dan.id());
    says(dan, anna, coras);
    assertThat(anna.core.core.membership.caught()).containsExactly(dan.id());
    assertThat(anna.core.state()).isSameAs(state);
    assertThat(lastOwed(anna)).contains(dan.id());
    group.hears = (from, to) -> true;
    group.run(10_000);
    assertThat(group.members()).as(group.show()).doesNotContain(dan).hasSize(3);
  }

  private static List<FactId> refreshed(Group.Node node) {
    node.step(new Input.Refresh());
    return node.core.state().heads();
  }

  private static void says(Group.Node liar, Group.Node hearer, List<FactId> heads) {
    hearer.step(
        new Input.Heard(
            liar.id(),
            Optional.of(
                liar.core.core.self.writer().sign(MessageType.HEARTBEAT, heads, Bytes.EMPTY)),
            Optional.empty(),
            Input.KeyCheck.UNTESTED,
            hearer.core.state().membersDigest()));
  }

  private static SortedSet<MemberId> lastOwed(Group.Node node) {
    SortedSet<MemberId> going = new TreeSet<>();
    for (Effect effect : node.log) {
      if (effect instanceof Effect.Owed owed) {
        going = owed.going();
      }
    }
    return going;
  }
}
