package io.keymoot.peer;

import static io.keymoot.peer.Village.ANYBODY_ADMITS_CHAIR_EXPELS;
import static io.keymoot.peer.Village.OPEN;
import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.key.Tek;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.heartbeat.Beat;
import io.keymoot.heartbeat.Colour;
import io.keymoot.heartbeat.EpochHeld;
import io.keymoot.heartbeat.Freshness;
import io.keymoot.heartbeat.HeartbeatCodec;
import io.keymoot.heartbeat.HeartbeatContent;
import io.keymoot.heartbeat.HeartbeatMessage;
import io.keymoot.peer.Village.Resident;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What outsiders make of beats that they heard, and a member of the heads that it names. */
class TamperedBeatsTest {
  private final Village village = new Village(33);
  private final Resident anna =
      village.found(village.device("anna"), ANYBODY_ADMITS_CHAIR_EXPELS, village.certified(), OPEN);
  private final Resident ben = village.join(village.device("ben"), OPEN);

  private static boolean isBeat(Bytes message) {
    return SideCodec.typeOf(message).filter(MessageType.HEARTBEAT::equals).isPresent();
  }

  private static HeartbeatMessage decoded(Bytes message) {
    return HeartbeatCodec.decode(message).orThrow();
  }

  private static List<Bytes> signedBeats(Resident of) {
    return of.did(PeerEffect.Beat.class).stream()
        .map(PeerEffect.Beat::message)
        .filter(message -> decoded(message).beat().signed())
        .toList();
  }

  private static boolean isContradicted(Resident each) {
    return each.did(PeerEffect.Ignored.class).stream()
        .anyMatch(ignored -> ignored.what().contains("that others contradict"));
  }

  /** Let in, told a key that nothing proves yet, and from then on cut off from all. */
  private Resident newcomerWhoWasOnlyTold() {
    Resident gina = village.newcomer(village.device("gina"), OPEN);
    boolean[] isCutOff = new boolean[1];
    village.wire =
        (from, to, message) ->
            to != gina || !(isCutOff[0] || (isBeat(message) && gina.peer.keying().isMember()));
    village.start(gina);
    for (int i = 0;
        i < 3_000 && !(gina.isIn() && gina.peer.keying().sendingEpoch().isPresent());
        i++) {
      village.run(1);
    }
    isCutOff[0] = true;
    FactId epoch = anna.peer.keying().sendingEpoch().orElseThrow();
    assertThat(gina.peer.keying().sendingEpoch()).contains(epoch);
    assertThat(gina.peer.keying().isOnlyTold(epoch)).isTrue();
    return gina;
  }

  private static Bytes withAnotherMac(Bytes message) {
    byte[] bytes = message.toArray();
    String mac = latin(decoded(message).mac().toArray());
    bytes[latin(bytes).lastIndexOf(mac)] ^= 1;
    return Bytes.owning(bytes);
  }

