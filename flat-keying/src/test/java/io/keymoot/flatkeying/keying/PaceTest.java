package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Here;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One member's flood is taken at a walk, and holds up nobody else (section 4). */
class PaceTest {
  private static final int SAVED_UP = Limits.FACTS_PER_SECOND * Limits.PACE_SECONDS;

  private final Group group = new Group(61);

  private void four() {
    group.found("anna", "chair", Group.CHAIR_EXPELS);
    for (String name : List.of("ben", "cora", "mallory")) {
      group.join(name, "");
    }
    group.run(20_000);
    assertThat(group.allReadAll()).as(group.show()).isTrue();
  }

  /** Heres, each on top of the one before, that nobody has heard yet. */
  private List<Envelope> flood(Group.Node author, int many) {
    List<Envelope> facts = new ArrayList<>();
    GroupState state = author.core.state();
    var writer = author.core.core.self.writer();
    List<FactId> heads = state.heads();
    for (int i = 0; i < many; i++) {
      Here here = new Here(Hash32.sha256(new byte[] {(byte) i, (byte) (i >> 8)}), Hash32.ZERO);
      Envelope fact = writer.write(heads, here, Bytes.EMPTY);
      facts.add(fact);
      heads = List.of(fact.id());
    }
    return facts;
  }

  private int taken(Group.Node by, List<Envelope> facts) {
    int taken = 0;
    for (Envelope fact : facts) {
      taken += by.core.ledger().get(fact.id()) instanceof Known ? 1 : 0;
    }
    return taken;
  }

  private void pour(Group.Node into, Group.Node from, List<Envelope> facts) {
    for (Envelope fact : facts) {
      into.step(new Input.Received(from.address, FactCodec.encode(fact)));
    }
  }

  @Test
  void aFloodIsTakenAtTenASecond() {
    four();
    Group.Node mallory = group.node("mallory");
    Group.Node anna = group.node("anna");
    mallory.isDown = true;
    // Anna alone, so that what comes comes from the flood.
    group.hears = (from, to) -> false;
    List<Envelope> flood = flood(mallory, 1_000);
    pour(anna, mallory, flood);
    assertThat(taken(anna, flood)).isLessThanOrEqualTo(SAVED_UP).isGreaterThan(SAVED_UP / 2);
    int before = taken(anna, flood);
    group.run(5_000);
    int after = taken(anna, flood);
    assertThat(after - before).isBetween(45, 51);
    // What found no room is gone, and comes again when somebody sends it again.
    group.run(60_000);
    assertThat(taken(anna, flood)).isEqualTo(before + Limits.PACED_PER_AUTHOR);
    pour(anna, mallory, flood);
    assertThat(taken(anna, flood)).isGreaterThan(before + Limits.PACED_PER_AUTHOR);
  }

  @Test
  void aFloodHoldsUpNobodyElse() {
    four();
    Group.Node mallory = group.node("mallory");
    Group.Node anna = group.node("anna");
    mallory.isDown = true;
    pour(anna, mallory, flood(mallory, 1_000));
    pour(group.node("ben"), mallory, flood(mallory, 1_000));
    anna.step(new Input.Expel(mallory.device()));
    group.run(3_000);
    for (Group.Node node : group.members()) {
      assertThat(node.core.state().isMember(mallory.id())).as(group.show()).isFalse();
    }
    Group.Node finn = group.join("finn", "");
    group.run(10_000);
    assertThat(finn.core.isMember()).as(group.show()).isTrue();
    assertThat(group.allReadAll()).as(group.show()).isTrue();
  }

  @Test
  void whoComesLaterTakesAllThatWasEverSaidAtOnce() {
    four();
    Group.Node anna = group.node("anna");
    for (int i = 0; i < 400; i++) {
      anna.step(new Input.Refresh());
      group.run(110);
    }
    Group.Node finn = group.join("finn", "");
    group.run(5_000);
    assertThat(finn.core.isMember()).as(group.show()).isTrue();
    group.run(5_000);
    assertThat(group.allReadAll()).as(group.show()).isTrue();
  }
}
