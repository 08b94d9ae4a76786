package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.group.Known;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How often a cover is decoded. */
class CoversTest {
  private final Group group = new Group(4);

  @Test
  void whoCannotReadAnEpochYetDecodesItsCoverOnceAndForgetsItWhenItCan() {
    group.found("anna", "chair", Group.CHAIR_EXPELS);
    group.join("ben", "");
    Group.Node cora = group.join("cora", "");
    group.run(10_000);
    Core core = cora.core.core;
    for (KeyStore.Held held : core.keys.all()) {
      core.keys.drop(held.epoch, core.out);
    }
    // What she asks for nobody hears.
    group.hears = (from, to) -> from != cora;
    group.node("anna").step(new Input.Refresh());
    group.run(1_000);
    List<Known> usable = cora.core.state().usable();
    Known epoch = usable.get(usable.size() - 1);
    assertThat(core.keys.get(epoch.id())).isEmpty();
    Covers.Opened opened = core.covers.of(epoch).orElseThrow();
    cora.step(new Input.TimePassed());
    assertThat(core.covers.of(epoch).orElseThrow()).isSameAs(opened);
    group.hears = (from, to) -> true;
    group.run(5_000);
    assertThat(group.allReadAll()).as(group.show()).isTrue();
    assertThat(core.covers.of(epoch).filter(again -> again == opened)).isEmpty();
  }
}
