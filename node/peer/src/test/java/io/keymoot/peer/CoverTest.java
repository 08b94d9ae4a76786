package io.keymoot.peer;

import static io.keymoot.peer.Village.ANYBODY_ADMITS_CHAIR_EXPELS;
import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.keying.CoverReport;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.heartbeat.HeartbeatContent;
import io.keymoot.peer.Village.Resident;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What heartbeats say of KEKs is what makes a new key cheap for those who stay. */
class CoverTest {
  private final Village village = new Village(51);
  private Resident anna;
  private Resident bad;

  @BeforeEach
  void aDozenWithSlots() {
    anna =
        village.found(
            village.device("anna", "chair"),
            ANYBODY_ADMITS_CHAIR_EXPELS,
            village.certified(),
            Village.policy("anybody", "{certificate: role=chair}"));
    bad = village.join(village.device("bad"), Village.OPEN);
    for (int i = 0; i < 10; i++) {
      village.join(village.device("peer-" + i), Village.OPEN);
    }
    village.run(60_000);
    assertThat(village.members()).hasSize(12);
    for (Resident each : others(anna)) {
      assertThat(said(each).haveMask()).isNotZero();
    }
  }

  private List<Resident> others(Resident than) {
    return village.members().stream().filter(each -> each != than).toList();
  }

  /** By its last signed heartbeat that anna heard. */
  private HeartbeatContent said(Resident by) {
    return anna.peer.heartbeat().orElseThrow().said(by.id()).orElseThrow();
  }

  /** How many the key without the bad one reached by wraps under KEKs. */
  private int wrappedTo() {
    anna.log.clear();
    anna.step(new PeerInput.Expel(bad.device.fingerprint()));
    int reached =
        anna.did(PeerEffect.Rekeyed.class).getFirst().cost().report().lines().stream()
            .filter(line -> line.kind() == CoverReport.Kind.WRAP)
            .mapToInt(CoverReport.Line::reaches)
            .sum();
    village.run(10_000);
    assertThat(village.members()).hasSize(11).doesNotContain(bad);
    assertThat(village.misunderstandings()).isEmpty();
    return reached;
  }

  @Test
  void whoSaidWhichKeksItHoldsIsReachedByWrapsUnderThem() {
    assertThat(wrappedTo()).isGreaterThanOrEqualTo(5);
  }

  @Test
  void hintsInTheNamesOfOthersThatTheyHoldNothingMakeNoKeyDearer() {
    for (Resident each : others(anna)) {
      Bytes hint =
          BeatsHeardTest.forgedHint(anna, each.id(), said(each).counter() + 30, Bytes.EMPTY, 0);
      anna.step(new PeerInput.Received(bad.address, hint));
    }
    assertThat(wrappedTo()).isGreaterThanOrEqualTo(5);
  }
}
