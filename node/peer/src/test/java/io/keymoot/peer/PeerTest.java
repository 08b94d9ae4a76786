package io.keymoot.peer;

import static io.keymoot.peer.Village.ANYBODY_ADMITS_CHAIR_EXPELS;
import static io.keymoot.peer.Village.OPEN;
import static io.keymoot.peer.Village.TODAY;
import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.admission.Renewal;
import io.keymoot.admission.WallTime;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.keying.Effect;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.heartbeat.Colour;
import io.keymoot.heartbeat.Freshness;
import io.keymoot.peer.Village.Device;
import io.keymoot.peer.Village.Resident;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Whole peers among each other. */
class PeerTest {
  private final Village village = new Village(9);

  private Resident found(String name, String... roles) {
    return village.found(
        village.device(name, roles), ANYBODY_ADMITS_CHAIR_EXPELS, village.certified(), OPEN);
  }

  private Resident join(String name, String... roles) {
    return village.join(village.device(name, roles), OPEN);
  }

  @Test
  void whoIsAloneAndLeavesIsOutAndSaysNothingMore() {
    Resident anna = found("anna");
    village.run(10_000);
    assertThat(anna.did(PeerEffect.Beat.class)).isNotEmpty();
    anna.step(new PeerInput.Leave());
    assertThat(anna.view().state()).isEqualTo(Effect.State.OUT);
    assertThat(anna.view().members()).isEmpty();
    assertThat(anna.seal("too late")).isEmpty();
    anna.log.clear();
    village.run(60_000);
    assertThat(anna.did(PeerEffect.Beat.class)).isEmpty();
    assertThat(anna.did(PeerEffect.Multicast.class)).isEmpty();
  }

  // ---- renewal

  @Test
  void whoRenewsItsCertificateKeepsItsSeatWhileFramesFlow() {
    found("anna");
    Resident ben = join("ben");
    join("cora");
    village.run(15_000);
    assertThat(village.members()).hasSize(3);
    MemberId seat = ben.id();
    Stay before = ben.peer.keying().stay().orElseThrow();

    for (int i = 0; i < 200; i++) {
      if (i == 20) {
        Bytes renewed = village.certify("ben", ben.device.key(), 90, "warden");
        ben.step(new PeerInput.Renew(Optional.of(renewed)));
      }
      for (Resident sender : village.members()) {
        String words = "frame " + i;
        Bytes frame = sender.seal(words).orElseThrow();
        // On the wire while the renewal is.
        village.at(
            village.now + 30,
            () -> {
              for (Resident reader : village.members()) {
                if (reader != sender) {
                  assertThat(reader.reads(frame, words))
                      .as("%s reads %s of %s", reader, words, sender)
                      .isTrue();
                }
              }
            });
      }
      village.run(50);
    }

    assertThat(village.members()).hasSize(3);
    assertThat(ben.id()).isEqualTo(seat);
    assertThat(ben.peer.keying().stay()).isNotEqualTo(Optional.of(before));
    assertThat(ben.did(PeerEffect.RenewalIs.class).getLast().advice())
        .isInstanceOf(Renewal.Advice.SayHere.class);
    for (Resident each : village.members()) {
      assertThat(each.did(PeerEffect.RosterChanged.class))
          .noneMatch(changed -> changed.went().contains(seat));
      each.step(new PeerInput.Recognise());
    }
    village.run(5_000);
    for (Resident each : village.members()) {
      assertThat(member(each, ben).identity().roles()).containsExactly("warden");
    }
  }

  @Test
  void aRenewalThatWouldNotHelpIsNotTaken() {
    found("anna");
    Resident ben = join("ben");
    village.run(10_000);
    Stay before = ben.peer.keying().stay().orElseThrow();
    Device other = village.device("other");
    ben.step(new PeerInput.Renew(Optional.of(other.credential())));
    village.run(5_000);

    assertThat(ben.did(PeerEffect.RenewalIs.class).getLast().advice())
        .isInstanceOfSatisfying(
            Renewal.Advice.KeepOld.class,
            kept -> assertThat(kept.reason()).contains("over another key"));
    assertThat(ben.peer.keying().stay()).contains(before);
  }

  @Test
  void aClockJumpRefusesNobodyWhoIsIn() {
    String certified = Village.policy("{certificate: any}", "nobody");
    Resident anna =
        village.found(
            village.device("anna"), ANYBODY_ADMITS_CHAIR_EXPELS, village.certified(), certified);
    Resident ben = village.join(village.device("ben"), certified);
    village.run(10_000);
    for (WallTime jump : List.of(TODAY.plusSeconds(86_400 * 3_650L), new WallTime(0))) {
      for (Resident each : village.members()) {
        each.step(new PeerInput.Date(jump));
      }
      village.run(120_000);
      assertThat(village.members()).containsExactly(anna, ben);
      assertThat(village.misunderstandings()).isEmpty();
    }
    // Somebody new is refused by date.
    Resident cora = village.join(village.device("cora"), OPEN);
    village.run(10_000);
    assertThat(cora.isIn()).isFalse();
    assertThat(anna.decision().reason()).contains("not valid before");
  }

  // ---- what people see

