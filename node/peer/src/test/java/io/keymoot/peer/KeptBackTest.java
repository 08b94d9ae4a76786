package io.keymoot.peer;

import static io.keymoot.peer.Village.ANYBODY_ADMITS_CHAIR_EXPELS;
import static io.keymoot.peer.Village.OPEN;
import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.message.SyncAsk;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.peer.Village.Resident;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who keeps a fact back does not keep it from those to whom another would tell it. */
class KeptBackTest {
  private final Village village = new Village(41);
  private Resident ben;
  private Resident cora;
  private Resident dan;

  @BeforeEach
  void four() {
    village.found(
        village.device("anna", "chair"), ANYBODY_ADMITS_CHAIR_EXPELS, village.certified(), OPEN);
    ben = village.join(village.device("ben"), OPEN);
    cora = village.join(village.device("cora"), OPEN);
    dan = village.join(village.device("dan"), OPEN);
    village.run(15_000);
    assertThat(village.members()).hasSize(4);
  }

  private static FactId newest(Resident of) {
    return of.peer.keying().signingHeads().getFirst();
  }

  private static boolean isBeat(Bytes message) {
    return SideCodec.typeOf(message).filter(MessageType.HEARTBEAT::equals).isPresent();
  }

  /** Everybody was ahead of dan once, cora among them. */
  private void allAreAheadOfDan() {
    village.wire = (from, to, message) -> to != dan || isBeat(message);
    cora.step(new PeerInput.Refresh());
    village.run(4_000);
    assertThat(dan.peer.heartbeat().orElseThrow().wanted()).containsExactly(newest(cora));
    village.wire = (from, to, message) -> true;
    village.run(4_000);
    assertThat(dan.peer.keying().has(newest(cora))).isTrue();
  }

  /** Ben makes two facts, of which one gets out, to dan. */
  private FactId benKeepsAParentBack() {
    village.wire = (from, to, message) -> from != ben;
    ben.step(new PeerInput.Refresh());
    village.run(3_000);
    FactId parent = newest(ben);
    village.wire = (from, to, message) -> from != ben || to == dan;
    ben.step(new PeerInput.Refresh());
    village.wire = (from, to, message) -> from != ben;
    village.run(60_000);
    assertThat(dan.peer.keying().isHere(newest(ben))).isTrue();
    assertThat(dan.peer.heartbeat().orElseThrow().wanted()).containsExactly(parent);
    return parent;
  }

  private void coraComesToHave(FactId fact) {
    village.wire = (from, to, message) -> from != ben || to == cora;
    for (int i = 0; i < 10_000 && !cora.peer.keying().has(fact); i++) {
      village.run(1);
    }
    assertThat(cora.peer.keying().has(fact)).isTrue();
  }

  @Test
  void itIsSoonAskedOfWhoeverIsSeenToHaveIt() {
    allAreAheadOfDan();
    FactId parent = benKeepsAParentBack();
    FactId child = newest(ben);
    coraComesToHave(child);
    village.run(5_000);
    assertThat(dan.peer.keying().has(parent)).isTrue();
    assertThat(dan.peer.keying().has(child)).isTrue();
  }

  /**
   * Who keeps a fact back holds the key as well, and can forge hints of others, who lack it too.
   */
  @Test
  void whoeverIsNamedByAHintAloneIsNotTakenToHaveIt() {
    allAreAheadOfDan();
    FactId parent = benKeepsAParentBack();
    FactId child = newest(ben);
    dan.log.clear();
    long counter = dan.peer.heartbeat().orElseThrow().said(cora.id()).orElseThrow().counter();
    Bytes hint =
        BeatsHeardTest.forgedHint(dan, cora.id(), counter + 30, cora.address.value(), -1, child);
    dan.step(new PeerInput.Received(cora.address, hint));
    village.run(10_000);
    assertThat(asksOfDanFor(parent)).as("asking stays slow").isLessThanOrEqualTo(2);

    // What cora signs itself is believed.
    coraComesToHave(child);
    village.run(10_000);
    assertThat(dan.peer.keying().has(parent)).isTrue();
  }

  private long asksOfDanFor(FactId fact) {
    return dan.did(PeerEffect.Unicast.class).stream()
        .filter(
            to ->
                SideCodec.decode(to.message()) instanceof Decoded.Ok<SideMessage> ok
                    && ok.value() instanceof SyncAsk ask
                    && ask.wanted().contains(fact))
        .count();
  }
}
