package io.keymoot.peer;

import static io.keymoot.peer.Village.ANYBODY_ADMITS_CHAIR_EXPELS;
import static io.keymoot.peer.Village.OPEN;
import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.frame.Authentication;
import io.keymoot.flatkeying.frame.FrameStream;
import io.keymoot.flatkeying.frame.Opening;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.Village.Resident;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Who was expelled holds the keys of before, and so may speak under them in anybody's name. A
 * member that learns of the expulsion and has no newer key yet opens such frames for a second at
 * most. Here it never gets one; the frames are Ben's, as an expelled member would make them.
 */
class LeftBehindTest {
  private static final FrameStream UNSIGNED = FrameStream.of(Authentication.NONE, 0);

  /** In the form of a cover: no seals, no wraps, no relays. */
  private static final Bytes NO_COVER = Bytes.of(new byte[10], 0, 10);

  private final Village village = new Village(23);
  private Resident anna;
  private Resident ben;
  private Resident cora;
  private Resident mallory;

  @BeforeEach
  void four() {
    String policy = Village.policy("anybody", "anybody");
    ben =
        village.found(
            village.device("ben", "chair"),
            ANYBODY_ADMITS_CHAIR_EXPELS,
            village.certified(),
            policy);
    anna = village.join(village.device("anna"), OPEN);
    cora = village.join(village.device("cora"), OPEN);
    mallory = village.join(village.device("mallory"), OPEN);
    village.run(20_000);
    assertThat(village.members()).containsExactly(ben, anna, cora, mallory);
    assertThat(village.misunderstandings()).isEmpty();
  }

  /** By Ben's Rekey, but that its cover is good for nobody; and nothing else comes to Anna. */
  private void malloryIsExpelled() {
    List<FactId> heads = ben.peer.keying().signingHeads();
    village.wire = (from, to, message) -> to != anna && from != anna;
    ben.step(new PeerInput.Expel(mallory.device.fingerprint()));
    village.run(500);
    GroupState state = ben.peer.keying().state();
    Rekey told = (Rekey) state.usable().getFirst().fact();
    Rekey lying =
        new Rekey(
            told.prev(), told.targets(), told.commitment(), told.members(), NO_COVER.sha256());
    FactWriter pen = new FactWriter(ben.device.key(), state.group(), ben.id());
    anna.step(
        new PeerInput.Received(ben.address, FactCodec.encode(pen.write(heads, lying, NO_COVER))));
    assertThat(knowsMallory()).isFalse();
  }

  private boolean knowsMallory() {
    return anna.peer.keying().state().isMember(mallory.id());
  }

  private Bytes sealedByBen() {
    Bytes words = Bytes.owning("trust me".getBytes(StandardCharsets.UTF_8));
    Optional<Bytes> frame = ben.frames.seal(new Tick(village.now), UNSIGNED, words);
    return frame.orElseThrow();
  }

  private Opening opensAtAnna(Bytes frame) {
    return anna.frames.open(new Tick(village.now), 1, frame).opening();
  }

  private void assertThatTheyOpenForASecondOnly(Bytes first, Bytes second) {
    assertThat(opensAtAnna(first)).isInstanceOf(Opening.Opened.class);
    village.run(1_000);
    assertThat(opensAtAnna(second)).isEqualTo(Opening.Refused.EPOCH_LEFT_BEHIND);
  }

  @Test
  void theEpochInUse() {
    Bytes first = sealedByBen();
    Bytes second = sealedByBen();
    malloryIsExpelled();
    assertThatTheyOpenForASecondOnly(first, second);
  }

  @Test
  void theEpochBeforeIt() {
    Bytes first = sealedByBen();
    Bytes second = sealedByBen();
    cora.step(new PeerInput.Refresh());
    village.run(3_000);
    malloryIsExpelled();
    assertThatTheyOpenForASecondOnly(first, second);
  }

  @Test
  void anEpochThatAHereMadeUncleanBefore() {
    Bytes first = sealedByBen();
    Bytes second = sealedByBen();
    cora.step(new PeerInput.Renew(Optional.empty()));
    village.run(500);
    malloryIsExpelled();
    assertThatTheyOpenForASecondOnly(first, second);
  }
}
