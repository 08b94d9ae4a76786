package io.keymoot.peer;

import static io.keymoot.peer.Village.ANYBODY_ADMITS_CHAIR_EXPELS;
import static io.keymoot.peer.Village.OPEN;
import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.keying.Effect;
import io.keymoot.peer.Village.Resident;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Whoever is out was put out or left, or it fell with whoever let it in: cora is put out and does
 * not know it, and lets in whoever hears nobody but her.
 */
class FallTest {
  private final Village village = new Village(32);
  private Resident anna;
  private Resident ben;
  private Resident cora;
  private Resident zoe;

  @BeforeEach
  void fourAreIn() {
    anna =
        village.found(
            village.device("anna", "chair"),
            ANYBODY_ADMITS_CHAIR_EXPELS,
            village.certified(),
            Village.policy("anybody", "anybody"));
    ben = village.join(village.device("ben"), OPEN);
    cora = village.join(village.device("cora"), OPEN);
    zoe = village.join(village.device("zoe"), OPEN);
    village.run(15_000);
    assertThat(village.members()).hasSize(4);
  }

  /** And zoe's device starts again and hears nobody but her. */
  private Resident luredByCora(Resident... putOut) {
    zoe.isDown = true;
    village.wire = (from, to, message) -> from != cora && to != cora;
    for (Resident each : putOut) {
      anna.step(new PeerInput.Expel(each.device.fingerprint()));
    }
    village.run(5_000);
    village.wire = (from, to, message) -> isAnnasSide(from) == isAnnasSide(to);
    Resident again = zoeAgain();
    assertThat(again.isIn()).isTrue();
    assertThat(again.peer.fall()).as("it is in").isEmpty();
    village.wire = (from, to, message) -> true;
    village.run(20_000);
    assertThat(again.view().state()).isEqualTo(Effect.State.OUT);
    return again;
  }

  private boolean isAnnasSide(Resident who) {
    return who == anna || who == ben;
  }

  private Resident zoeAgain() {
    Resident again = village.start(village.newcomer(zoe.device, OPEN));
    village.run(15_000);
    return again;
  }

  @Test
  void whoWasLetInByOneWhoWasPutOutFellWithIt() {
    Resident again = luredByCora(cora);
    assertThat(again.peer.fall().orElseThrow().with())
        .contains(cora.id())
        .doesNotContain(anna.id());
    assertThat(cora.peer.fall()).as("she was put out herself").isEmpty();
    assertThat(anna.peer.fall()).as("she is in").isEmpty();
  }

  /** Its Admit is void as well, and that is no excuse. */
  @Test
  void whoWasPutOutItselfDidNot() {
    assertThat(luredByCora(cora, zoe).peer.fall()).isEmpty();
  }

  @Test
  void whoseDeviceStartedAgainAndLeftForItDidNot() {
    village.residents.put("the process before", zoe);
    Resident again = zoeAgain();
    assertThat(again.isIn()).isTrue();
    assertThat(zoe.view().state()).isEqualTo(Effect.State.OUT);
    assertThat(zoe.peer.fall()).isEmpty();
  }

  @Test
  void whoIsNotInYetDidNot() {
    village.wire = (from, to, message) -> false;
    assertThat(zoeAgain().peer.fall()).isEmpty();
  }
}
