package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.message.Need;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What comes when others have gone on already. */
class GivenLateTest {
  private final Group group = new Group(5);

  private void found() {
    group.found("anna", "chair", Group.CHAIR_EXPELS);
    group.join("ben", "");
    group.join("cora", "");
    group.run(10_000);
    assertThat(group.members()).hasSize(3);
  }

  private static boolean is(Bytes message, MessageType type) {
    return SideCodec.typeOf(message).filter(type::equals).isPresent();
  }

  /** Two seconds after a join comes a refresh, whose wrap is for whoever holds the key before. */
  @Test
  void whoLearnsWhatHasBeenUntilTheRefreshAfterItsJoinReadsThatWithoutAsking() {
    found();
    FactId before = group.node("anna").core.sendingEpoch().orElseThrow();
    List<FactId> asked = new ArrayList<>();
    Group.Node dan = group.join("dan", "");
    group.witness =
        new Group.Witness() {
          @Override
          public void said(Group.Node from, Bytes message) {
            if (from == dan
                && SideCodec.decode(message) instanceof Decoded.Ok<SideMessage> ok
                && ok.value() instanceof Need need) {
              asked.addAll(need.epochs());
            }
          }

          @Override
          public void stepped(Group.Node node) {}
        };
    group.arrives = message -> !is(message, MessageType.SYNC_REPLY);
    group.run(2 * Limits.REFRESH_AFTER_JOIN_MILLIS);
    assertThat(dan.core.isMember()).isFalse();
    FactId after = group.node("anna").core.sendingEpoch().orElseThrow();
    assertThat(after).isNotEqualTo(before);
    group.arrives = message -> true;
    while (!dan.core.isMember()) {
      group.run(1);
    }
    group.run(1_000);
    assertThat(dan.core.sendingEpoch()).as(group.show()).contains(after);
    assertThat(asked).isEmpty();
  }

  @Test
  void anEarlierRevisionThatComesLateGoesWithTheOneThatFollows() {
    found();
    group.nodes.values().forEach(node -> node.takesTurns = false);
    Group.Node ben = group.node("ben");
    FactId epoch = ben.core.sendingEpoch().orElseThrow();
    KeyStore keys = ben.core.core.keys;
    EpochSecret secret = keys.get(epoch).orElseThrow().lowest();
    EpochSecret first = secret.at(secret.revision());
    int one = first.revision() + 1;
    group.join("dan", "").takesTurns = false;
    group.run(1_000);
    keys.drop(epoch, new ArrayList<>());
    keys.put(epoch, first.at(one), false, new ArrayList<>());
    group.join("eva", "").takesTurns = false;
    group.run(Limits.GRACE_MILLIS - 3_000);
    assertThat(ben.core.sendingRevision()).isEqualTo(one + 1);
    assertThat(keys.put(epoch, first, true, new ArrayList<>())).isTrue();
    ben.step(new Input.TimePassed());
    assertThat(keys.get(epoch).orElseThrow().lowestRevision()).isEqualTo(first.revision());
    group.run(8_000);
    assertThat(keys.get(epoch).orElseThrow().lowestRevision()).isEqualTo(one + 1);
  }
}
