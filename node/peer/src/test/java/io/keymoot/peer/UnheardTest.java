package io.keymoot.peer;

import static io.keymoot.peer.Village.ANYBODY_ADMITS_CHAIR_EXPELS;
import static io.keymoot.peer.Village.OPEN;
import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.Here;
import io.keymoot.flatkeying.fact.MemberId;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whom a peer asks for what it lacks, when it has not heard everybody, or has heard too much. */
class UnheardTest {
  private final Village village = new Village(51);
  private final Resident anna =
      village.found(village.device("anna"), ANYBODY_ADMITS_CHAIR_EXPELS, village.certified(), OPEN);
  private final Resident ben = village.join(village.device("ben"), OPEN);

  @BeforeEach
  void two() {
    village.run(15_000);
    assertThat(village.members()).hasSize(2);
  }

  private static boolean isBeat(Bytes message) {
    return SideCodec.typeOf(message).filter(MessageType.HEARTBEAT::equals).isPresent();
  }

  private static boolean isQuestion(Bytes message) {
    return SideCodec.decode(message) instanceof Decoded.Ok<SideMessage> ok
        && ok.value() instanceof SyncAsk;
  }

  private boolean isAskedByAnybody(Address of) {
    return village.members().stream()
        .flatMap(each -> each.did(PeerEffect.Unicast.class).stream())
        .anyMatch(to -> to.to().equals(of) && isQuestion(to.message()));
  }

  @Test
  void whoIsNotHeardYetIsAskedOnceItIsAndNotByWayOfAll() {
    Resident cora = village.newcomer(village.device("cora"), OPEN);
    village.wire = (from, to, message) -> from != cora || !isBeat(message);
    village.start(cora);
    village.run(10_000);
    assertThat(village.members()).hasSize(3);
    assertThat(isAskedByAnybody(cora.address)).isFalse();
    village.wire = (from, to, message) -> true;
    village.run(5_000);
    assertThat(isAskedByAnybody(cora.address)).isTrue();
    for (Resident each : village.members()) {
      assertThat(each.did(PeerEffect.Multicast.class))
          .noneMatch(said -> isQuestion(said.message()));
    }
  }

  private static FactId newest(Resident of) {
    return of.peer.keying().signingHeads().getFirst();
  }

  /** Facts of nobody, each on top of many that there are not. */
  private List<Bytes> outsidersFacts(int many) {
    List<Bytes> facts = new ArrayList<>();
    SigningKey key = SigningKey.generate(SignatureKind.ED25519, village.entropy());
    for (int i = 0; i < many; i++) {
      Hash32 name = Hash32.sha256(new byte[] {(byte) i, (byte) (i >> 8)});
      List<FactId> heads = new ArrayList<>();
      for (int j = 0; j < 32; j++) {
        heads.add(new FactId(Hash32.sha256(new byte[] {(byte) i, (byte) (i >> 8), (byte) j})));
      }
      FactWriter writer = new FactWriter(key, anna.peer.keying().group(), new MemberId(name));
      facts.add(FactCodec.encode(writer.write(heads, new Here(name, name))));
    }
    return facts;
  }

  @Test
  void whatAnOutsiderMakesUpDoesNotKeepAMembersFactOut() {
    village.wire = (from, to, message) -> to != anna;
    ben.step(new PeerInput.Refresh());
    village.run(3_000);
    FactId lost = newest(ben);
    List<Bytes> flood = outsidersFacts(400);
    for (int i = 0; i < flood.size(); i++) {
      Bytes madeUp = Bytes.owning(new byte[] {9, (byte) i, (byte) (i >> 8)});
      anna.step(new PeerInput.Received(new Address(madeUp), flood.get(i)));
    }
    assertThat(anna.peer.heartbeat().orElseThrow().wanted()).isNotEmpty().hasSizeLessThan(100);
    // Said again it is not: only who is asked tells it.
    village.wire = (from, to, message) -> !(isFact(message, lost) && to == anna);
    ben.step(new PeerInput.Refresh());
    FactId next = newest(ben);
    village.run(5_000);
    assertThat(anna.peer.keying().has(lost)).isTrue();
    assertThat(anna.peer.keying().has(next)).isTrue();
    assertThat(anna.peer.keying().has(newest(ben))).isTrue();
  }

  private static boolean isFact(Bytes message, FactId fact) {
    return FactCodec.decode(message) instanceof Decoded.Ok<Envelope> ok
        && ok.value().id().equals(fact);
  }
}
