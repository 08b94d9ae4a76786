package io.keymoot.peer;

import static io.keymoot.peer.Village.ANYBODY_ADMITS_CHAIR_EXPELS;
import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Reseal;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.peer.Village.Resident;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Key holders whose turn comes in one and the same moment, by the heartbeat's ranks. */
class ResealBudgetTest {
  private record Told(long at, FactId fact, int bytes) {}

  private final Village village = new Village(7);
  private final List<Told> reseals = new ArrayList<>();

  private void note(Bytes message) {
    if (FactCodec.decode(message) instanceof Decoded.Ok<Envelope> ok
        && ok.value().fact() instanceof Reseal
        && reseals.stream().noneMatch(told -> told.fact.equals(ok.value().id()))) {
      // The first time: whoever makes a fact says it again later, for those who missed it.
      reseals.add(new Told(village.now, ok.value().id(), message.length()));
    }
  }

  @Test
  void whoeverHasToResealAtOnceKeepsWithinTheGroupsBudget() {
    String policy = Village.policy("anybody", "anybody");
    village.profile = Profile.BROADCAST;
    Resident anna =
        village.found(
            village.device("anna", "chair"),
            ANYBODY_ADMITS_CHAIR_EXPELS,
            village.certified(),
            policy);
    List<Village.Device> out = new ArrayList<>();
    for (int i = 0; i < 47; i++) {
      Village.Device device = village.device("r" + i);
      village.join(device, policy);
      if (i < 4) {
        out.add(device);
      }
    }
    village.run(120_000);
    assertThat(village.members()).hasSize(48);

    village.watch =
        effects ->
            effects.forEach(
                effect -> {
                  if (effect instanceof PeerEffect.Multicast multicast) {
                    note(multicast.message());
                  }
                });
    out.forEach(device -> anna.step(new PeerInput.Expel(device.fingerprint())));
    village.run(40_000);
    long most = 0;
    for (int first = 0; first < reseals.size(); first++) {
      long bytes = 0;
      for (Told told : reseals.subList(first, reseals.size())) {
        bytes += told.bytes;
        long millis = told.at - reseals.get(first).at;
        most = Math.max(most, bytes - millis * Limits.RESEAL_BYTES_PER_SECOND / 1_000);
      }
    }
    // A second's worth may be owed; and some are on their way to whoever speaks next.
    assertThat(most).isLessThanOrEqualTo(2 * Limits.RESEAL_BYTES_PER_SECOND);
    assertThat(reseals).hasSizeGreaterThan(20);
  }
}
