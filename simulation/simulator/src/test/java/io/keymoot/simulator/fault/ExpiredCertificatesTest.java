package io.keymoot.simulator.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.admission.WallTime;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.keying.Draws;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Trace;
import io.keymoot.simulator.world.World;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Once faults are over, no certificate ends in the time in which all have to agree. */
class ExpiredCertificatesTest {
  /** Before the first of them ends. */
  private static final long UNTIL = 9_000;

  private final World world =
      new World(
          new World.Setup(33, Profile.CONFERENCE, false, Draws::new, true),
          new Trace(Optional.empty(), Optional.empty()));

  private final OnlyReturns people = new OnlyReturns(world);

  private Trouble trouble() {
    return new Trouble(world, new Random(4), UNTIL, true, 4, people);
  }

  private void run(long millis) {
    world.timeline().runTo(world.now() + millis);
  }

  @Test
  void whatWouldEndSoonIsReplacedAtTheEndOfFaultsAndShown() {
    Node anna = world.found(0);
    world.start(anna);
    Trouble trouble = trouble();
    ExpiredCertificates fault = new ExpiredCertificates();
    fault.plan(trouble);
    List<Node> others = new ArrayList<>();
    for (int person = 1; person < 6; person++) {
      others.add(world.join(person));
    }
    run(UNTIL);
    WallTime inAnHour = world.wallTime().plusSeconds(3_600);
    assertThat(others).allMatch(Node::isMember).noneMatch(Node::isExpired);
    assertThat(others).as("as the fault makes them").allMatch(it -> it.expiresBefore(inAnHour));
    fault.end(trouble);
    run(10_000);
    assertThat(world.up()).hasSize(6).noneMatch(it -> it.expiresBefore(inAnHour));
    for (Node other : others) {
      assertThat(anna.known().newestStay(other.member()).orElseThrow().credential())
          .isEqualTo(world.paper(other).orElseThrow().credential().sha256());
    }
  }
}