  private static PeerView.Member member(Resident of, Resident who) {
    return of.view().members().stream()
        .filter(each -> each.id().equals(who.id()))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void peopleSeeWhoIsThereByNameAndWhatEachHolds() {
    Resident anna = found("anna", "chair");
    Resident ben = join("ben");
    Resident cora = join("cora");
    assertThat(cora.view().state()).isEqualTo(Effect.State.SYNCING);
    assertThat(cora.view().members()).isEmpty();
    village.run(20_000);
    village.members().forEach(each -> each.step(new PeerInput.Recognise()));
    village.run(5_000);

    PeerView view = cora.view();
    assertThat(view.name()).isEqualTo("village");
    assertThat(view.state()).isEqualTo(Effect.State.SETTLED);
    assertThat(view.freshness()).isEqualTo(Freshness.FRESH);
    assertThat(view.heard()).isEqualTo(3);
    assertThat(view.membersDigest()).isEqualTo(anna.view().membersDigest());
    assertThat(view.sending()).isEqualTo(anna.view().sending());
    assertThat(view.members()).hasSize(3);
    assertThat(member(cora, cora).isSelf()).isTrue();
    PeerView.Member chair = member(cora, anna);
    assertThat(chair.identity().standing()).isEqualTo(Identity.Standing.CERTIFIED);
    assertThat(chair.identity().name()).contains("anna");
    assertThat(chair.identity().certifiedBy()).contains("Ward 3");
    assertThat(chair.identity().spiffe()).contains("spiffe://example.org/ward/3/anna");
    assertThat(chair.identity().roles()).containsExactly("chair");
    assertThat(chair.colour()).isEqualTo(Colour.FRESH);
    assertThat(chair.epoch()).isEqualTo(PeerView.Agreement.SAME);
    assertThat(chair.roster()).isEqualTo(PeerView.Agreement.SAME);

    ben.isDown = true;
    village.run(60_000);
    assertThat(member(cora, ben).colour()).isEqualTo(Colour.SILENT);
    assertThat(member(cora, ben).silentMillis().orElseThrow()).isGreaterThan(55_000);
    anna.isDown = true;
    village.run(60_000);
    assertThat(cora.view().freshness()).isEqualTo(Freshness.STALE);
    assertThat(cora.view().heard()).isEqualTo(1);
  }

  @Test
  void whoseCredentialHasNotComeHasNoNameAndInAnOpenGroupNobodyVouches() {
    Resident anna =
        village.found(village.uncertified("anna"), ANYBODY_ADMITS_CHAIR_EXPELS, Trust.OPEN, OPEN);
    Resident ben = village.join(village.uncertified("ben"), OPEN);
    village.run(10_000);
    assertThat(member(anna, ben).identity().standing()).isEqualTo(Identity.Standing.NOBODY_ASKED);
    assertThat(member(anna, ben).identity().name()).isEmpty();
    assertThat(Identities.NOT_SEEN.standing()).isEqualTo(Identity.Standing.NOT_SEEN);
  }

  // ---- versions

  @Test
  void whoSpeaksAnotherVersionIsNamedOnceAMinute() {
    Resident anna = found("anna");
    Address stranger = new Address(Bytes.fromHex("01"));
    Bytes future = Bytes.fromHex("0213000102");
    for (int i = 0; i < 90; i++) {
      anna.step(new PeerInput.Received(stranger, future));
      village.run(1_000);
    }
    assertThat(anna.did(PeerEffect.OtherVersion.class))
        .containsExactly(
            new PeerEffect.OtherVersion(stranger, 2, 1),
            new PeerEffect.OtherVersion(stranger, 2, 1));
  }

  @Test
  void whoFloodsFromMadeUpAddressesWithOtherVersionsIsToldOfAFewTimesAMinute() {
    Resident anna = found("anna");
    Bytes future = Bytes.fromHex("02");
    for (int minute = 1; minute <= 3; minute++) {
      for (int i = 0; i < 10_000; i++) {
        byte[] address = {(byte) i, (byte) (i >> 8), (byte) minute};
        anna.step(new PeerInput.Received(new Address(Bytes.owning(address)), future));
      }
      assertThat(anna.did(PeerEffect.OtherVersion.class).size())
          .isEqualTo(minute * PeerLimits.OTHER_VERSIONS_TOLD);
      village.run(60_000);
    }
    // Whoever speaks when the flood is over is heard of.
    Address genuine = new Address(Bytes.fromHex("07"));
    anna.step(new PeerInput.Received(genuine, future));
    assertThat(anna.did(PeerEffect.OtherVersion.class).getLast().from()).isEqualTo(genuine);
  }

  // ---- time

  @Test
  void anIdleHourAtOnePercentLossSuspendsNobodyAndMakesOneKey() {
    village.lossPercent = 1;
    found("anna");
    for (int i = 0; i < 9; i++) {
      join("peer-" + i);
    }
    village.run(60_000);
    assertThat(village.members()).hasSize(10);
    village.residents.values().forEach(each -> each.log.clear());
    village.run(3_600_000);

    assertThat(village.members()).hasSize(10);
    assertThat(rekeys()).isBetween(1L, 2L);
    assertThat(village.misunderstandings()).isEmpty();
    for (Resident each : village.members()) {
      assertThat(each.did(PeerEffect.RosterChanged.class)).isEmpty();
      assertThat(each.view().freshness()).isEqualTo(Freshness.FRESH);
    }
  }

  private long rekeys() {
    return village.residents.values().stream()
        .mapToLong(each -> each.did(PeerEffect.Rekeyed.class).size())
        .sum();
  }
}
