package io.keymoot.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.Village.Resident;
import org.junit.jupiter.api.Test;

/** Whose frames open. */
class FrameDeskTest {
  private final Village village = new Village(17);

  @Test
  void whoLeftIsForgottenButNotBeforeItsLastFramesCame() {
    Resident anna =
        village.found(
            village.device("anna"),
            Village.ANYBODY_ADMITS_CHAIR_EXPELS,
            village.certified(),
            Village.OPEN);
    Resident ben = village.join(village.device("ben"), Village.OPEN);
    village.join(village.device("cora"), Village.OPEN);
    village.run(15_000);
    tidy(anna);
    assertThat(anna.frames.signers()).isEqualTo(3);

    Bytes frame = ben.seal("goodbye").orElseThrow();
    ben.step(new PeerInput.Leave());
    village.run(500);
    assertThat(anna.peer.keying().state().isMember(ben.id())).isFalse();
    tidy(anna);
    village.run(1_000);
    tidy(anna);
    assertThat(anna.reads(frame, "goodbye")).isTrue();

    village.run(2_000);
    tidy(anna);
    assertThat(anna.frames.signers()).isEqualTo(2);
    assertThat(village.misunderstandings()).isEmpty();
  }

  private void tidy(Resident each) {
    each.frames.tidy(new Tick(village.now));
  }
}
