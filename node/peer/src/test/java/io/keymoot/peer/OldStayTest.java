package io.keymoot.peer;

import static io.keymoot.peer.Village.ANYBODY_ADMITS_CHAIR_EXPELS;
import static io.keymoot.peer.Village.OPEN;
import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.Village.Resident;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The newest stay of a member may turn out never to have begun: whoever let it in so was expelled
 * meanwhile. The stay before counts again, and its sealer is gone: numbers must not be used twice.
 */
class OldStayTest {
  private static final int SEEDS = 8;

  @Test
  void whoseNewestStayNeverBeganBeginsAnotherAndIsRead() {
    int fellBack = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      fellBack += newcomerOfTwo(new Village(seed)) ? 1 : 0;
    }
    assertThat(fellBack).as("newcomers who had begun both stays").isPositive();
  }

  /** Whether the newcomer had begun both stays, and then another, for the newer was void. */
  private static boolean newcomerOfTwo(Village village) {
    Resident anna =
        village.found(
            village.device("anna", "chair"),
            ANYBODY_ADMITS_CHAIR_EXPELS,
            village.certified(),
            Village.policy("anybody", "anybody"));
    Resident ben = village.join(village.device("ben"), OPEN);
    Resident cora = village.join(village.device("cora"), OPEN);
    village.run(15_000);
    assertThat(village.members()).containsExactly(anna, ben, cora);

    // Cora is apart from the two, and each side lets the newcomer in. It is told by the two first,
    // then by cora, and passes nothing on.
    Resident zoe = village.newcomer(village.device("zoe"), OPEN);
    village.wire =
        (from, to, message) -> {
          if (from == zoe) {
            return is(message, MessageType.JOIN_REQUEST, MessageType.SYNC);
          }
          if (to == zoe) {
            return is(message, MessageType.HEARTBEAT)
                || (from == cora ? zoe.isIn() : hasLetIn(cora, zoe));
          }
          return from != cora && to != cora;
        };
    village.start(zoe);
    village.run(20_000);
    assertThat(zoe.isIn()).isTrue();

    anna.step(new PeerInput.Expel(cora.device.fingerprint()));
    village.run(2_000);
    cora.isDown = true;
    village.wire = (from, to, message) -> true;
    village.run(30_000);

    assertThat(village.members()).containsExactly(anna, ben, zoe);
    assertThat(village.misunderstandings()).isEmpty();
    assertThat(begun(zoe)).doesNotHaveDuplicates();
    return begun(zoe).size() > 2;
  }

  private static boolean is(Bytes message, MessageType... types) {
    return SideCodec.typeOf(message).filter(List.of(types)::contains).isPresent();
  }

  private static List<StayId> begun(Resident of) {
    return of.did(PeerEffect.BeginStay.class).stream().map(each -> each.self().stay()).toList();
  }

  private static boolean hasLetIn(Resident member, Resident newcomer) {
    return member.peer.keying().state().count() > 0
        && member.peer.keying().state().isMember(newcomer.id());
  }
}