  private static String latin(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /** As the member can make it: signed, with the heads that it knows. */
  private static Bytes signed(
      Resident by, long counter, Optional<EpochHeld> held, UnaryOperator<Bytes> mac) {
    return signed(by, counter, held, mac, by.address, by.peer.keying().signingHeads());
  }

  private static Bytes signed(
      Resident by,
      long counter,
      Optional<EpochHeld> held,
      UnaryOperator<Bytes> mac,
      Address address,
      List<FactId> heads) {
    GroupId group = by.peer.keying().group();
    FactWriter writer = new FactWriter(by.device.key(), group, by.id());
    HeartbeatContent content =
        new HeartbeatContent(
            counter, held, 0, by.peer.keying().state().membersDigest(), address.value());
    return HeartbeatCodec.encode(
        new Beat(group, by.id(), heads, content, true),
        (its, bytes) -> writer.sign(MessageType.HEARTBEAT, its, bytes),
        mac);
  }

  private static Bytes noMac(Bytes bytes) {
    throw new AssertionError("no key, no MAC of " + bytes);
  }

  // ---- keys that were only told

  @Test
  void aMacThatWasChangedOnItsWayIsNobodysWordAgainstAKey() {
    village.run(15_000);
    Resident gina = newcomerWhoWasOnlyTold();
    FactId epoch = gina.peer.keying().sendingEpoch().orElseThrow();
    for (Resident each : List.of(anna, ben)) {
      int before = signedBeats(each).size();
      for (int i = 0; i < 1_500 && signedBeats(each).size() == before; i++) {
        village.run(1);
      }
      Bytes words = signedBeats(each).getLast();
      assertThat(decoded(words).beat().content().epoch().map(EpochHeld::epoch)).contains(epoch);
      gina.step(new PeerInput.Received(each.address, withAnotherMac(words)));
    }
    village.run(1_000);
    assertThat(isContradicted(gina)).isFalse();
    assertThat(gina.peer.keying().isOnlyTold(epoch)).as("it was not dropped").isTrue();
  }

  @Test
  void aBeatThatALaterOneFollowedIsNoWordAgainstAKey() {
    village.run(15_000);
    Resident gina = newcomerWhoWasOnlyTold();
    EpochHeld held =
        new EpochHeld(
            ben.peer.keying().sendingEpoch().orElseThrow(), ben.peer.keying().sendingRevision());
    Tek tek = gina.peer.key(Optional.of(held)).orElseThrow();
    UnaryOperator<Bytes> right = tek::mac;
    UnaryOperator<Bytes> wrong = bytes -> Bytes.owning(new byte[HeartbeatCodec.MAC_BYTES]);
    // Ben had been told another key once, and knows better by now.
    tell(gina, signed(ben, 1_001, Optional.of(held), right));
    tell(gina, signed(ben, 1_000, Optional.of(held), wrong));
    village.run(1_000);
    assertThat(isContradicted(gina)).isFalse();
    tell(gina, signed(ben, 1_002, Optional.of(held), wrong));
    village.run(1_000);
    assertThat(isContradicted(gina)).isTrue();
  }

  private void tell(Resident each, Bytes message) {
    each.step(new PeerInput.Received(ben.address, message));
  }

  // ---- recordings

  @Test
  void whatAnOutsiderRecordedBeforeANewcomerCameKeepsNobodyAliveForIt() {
    Resident cora = village.join(village.device("cora"), OPEN);
    village.run(90_000);
    Map<Resident, List<Bytes>> recorded = new LinkedHashMap<>();
    for (Resident each : List.of(anna, ben, cora)) {
      recorded.put(each, signedBeats(each));
      assertThat(recorded.get(each)).hasSizeGreaterThan(30);
    }
    Resident gina = newcomerWhoWasOnlyTold();
    for (int i = 0; i < 30; i++) {
      for (Map.Entry<Resident, List<Bytes>> each : recorded.entrySet()) {
        Bytes old = each.getValue().get(each.getValue().size() - 30 + i);
        gina.step(new PeerInput.Received(each.getKey().address, old));
      }
      village.run(2_000);
    }
    assertThat(gina.view().freshness()).isEqualTo(Freshness.STALE);
    assertThat(gina.view().members())
        .filteredOn(each -> !each.id().equals(gina.id()))
        .hasSize(3)
        .allMatch(each -> each.colour() == Colour.SILENT);
    assertThat(gina.heard(ben)).isZero();

    village.wire = (from, to, message) -> true;
    village.run(15_000);
    assertThat(gina.view().freshness()).isEqualTo(Freshness.FRESH);
    assertThat(gina.view().members()).allMatch(each -> each.colour() == Colour.FRESH);
  }

  /** Somebody who waits for a key, or comes from behind a cut, is there all the same. */
  @Test
  void whoHoldsNoKeyOfMineIsHeardOnceItKnowsOfMe() {
    village.run(15_000);
    List<FactId> before = ben.peer.keying().signingHeads();
    Resident gina = newcomerWhoWasOnlyTold();
    tell(gina, signed(ben, 1_000, Optional.empty(), TamperedBeatsTest::noMac, ben.address, before));
    assertThat(gina.heard(ben)).isZero();
    tell(gina, signed(ben, 1_001, Optional.empty(), TamperedBeatsTest::noMac));
    assertThat(gina.heard(ben)).isEqualTo(1_001);
  }

  // ---- floods

  @Test
  void aMemberThatInventsHeadsHasNobodyWriteMuchToWhateverAddressItSigns() {
    village.run(15_000);
    village.wire = (from, to, message) -> !(from == ben && isBeat(message));
    Address somebodyElse = new Address(Bytes.fromHex("0707"));
    anna.log.clear();
    for (int second = 0; second < 60; second++) {
      int of = second;
      List<FactId> invented =
          IntStream.range(0, Limits.HEADS)
              .mapToObj(i -> new FactId(Hash32.sha256(new byte[] {(byte) of, (byte) i})))
              .sorted()
              .toList();
      tell(
          anna,
          signed(
              ben,
              1_000_000 + second,
              Optional.empty(),
              TamperedBeatsTest::noMac,
              somebodyElse,
              invented));
      village.run(1_000);
    }
    assertThat(anna.did(PeerEffect.Unicast.class))
        .filteredOn(each -> each.to().equals(somebodyElse))
        .as("what 60 beats make each who hears them send")
        .hasSizeBetween(10, 30);
  }
}
