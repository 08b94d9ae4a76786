package io.keymoot.peer;

import static io.keymoot.peer.Village.ANYBODY_ADMITS_CHAIR_EXPELS;
import static io.keymoot.peer.Village.OPEN;
import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.crypto.LeafKey;
import io.keymoot.flatkeying.crypto.SealContext;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.key.SecretWriter;
import io.keymoot.flatkeying.key.Tek;
import io.keymoot.flatkeying.message.Grant;
import io.keymoot.flatkeying.message.JoinAsk;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.message.SyncAsk;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.heartbeat.Beat;
import io.keymoot.heartbeat.Colour;
import io.keymoot.heartbeat.EpochHeld;
import io.keymoot.heartbeat.HeartbeatCodec;
import io.keymoot.heartbeat.HeartbeatContent;
import io.keymoot.heartbeat.HeartbeatMessage;
import io.keymoot.peer.Village.Resident;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which heartbeats count, and for whom. */
class BeatsHeardTest {
  private static final FactId UNKNOWN = new FactId(Hash32.sha256(new byte[] {7}));

  private final Village village = new Village(31);
  private final Resident anna =
      village.found(village.device("anna"), ANYBODY_ADMITS_CHAIR_EXPELS, village.certified(), OPEN);
  private final Resident ben = village.join(village.device("ben"), OPEN);

  private static Optional<MessageType> type(Bytes message) {
    return SideCodec.typeOf(message);
  }

  private static boolean isBeat(Bytes message) {
    return type(message).filter(MessageType.HEARTBEAT::equals).isPresent();
  }

  private static Beat decoded(Bytes message) {
    return HeartbeatCodec.decode(message).orThrow().beat();
  }

  /** The last of its heartbeats that has no signature. */
  private static Bytes lastHint(Resident of) {
    return of.did(PeerEffect.Beat.class).stream()
        .map(PeerEffect.Beat::message)
        .filter(message -> !decoded(message).signed())
        .reduce((first, second) -> second)
        .orElseThrow();
  }

  // ---- forgeries

  private Colour colour() {
    return anna.view().members().stream()
        .filter(each -> each.id().equals(ben.id()))
        .findFirst()
        .orElseThrow()
        .colour();
  }

  private boolean annaAskedForTheUnknown() {
    return annaAskedForTheUnknownAt().anyMatch(ben.address::equals);
  }

  private Stream<Address> annaAskedForTheUnknownAt() {
    return anna.did(PeerEffect.Unicast.class).stream()
        .filter(to -> side(to.message()) instanceof SyncAsk ask && ask.wanted().contains(UNKNOWN))
        .map(PeerEffect.Unicast::to);
  }

  /** In ben's name, with a head that nobody knows. */
  private Bytes beat(GroupId group, SigningKey signer, boolean signed, Optional<EpochHeld> epoch) {
    HeartbeatContent content =
        new HeartbeatContent(
            anna.heard(ben) + 60,
            epoch,
            0,
            anna.peer.keying().state().membersDigest(),
            ben.address.value());
    FactWriter writer = new FactWriter(signer, group, ben.id());
    return HeartbeatCodec.encode(
        new Beat(group, ben.id(), List.of(UNKNOWN), content, signed),
        (heads, bytes) -> writer.sign(MessageType.HEARTBEAT, heads, bytes),
        bytes -> Bytes.owning(new byte[HeartbeatCodec.MAC_BYTES]));
  }

  private void tellAnna(Bytes message) {
    anna.step(new PeerInput.Received(ben.address, message));
    village.run(2_000);
  }

  /** As anybody can make it: in the name of nobody whom anna knows. */
  private Bytes strangersBeat(MemberId stranger, FactId head) {
    GroupId group = anna.peer.keying().group();
    FactWriter writer = new FactWriter(village.device("nobody").key(), group, stranger);
    HeartbeatContent content =
        new HeartbeatContent(
            1, Optional.empty(), 0, Hash32.ZERO, Bytes.owning(new byte[] {1, 2, 3}));
    return HeartbeatCodec.encode(
        new Beat(group, stranger, List.of(head), content, true),
        (heads, bytes) -> writer.sign(MessageType.HEARTBEAT, heads, bytes),
        bytes -> Bytes.owning(new byte[HeartbeatCodec.MAC_BYTES]));
  }

  private static Bytes withAnotherMac(Bytes message) {
    byte[] bytes = message.toArray();
    bytes[bytes.length - 1] ^= 1;
    return Bytes.owning(bytes);
  }

