package io.keymoot.simulator.invariant;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.keying.Draws;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.PeerInput;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Trace;
import io.keymoot.simulator.world.World;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** I8 can fail. */
class BoundsTest {
  private final World world =
      new World(
          new World.Setup(1, Profile.CONFERENCE, false, Draws::new),
          new Trace(Optional.empty(), Optional.empty()));

  @Test
  void aPeerThatSaysMoreThanAMessageHoldsIsFound() {
    Node node = world.found(0);
    Bounds bounds = new Bounds(world);
    bounds.meant(node, Bytes.owning(new byte[Limits.MESSAGE_BYTES]));
    assertThat(world.violations()).isEmpty();
    bounds.meant(node, Bytes.owning(new byte[Limits.MESSAGE_BYTES + 1]));
    assertThat(world.violations())
        .singleElement()
        .satisfies(each -> assertThat(each.property()).isEqualTo("I8"));
  }

  @Test
  void aPeerThatSpeaksWithoutEndIsFound() {
    Node node = world.found(0);
    Restraint restraint = new Restraint(world);
    Bytes word = Bytes.owning(new byte[10]);
    for (int i = 0; i < 10; i++) {
      for (int j = 0; j < 200; j++) {
        restraint.meant(node, word);
      }
      world.timeline().runTo(world.now() + 1_000);
    }
    assertThat(world.violations()).isEmpty();
    for (int i = 0; i < 1_000; i++) {
      restraint.meant(node, word);
    }
    assertThat(world.violations())
        .singleElement()
        .satisfies(each -> assertThat(each.property()).isEqualTo("I8"));
  }

  /** In which much has happened. */
  private Node founderOfAGroup() {
    Node founder = world.found(0);
    world.start(founder);
    for (int person = 1; person < 5; person++) {
      world.join(person);
    }
    world.timeline().runTo(20_000);
    for (Node judge : world.nodes().subList(0, 2)) {
      judge.step(new PeerInput.Expel(world.nodes().get(4).device()));
    }
    world.timeline().runTo(40_000);
    return founder;
  }

  /** A table that is new in the product must be said something of, and none that is gone. */
  @Test
  void everyTableOfAPeerIsListed() {
    List<Tables.Table> tables = Tables.of(founderOfAGroup().peer());
    assertThat(tables).filteredOn(each -> !each.isListed()).isEmpty();
    assertThat(tables).extracting(Tables.Table::name).containsAll(Tables.listed());
  }

  @Test
  void everyTableKeepsToItsLimitInAGroupInWhichMuchHappens() {
    Node founder = founderOfAGroup();
    new Bounds(world).lookAtTables(founder);
    assertThat(world.violations()).isEmpty();
    assertThat(Tables.of(founder.peer()))
        .filteredOn(each -> each.most().isPresent() && each.size() > 0)
        .as("tables with something in them")
        .hasSizeGreaterThan(10);
  }

  @Test
  void aTableThatGrowsBeyondItsLimitIsFound() throws ReflectiveOperationException {
    Node founder = founderOfAGroup();
    Tables.Table relays =
        Tables.of(founder.peer()).stream()
            .filter(each -> each.name().equals("flatkeying.keying.Relays#waiting"))
            .findFirst()
            .orElseThrow();
    @SuppressWarnings("unchecked")
    Deque<Object> waiting = (Deque<Object>) relays.field().get(relays.room());
    for (int i = 0; i < Limits.RELAYS_WAITING; i++) {
      waiting.add("a relay");
    }
    Bounds bounds = new Bounds(world);
    bounds.lookAtTables(founder);
    assertThat(world.violations()).isEmpty();
    waiting.add("one too many");
    bounds.lookAtTables(founder);
    assertThat(world.violations())
        .singleElement()
        .satisfies(each -> assertThat(each.what()).contains("65 in flatkeying.keying.Relays"));
  }
}
