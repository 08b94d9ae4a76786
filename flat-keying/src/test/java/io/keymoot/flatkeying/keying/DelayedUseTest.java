package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Duty;
import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.key.EpochSecret;
import java.util.ArrayList;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What only soft ends made unclean may be used for a second more, and no longer. */
class DelayedUseTest {
  /** Nobody does what is owed unless told to. */
  private static Group three() {
    Group group = new Group(3);
    group.found("anna", "chair", Group.CHAIR_EXPELS);
    group.join("ben", "");
    group.join("cora", "");
    group.run(10_000);
    assertThat(group.members()).hasSize(3);
    for (Group.Node each : group.members()) {
      each.takesTurns = false;
    }
    return group;
  }

  @Test
  void theSecondIsCountedFromTheEndAndNotFromWhenTheKeyCame() {
    Group group = three();
    Group.Node anna = group.node("anna");
    Group.Node ben = group.node("ben");
    Group.Node cora = group.node("cora");
    Optional<FactId> first = cora.core.sendingEpoch();

    // Anna hears nothing any more: neither that ben's old stay is over.
    group.hears = (from, to) -> to != anna;
    ben.step(new Input.Renew(Optional.empty()));
    group.run(50);
    assertThat(cora.core.sendingEpoch()).as("may still be used").isEqualTo(first).isPresent();

    group.run(700);
    anna.step(new Input.Refresh());
    anna.step(new Input.Act(Duty.REKEY));
    FactId beside = anna.core.sendingEpoch().orElseThrow();
    assertThat(Optional.of(beside)).isNotEqualTo(first);
    group.run(100);
    give(beside, anna, cora);
    ben.step(new Input.Renew(Optional.empty()));
    group.run(50);
    assertThat(cora.core.sendingEpoch()).as("the latest is").contains(beside);

    group.run(Limits.DELAYED_USE_MILLIS - 850);
    assertThat(cora.core.sendingEpoch()).as(group.show()).isEmpty();
  }

  /** As the answer to a question of before the end was known. */
  private static void give(FactId epoch, Group.Node from, Group.Node to) {
    EpochSecret secret = from.core.core.keys.get(epoch).orElseThrow().lowest().at(0);
    to.core.core.keys.put(epoch, secret, true, new ArrayList<>());
  }
}