  @Test
  void aBeatWithAWrongMacOrSignatureOrOfAnotherGroupSaysNothingOfWhomItNames() {
    village.run(15_000);
    village.wire = (from, to, message) -> !(from == ben && to == anna && isBeat(message));
    village.run(60_000);
    assertThat(colour()).isEqualTo(Colour.SILENT);
    Bytes right = lastHint(ben);
    Optional<EpochHeld> epoch = decoded(right).content().epoch();
    GroupId group = anna.peer.keying().group();
    GroupId another = new GroupId(Hash32.sha256(new byte[] {1}));
    SigningKey mallory = village.device("mallory").key();

    List<Bytes> forgeries =
        List.of(
            withAnotherMac(right),
            beat(group, mallory, false, epoch),
            beat(group, mallory, true, epoch),
            beat(group, mallory, true, Optional.empty()),
            beat(another, ben.device.key(), true, Optional.empty()),
            beat(another, mallory, false, epoch));
    anna.log.clear();
    for (int i = 0; i < forgeries.size(); i++) {
      long before = anna.heard(ben);
      tellAnna(forgeries.get(i));
      assertThat(colour()).as("after forgery %s", i).isEqualTo(Colour.SILENT);
      assertThat(anna.heard(ben)).as("after forgery %s", i).isEqualTo(before);
      assertThat(anna.peer.heartbeat().orElseThrow().wanted()).isEmpty();
      assertThat(annaAskedForTheUnknown()).isFalse();
    }

    // The same with the right MAC, or the right signature, does all of it.
    tellAnna(right);
    assertThat(colour()).isEqualTo(Colour.FRESH);
    tellAnna(beat(group, ben.device.key(), true, Optional.empty()));
    assertThat(annaAskedForTheUnknown()).isTrue();
  }

  /** A word must cover all that its author said before, or it convicts it. */
  @Test
  void aBeatThatIsDueWhileAFactIsMadeWaitsToNameIt() {
    village.run(15_000);
    for (int i = 0; i < 20; i++) {
      List<FactId> before = anna.peer.keying().signingHeads();
      // Late for its next beat, and told to make a fresh key before it is woken.
      village.now += 3_000;
      List<PeerEffect> did = anna.step(new PeerInput.Refresh());
      assertThat(anna.peer.keying().signingHeads()).isNotEqualTo(before);
      for (PeerEffect effect : did) {
        if (effect instanceof PeerEffect.Beat beat) {
          assertThat(decoded(beat.message()).heads()).isEqualTo(anna.peer.keying().signingHeads());
        }
      }
      village.run(2_000);
    }
    assertThat(ben.peer.keying().state().isFaulty(anna.peer.keying().self())).isFalse();
  }

  @Test
  void whatAStrangersBeatMakesAPeerAskForGoesToWhereItCameFromAndNeverToAll() {
    village.run(15_000);
    Address theirs = new Address(Bytes.fromHex("0707"));
    anna.log.clear();
    anna.step(
        new PeerInput.Received(
            theirs, strangersBeat(new MemberId(Hash32.sha256(new byte[] {8})), UNKNOWN)));
    village.run(20_000);
    assertThat(annaAskedForTheUnknownAt()).isNotEmpty().containsOnly(theirs);

    // So many that nobody could remember where each was.
    for (int i = 0; i < 300; i++) {
      Hash32 name = Hash32.sha256(new byte[] {9, (byte) i, (byte) (i >> 8)});
      anna.step(
          new PeerInput.Received(theirs, strangersBeat(new MemberId(name), new FactId(name))));
    }
    village.run(20_000);
    assertThat(anna.did(PeerEffect.Multicast.class))
        .noneMatch(each -> side(each.message()) instanceof SyncAsk);
    assertThat(anna.did(PeerEffect.Unicast.class))
        .filteredOn(each -> side(each.message()) instanceof SyncAsk)
        .allMatch(each -> each.to().equals(theirs))
        .hasSizeLessThan(600);
  }

  /** As any member can make it, who holds the key as well. */
  static Bytes forgedHint(
      Resident by, MemberId of, long counter, Bytes address, int mask, FactId... heads) {
    FactId epoch = by.peer.keying().sendingEpoch().orElseThrow();
    EpochHeld held = new EpochHeld(epoch, by.peer.keying().sendingRevision());
    Tek tek = by.peer.key(Optional.of(held)).orElseThrow();
    HeartbeatContent content =
        new HeartbeatContent(
            counter, Optional.of(held), mask, by.peer.keying().state().membersDigest(), address);
    List<FactId> named = heads.length == 0 ? by.peer.keying().signingHeads() : List.of(heads);
    return HeartbeatCodec.encode(
        new Beat(by.peer.keying().group(), of, named, content, false),
        (its, bytes) -> {
          throw new AssertionError("it is not signed");
        },
        tek::mac);
  }

