package io.keymoot.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.peer.Village.Resident;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who is gone without a word: found out by the others' own timers, with nobody's help. */
class AbsenceTest {
  private static final long MINUTE = 60_000;

  private final Village village = new Village(12);

  @Test
  void whoIsDownForTwelveMinutesIsSuspendedByAllAndComesBackToItsSeatByAHere() {
    village.found(
        village.device("anna"),
        Village.ANYBODY_ADMITS_CHAIR_EXPELS,
        village.certified(),
        Village.OPEN);
    for (String name : List.of("ben", "cora", "dan", "eva")) {
      village.join(village.device(name), Village.OPEN);
    }
    village.run(2 * MINUTE);
    assertThat(village.members()).hasSize(5);
    village.residents.values().forEach(each -> each.log.clear());
    Resident dan = village.the("dan");
    MemberId seat = dan.id();
    Stay before = dan.peer.keying().stay().orElseThrow();

    dan.isDown = true;
    village.run(9 * MINUTE);
    assertThat(village.members()).hasSize(4).allMatch(each -> counts(each, seat));
    assertThat(rekeys()).isZero();

    village.run(3 * MINUTE);
    assertThat(village.members()).hasSize(4).noneMatch(each -> counts(each, seat));
    for (Resident each : village.members()) {
      assertThat(each.did(PeerEffect.RosterChanged.class))
          .containsExactly(new PeerEffect.RosterChanged(List.of(), List.of(seat), 4));
    }
    assertThat(rekeys()).isBetween(1L, 2L);
    assertThat(village.misunderstandings()).isEmpty();

    dan.isDown = false;
    dan.step(new PeerInput.Wake());
    village.run(MINUTE / 2);
    assertThat(village.members()).hasSize(5).allMatch(each -> counts(each, seat));
    assertThat(dan.id()).isEqualTo(seat);
    assertThat(dan.peer.keying().stay()).isPresent().isNotEqualTo(Optional.of(before));
    // The end of the old stay cost the key that dan missed, the new one a second.
    assertThat(rekeys()).isBetween(2L, 4L);
    assertThat(village.misunderstandings()).isEmpty();
  }

  /** Neither its Here came to anybody, nor what that hangs on: by the facts at hand it is out. */
  @Test
  void whoIsInAgainAndNobodyKnowsItIsHeardAndAsked() {
    village.found(
        village.device("anna"),
        Village.ANYBODY_ADMITS_CHAIR_EXPELS,
        village.certified(),
        Village.OPEN);
    for (String name : List.of("ben", "dan")) {
      village.join(village.device(name), Village.OPEN);
    }
    village.run(2 * MINUTE);
    Resident dan = village.the("dan");
    village.wire = (from, to, message) -> from != dan;
    dan.step(new PeerInput.Refresh());
    village.run(13 * MINUTE);
    MemberId seat = dan.id();
    List<Resident> others = List.of(village.the("anna"), village.the("ben"));
    assertThat(others).noneMatch(each -> counts(each, seat));
    assertThat(dan.peer.keying().stay().orElseThrow().begunBy().type()).isEqualTo(MessageType.HERE);

    village.wire =
        (from, to, message) ->
            from != dan || !(FactCodec.decode(message) instanceof Decoded.Ok<Envelope>);
    village.run(MINUTE / 2);
    assertThat(others).allMatch(each -> counts(each, seat));
    assertThat(village.misunderstandings()).isEmpty();
  }

  private static boolean counts(Resident each, MemberId member) {
    return each.peer.keying().state().isMember(member);
  }

  private long rekeys() {
    return village.residents.values().stream()
        .mapToLong(each -> each.did(PeerEffect.Rekeyed.class).size())
        .sum();
  }
}
