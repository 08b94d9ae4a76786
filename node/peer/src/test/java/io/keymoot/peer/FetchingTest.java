package io.keymoot.peer;

import static io.keymoot.peer.Village.ANYBODY_ADMITS_CHAIR_EXPELS;
import static io.keymoot.peer.Village.OPEN;
import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.Here;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.message.SyncAsk;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.peer.Village.Resident;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One is asked for facts as often as something comes of it. */
class FetchingTest {
  private final Village village = new Village(43);
  private Resident ben;
  private Resident dan;

  @BeforeEach
  void three() {
    village.found(
        village.device("anna", "chair"), ANYBODY_ADMITS_CHAIR_EXPELS, village.certified(), OPEN);
    ben = village.join(village.device("ben"), OPEN);
    dan = village.join(village.device("dan"), OPEN);
    village.run(15_000);
    assertThat(village.members()).hasSize(3);
  }

  private static boolean isBeat(Bytes message) {
    return SideCodec.typeOf(message).filter(MessageType.HEARTBEAT::equals).isPresent();
  }

  /** In a hint: so ben is one of those who know more. */
  private void benNames(FactId head) {
    long counter = dan.heard(ben) + 30;
    Bytes hint = BeatsHeardTest.forgedHint(ben, ben.id(), counter, ben.address.value(), -1, head);
    dan.step(new PeerInput.Received(ben.address, hint));
  }

  private Stream<SyncAsk> whatDanAsksOfBen() {
    return dan.did(PeerEffect.Unicast.class).stream()
        .filter(each -> each.to().equals(ben.address))
        .flatMap(FetchingTest::asks);
  }

  private static Stream<SyncAsk> asks(PeerEffect effect) {
    return effect instanceof PeerEffect.Unicast each
            && SideCodec.decode(each.message()) instanceof Decoded.Ok<SideMessage> ok
            && ok.value() instanceof SyncAsk ask
        ? Stream.of(ask)
        : Stream.of();
  }

  /**
   * Ben signs facts on parents that it made up, and signs an address that may be anybody's. When
   * its places are full each fact pushes another out, with what was lacked for it.
   */
  @Test
  void whoseFactsHangOnInventionsIsAskedSeldom() {
    village.wire = (from, to, message) -> from != ben && to != ben;
    FactWriter writer = new FactWriter(ben.device.key(), dan.peer.keying().group(), ben.id());
    for (int i = 0; i < 500; i++) {
      FactId parent = new FactId(Hash32.sha256(new byte[] {7, (byte) i, (byte) (i >> 8)}));
      var orphan = writer.write(List.of(parent), new Here(Hash32.ZERO, Hash32.ZERO));
      if (i == 0) {
        benNames(orphan.id());
      }
      dan.step(new PeerInput.Received(ben.address, FactCodec.encode(orphan)));
      if (i == 200) {
        dan.log.clear();
      }
      village.run(100);
    }
    assertThat(whatDanAsksOfBen().count()).as("in half a minute").isLessThan(12);
  }

  /** What it gives hangs on more, over and over: that is no reason to be asked seldom. */
  @Test
  void whoGivesOneAtATimeTheNewestFirstIsAskedForAll() {
    village.wire = (from, to, message) -> from != ben && to != ben;
    for (int i = 0; i < 60; i++) {
      ben.step(new PeerInput.Refresh());
      village.run(10);
    }
    FactId newest = ben.peer.keying().signingHeads().getFirst();
    assertThat(dan.peer.keying().has(newest)).isFalse();
    village.wire = (from, to, message) -> from == ben && to == dan && isBeat(message);
    dan.log.clear();
    for (int i = 0; i < 80; i++) {
      village.run(100);
      List<FactId> asked =
          whatDanAsksOfBen()
              .flatMap(ask -> ask.wanted().stream())
              .filter(fact -> !dan.peer.keying().isHere(fact))
              .toList();
      for (FactId fact : asked) {
        Bytes told = ben.peer.keying().told(fact).orElseThrow();
        dan.step(new PeerInput.Received(ben.address, told));
      }
    }
    assertThat(dan.peer.keying().has(newest)).isTrue();
  }

  /** It leaves in a step of its own: the signatures are looked at while it is on its way. */
  @Test
  void theNextPartOfALongPastIsAskedForBeforeTheLastOneIsTaken() {
    for (int i = 0; i < 200; i++) {
      ben.step(new PeerInput.Refresh());
      village.run(100);
    }
    Resident eve = village.join(village.device("eve"), OPEN);
    List<FactId> namedAhead = new ArrayList<>();
    village.watch =
        effects ->
            effects.stream()
                .flatMap(FetchingTest::asks)
                .filter(ask -> ask.signed().header().author().equals(eve.id()))
                .filter(ask -> !ask.fromNothing())
                .flatMap(ask -> ask.signed().header().heads().stream())
                .filter(head -> eve.peer.keying().ledger().get(head) == null)
                .forEach(namedAhead::add);
    village.run(5_000);
    assertThat(eve.isIn()).isTrue();
    assertThat(namedAhead).isNotEmpty();
  }
}