  @Test
  void aForgedHintRedirectsNobodysMail() {
    village.run(15_000);
    anna.log.clear();
    Bytes signed = beat(anna.peer.keying().group(), ben.device.key(), true, Optional.empty());
    anna.step(new PeerInput.Received(ben.address, signed));
    long counter = anna.heard(ben);
    assertThat(counter).isEqualTo(decoded(signed).content().counter());
    Bytes elsewhere = Bytes.fromHex("0707");
    anna.step(
        new PeerInput.Received(
            new Address(elsewhere),
            forgedHint(anna, ben.id(), counter + 1, elsewhere, -1, UNKNOWN)));
    village.run(10_000);
    assertThat(annaAskedForTheUnknownAt()).isNotEmpty().containsOnly(ben.address);
    assertThat(anna.peer.heartbeat().orElseThrow().said(ben.id()))
        .contains(decoded(signed).content());
  }

  @Test
  void whoHoldsTheKeyCannotSpeakUnderASignatureThatIsNotThere() {
    village.run(15_000);
    HeartbeatContent before = anna.peer.heartbeat().orElseThrow().said(ben.id()).orElseThrow();
    EpochHeld held = before.epoch().orElseThrow();
    Tek tek = anna.peer.key(Optional.of(held)).orElseThrow();
    Bytes elsewhere = Bytes.fromHex("0707");
    HeartbeatContent content =
        new HeartbeatContent(
            -1, Optional.of(held), -1, anna.peer.keying().state().membersDigest(), elsewhere);
    GroupId group = anna.peer.keying().group();
    FactWriter mallory = new FactWriter(village.device("mallory").key(), group, ben.id());
    Bytes forged =
        HeartbeatCodec.encode(
            new Beat(group, ben.id(), anna.peer.keying().signingHeads(), content, true),
            (heads, bytes) -> mallory.sign(MessageType.HEARTBEAT, heads, bytes),
            tek::mac);
    village.wire = (from, to, message) -> !(from == ben && to == anna && isBeat(message));
    anna.step(new PeerInput.Received(new Address(elsewhere), forged));
    assertThat(anna.peer.heartbeat().orElseThrow().said(ben.id())).contains(before);
    village.run(60_000);
    assertThat(colour()).isEqualTo(Colour.SILENT);
    village.wire = (from, to, message) -> true;
    village.run(5_000);
    assertThat(colour())
        .as("its own beats are not older than the forged one")
        .isEqualTo(Colour.FRESH);
    assertThat(anna.heard(ben)).isGreaterThan(before.counter());
  }

  @Test
  void aHintInTheNameOfOneWhoLeftHasNobodyAskedButWhoeverSentIt() {
    Resident cora = village.join(village.device("cora"), OPEN);
    village.run(15_000);
    cora.step(new PeerInput.Leave());
    village.run(15_000);
    assertThat(anna.peer.keying().state().isMember(cora.id())).isFalse();
    Address theirs = new Address(Bytes.fromHex("0707"));
    anna.log.clear();
    anna.step(
        new PeerInput.Received(
            theirs, forgedHint(anna, cora.id(), 1_000, theirs.value(), 0, UNKNOWN)));
    village.run(20_000);
    assertThat(anna.did(PeerEffect.Multicast.class))
        .noneMatch(each -> side(each.message()) instanceof SyncAsk);
    assertThat(annaAskedForTheUnknownAt()).isNotEmpty().containsOnly(theirs);
  }

  // ---- keys that were told

  /** The Grant that the introducer could have made, with a secret that it invented. */
  private Bytes lyingGrant(Resident introducer, Grant honest, Bytes leafKey) {
    FactId epoch = introducer.peer.keying().state().usable().get(0).id();
    int revision = introducer.peer.keying().state().revision(epoch);
    SealContext context =
        new SealContext(
            introducer.peer.keying().group(),
            introducer.id(),
            honest.to(),
            MessageType.GRANT,
            honest.admit().hash());
    try (SecretWriter writer = new SecretWriter();
        EpochSecret invented = EpochSecret.fresh(village.entropy()).at(revision)) {
      Bytes sealed =
          writer
              .u8(1)
              .hash(epoch.hash())
              .u32(revision)
              .secret(invented)
              .sealTo(LeafKey.decode(leafKey).orThrow(), context, village.entropy());
      return SideCodec.grant(
          new FactWriter(
              introducer.device.key(), introducer.peer.keying().group(), introducer.id()),
          honest.signed().header().heads(),
          honest.to(),
          honest.admit(),
          sealed);
    }
  }

  private static @Nullable SideMessage side(Bytes message) {
    return SideCodec.decode(message) instanceof Decoded.Ok<SideMessage>(SideMessage side)
        ? side
        : null;
  }

