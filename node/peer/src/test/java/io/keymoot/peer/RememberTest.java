package io.keymoot.peer;

import static io.keymoot.peer.Village.ANYBODY_ADMITS_CHAIR_EXPELS;
import static io.keymoot.peer.Village.policy;
import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Ledger;
import io.keymoot.flatkeying.keying.Effect;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SyncReply;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.Village.Resident;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a device knew before it started again, however much that is, counts at once.
 *
 * <p>Cora is cut off before she learns that she is put out, and nobody else is there when ben's
 * device starts again: in the group as she tells it she is a member, and lets it in.
 */
class RememberTest {
  private static final String OPEN = policy("anybody", "anybody");

  private final Village village = new Village(31);
  private Resident cora;
  private List<Bytes> facts;

  @BeforeEach
  void coraDoesNotKnowThatSheIsOut() {
    Resident anna =
        village.found(
            village.device("anna", "chair"),
            ANYBODY_ADMITS_CHAIR_EXPELS,
            village.certified(),
            OPEN);
    Resident ben = village.join(village.device("ben"), OPEN);
    cora = village.join(village.device("cora"), OPEN);
    village.run(15_000);
    assertThat(village.members()).hasSize(3);
    village.wire = (from, to, message) -> from != cora && to != cora;
    // More than is taken at once of one author, of whom one has it from the network.
    for (int i = 0; i < 120; i++) {
      anna.step(new PeerInput.Refresh());
      village.run(300);
    }
    anna.step(new PeerInput.Expel(cora.device.fingerprint()));
    village.run(5_000);
    assertThat(ben.peer.keying().state().isMember(cora.id())).isFalse();
    assertThat(cora.isIn()).isTrue();
    Map<FactId, Bytes> past = new LinkedHashMap<>();
    Ledger known = ben.peer.keying().ledger();
    ben.peer.keying().state().heads().forEach(head -> collect(known, head, past));
    facts = List.copyOf(past.values());
    assertThat(facts).hasSizeGreaterThan(120);
    anna.isDown = true;
    ben.isDown = true;
    village.wire = (from, to, message) -> true;
  }

  /** Parents first. */
  private static void collect(Ledger ledger, FactId fact, Map<FactId, Bytes> into) {
    if (!into.containsKey(fact)) {
      Known known = Objects.requireNonNull(ledger.get(fact));
      known.parents().forEach(parent -> collect(ledger, parent.id(), into));
      into.put(fact, FactCodec.encode(known.envelope()));
    }
  }

  private Resident benAgain() {
    return village.start(village.newcomer(village.the("ben").device, OPEN));
  }

  private boolean isCoras(FactId epoch) {
    return cora.did(PeerEffect.Install.class).stream()
        .anyMatch(install -> install.key().epoch().equals(epoch));
  }

  @Test
  void noKeyIsEverInUseThatWhatIsRememberedTakesBack() {
    Resident ben = benAgain();
    ben.step(new PeerInput.Remember(facts));
    village.run(20_000);
    assertThat(ben.did(PeerEffect.Install.class))
        .as("it was told a key that cora has")
        .anyMatch(install -> isCoras(install.key().epoch()));
    assertThat(ben.did(PeerEffect.Activate.class)).isEmpty();
    assertThat(ben.seal("for cora")).isEmpty();
    // Whom somebody lets in who was put out is not in either: it knows, and asks anew another time.
    assertThat(ben.view().state()).isEqualTo(Effect.State.OUT);
  }

  /** Else the test above would show nothing. */
  @Test
  void whoRemembersNothingBelievesWhatItIsToldUntilItLearnsMore() {
    Resident ben = benAgain();
    village.run(20_000);
    assertThat(ben.did(PeerEffect.Activate.class)).anyMatch(key -> isCoras(key.epoch()));
    assertThat(ben.peer.keying().state().isMember(cora.id())).isTrue();
    ben.step(new PeerInput.Remember(facts));
    assertThat(ben.peer.keying().state().isMember(cora.id())).as("late, but at once").isFalse();
  }

  /** Who was there may be gone, and nobody else have them. */
  @Test
  void anExpulsionIsToldWithTheCertificateOfWhoeverExpelled() {
    Resident ben = village.the("ben");
    FactId expulsion = ben.peer.keying().state().heads().getFirst();
    Known fact = Objects.requireNonNull(ben.peer.keying().ledger().get(expulsion));
    assertThat(SideCodec.decode(ben.peer.keying().told(fact)).orThrow())
        .isInstanceOfSatisfying(
            SyncReply.class,
            told -> {
              assertThat(told.facts()).containsExactly(FactCodec.encode(fact.envelope()));
              assertThat(told.blobs()).contains(village.the("anna").device.credential());
            });
  }
}
