package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.key.Tek;
import org.junit.jupiter.api.Test;

class GroupTest {
  private final Group group = new Group(1);

  private void settle() {
    group.run(10_000);
    assertThat(group.allReadAll()).as(group.show()).isTrue();
  }

  private void five() {
    group.found("anna", "chair", Group.CHAIR_EXPELS);
    for (String name : new String[] {"ben", "cora", "dan", "eva"}) {
      group.join(name, "");
    }
    settle();
    assertThat(group.members()).hasSize(5);
  }

  @Test
  void fiveMeetAndReadEachOther() {
    five();
  }

  @Test
  void whoJoinsLateSendsAtOnceAndReadsNothingFromBefore() {
    five();
    Tek before = group.node("anna").sendingKey().orElseThrow();
    Group.Node late = group.join("finn", "");
    group.run(1_500);
    assertThat(late.core.isMember()).as(group.show()).isTrue();
    assertThat(late.canOpen(before)).isFalse();
    settle();
  }

  @Test
  void whoRenewsKeepsItsSeat() {
    five();
    group.node("ben").step(new Input.Renew(java.util.Optional.empty()));
    settle();
    assertThat(group.members()).hasSize(5);
  }

  @Test
  void lossOnlyCostsTime() {
    group.lossPercent = 30;
    group.found("anna", "chair", Group.CHAIR_EXPELS);
    for (int i = 0; i < 7; i++) {
      group.join("n" + i, "");
    }
    group.run(20_000);
    group.node("anna").step(new Input.Expel(group.node("n3").device()));
    group.run(20_000);
    // A fresh key that is just on its way is lost for some, too.
    for (int i = 0; i < 50 && !group.allReadAll(); i++) {
      group.run(100);
    }
    assertThat(group.members()).as(group.show()).hasSize(7);
    assertThat(group.allReadAll()).as(group.show()).isTrue();
  }
}
