package io.keymoot.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.keying.Effect;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.PeerInput;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The thinnest path through the whole house, on a made-up network; it stays green for good. */
class SkeletonTest {

  @ParameterizedTest
  @ValueSource(ints = {0, 5, 20})
  void fiveMeetOneComesLateOneIsExpelledAndReadsNothingThatFollows(int lossPercent) {
    Town town = new Town(7 + lossPercent, new VirtualNetwork.Weather(1, 40, lossPercent));
    town.found("anna");
    for (String name : new String[] {"ben", "cora", "dan"}) {
      town.join(name);
    }
    town.network().run(15_000);
    assertThat(town.members()).hasSize(4);
    assertThat(town.misunderstandings()).isEmpty();
    Bytes early = town.peer("anna").say("before eva").orElseThrow();

    SimulatedPeer eva = town.join("eva");
    town.network().run(10_000);
    assertThat(town.members()).hasSize(5);
    assertThat(town.misunderstandings()).isEmpty();
    assertThat(eva.read(early)).isEmpty();

    SimulatedPeer dan = town.peer("dan");
    for (String who : new String[] {"anna", "cora"}) {
      town.peer(who).step(new PeerInput.Expel(dan.device()));
    }
    town.network().run(10_000);
    assertThat(town.members()).hasSize(4);
    assertThat(town.misunderstandings()).isEmpty();
    Bytes late = town.peer("anna").say("without dan").orElseThrow();
    assertThat(town.peer("ben").read(late)).contains("without dan");
    assertThat(dan.read(late)).isEmpty();
    assertThat(dan.status().state()).isEqualTo(Effect.State.OUT);
  }

  @org.junit.jupiter.api.Test
  void whoIsSpokenToBeforeItsStartOnlyMissesIt() {
    Town town = new Town(5, new VirtualNetwork.Weather(1, 40, 0));
    town.found("anna");
    SimulatedPeer eva = town.arrive("eva");
    town.network().run(5_000);
    eva.start();
    town.network().run(5_000);
    assertThat(town.members()).hasSize(2);
    assertThat(town.misunderstandings()).isEmpty();
  }

  @org.junit.jupiter.api.Test
  void halvesThatWereApartAgreeAgain() {
    Town town = new Town(3, new VirtualNetwork.Weather(1, 40, 2));
    town.found("anna");
    for (String name : new String[] {"ben", "cora", "dan", "eva"}) {
      town.join(name);
    }
    town.network().run(15_000);
    town.network().reach((from, to) -> (from.compareTo("cora") < 0) == (to.compareTo("cora") < 0));
    town.peer("anna").step(new PeerInput.Refresh());
    town.peer("dan").step(new PeerInput.Refresh());
    town.network().run(30_000);
    assertThat(town.members()).hasSize(5);
    town.network().reach((from, to) -> true);
    town.network().run(15_000);
    assertThat(town.members()).hasSize(5);
    assertThat(town.misunderstandings()).isEmpty();
    assertThat(town.peer("anna").roster()).isEqualTo(town.peer("eva").roster());
  }
}
