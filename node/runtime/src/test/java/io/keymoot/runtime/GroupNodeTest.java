package io.keymoot.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.wire.Bytes;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nodes over the local stack, with all their real parts. */
final class GroupNodeTest {
  private final People people = new People();

  @AfterEach
  void closeAll() {
    people.close();
  }

  @Test
  void whoKnowsTheNameJoinsAndBothReadEachOther() {
    People.Someone anna = people.founder("anna");
    People.Someone ben = people.joiner("ben");
    people.settled(anna, ben);

    assertThat(anna.node.send(text("good morning"))).isEqualTo(Sent.SENT);
    assertThat(ben.node.send(text("to you too"))).isEqualTo(Sent.SENT);

    ben.reads("good morning");
    anna.reads("to you too");
    assertThat(ben.from("good morning")).isInstanceOf(From.AMember.class);
  }

  private static Bytes text(String words) {
    return Bytes.owning(words.getBytes(StandardCharsets.UTF_8));
  }
}