  private static boolean hasKey(Resident each) {
    return each.isIn() && each.peer.keying().sendingEpoch().isPresent();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void twoWhoWereToldDifferentKeysOfOneEpochEachJudgeABeatByTheirOwn(boolean isDeceivedFirst) {
    village.run(15_000);
    Resident gina = village.newcomer(village.device("gina"), OPEN);
    Resident finn = village.newcomer(village.device("finn"), OPEN);
    List<Bytes> leafKeys = new ArrayList<>();
    boolean[] isCutOff = new boolean[1];
    village.wire =
        (from, to, message) -> {
          MessageType type = type(message).orElseThrow();
          if (from == gina && side(message) instanceof JoinAsk ask) {
            leafKeys.add(ask.leafKey());
          }
          if (to == gina && side(message) instanceof Grant grant) {
            Bytes lie = lyingGrant(from, grant, leafKeys.getFirst());
            village.at(village.now + 5, () -> gina.step(new PeerInput.Received(from.address, lie)));
            return false;
          }
          boolean isTold = to == gina || to == finn;
          return !(isTold && (isCutOff[0] || (isBeat(message) && hasKey(to))))
              && !(to == gina && type == MessageType.GIVE);
        };
    village.start(gina);
    village.start(finn);
    for (int i = 0; i < 3_000 && !(hasKey(gina) && hasKey(finn)); i++) {
      village.run(1);
    }
    isCutOff[0] = true;
    FactId epoch = anna.peer.keying().sendingEpoch().orElseThrow();
    for (Resident each : List.of(gina, finn)) {
      assertThat(each.peer.keying().sendingEpoch()).contains(epoch);
      assertThat(each.peer.keying().isOnlyTold(epoch)).isTrue();
    }
    int before = ben.did(PeerEffect.Beat.class).size();
    for (int i = 0; i < 3_000 && ben.did(PeerEffect.Beat.class).size() == before; i++) {
      village.run(1);
    }
    Bytes words = ben.did(PeerEffect.Beat.class).getLast().message();
    assertThat(decoded(words).content().epoch().map(EpochHeld::epoch)).contains(epoch);

    for (Resident each : isDeceivedFirst ? List.of(gina, finn) : List.of(finn, gina)) {
      each.step(new PeerInput.Received(ben.address, words));
    }
    village.run(1_000);
    assertThat(isContradicted(gina)).isTrue();
    assertThat(isContradicted(finn)).isFalse();
  }

  /** A member said, under its own signature, that it holds another key. */
  private static boolean isContradicted(Resident each) {
    return each.did(PeerEffect.Ignored.class).stream()
        .anyMatch(ignored -> ignored.what().contains("that others contradict"));
  }

  // ---- what is shared

  @Test
  void aBeatIsReadOnceByAllWhoHearIt() {
    village.run(15_000);
    Bytes message = lastHint(ben);
    BeatsRead beats = new BeatsRead();
    BeatsRead.Read read = beats.read(message);
    assertThat(beats.read(message)).isSameAs(read);
    assertThat(read.decoded()).isInstanceOf(Decoded.Ok.class);
    assertThat(((Decoded.Ok<HeartbeatMessage>) read.decoded()).value().beat())
        .isEqualTo(decoded(message));
  }

  @Test
  void whatMembersSayAlikeIsKeptOnce() {
    village.run(15_000);
    BeatsRead beats = new BeatsRead();
    List<Beat> read = new ArrayList<>();
    for (Resident each : List.of(anna, ben)) {
      Bytes message = Bytes.of(lastHint(each).toArray());
      if (beats.read(message).decoded() instanceof Decoded.Ok<HeartbeatMessage> ok) {
        assertThat(ok.value()).isEqualTo(HeartbeatCodec.decode(message).orThrow());
        read.add(ok.value().beat());
      }
    }
    assertThat(read.get(1).heads()).isSameAs(read.get(0).heads());
    assertThat(read.get(1).content().epoch()).isPresent().isSameAs(read.get(0).content().epoch());
    assertThat(read.get(1).content().membersDigest())
        .isSameAs(read.get(0).content().membersDigest());
  }

  @Test
  void onlyAVerdictUnderAProvedKeyIsRememberedForOthers() {
    BeatsRead.Read read = new BeatsRead().read(Bytes.fromHex("00"));
    assertThat(read.hasMac(false, () -> false)).isFalse();
    assertThat(read.hasMac(false, () -> true)).isTrue();
    assertThat(read.hasMac(true, () -> true)).isTrue();
    assertThat(read.hasMac(true, BeatsHeardTest::isNotAsked)).isTrue();
    assertThat(read.hasMac(false, () -> false)).isFalse();
  }

  private static boolean isNotAsked() {
    throw new AssertionError("it was checked already");
  }
}
