package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What happens to a small group, as stories. */
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
}
