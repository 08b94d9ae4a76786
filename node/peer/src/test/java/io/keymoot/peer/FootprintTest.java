package io.keymoot.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.admission.certificate.Credential;
import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.JoinRequest;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.SignedJoinRequest;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.key.Tek;
import io.keymoot.flatkeying.message.JoinAsk;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.heartbeat.Beat;
import io.keymoot.heartbeat.EpochHeld;
import io.keymoot.heartbeat.Heartbeat;
import io.keymoot.heartbeat.HeartbeatCodec;
import io.keymoot.heartbeat.HeartbeatContent;
import io.keymoot.heartbeat.Roster;
import io.keymoot.heartbeat.Rosters;
import io.keymoot.peer.Village.Resident;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.openjdk.jol.info.GraphLayout;

/**
 * What one more peer costs a process that has others of the same group.
 *
 * <p>Counted is all that hangs on a {@link Peer} and not on the other one as well. Not counted, so:
 *
 * <ul>
 *   <li>what {@link Peer.Shared} holds: facts and their states, blobs (here shared too), verdicts
 *       on signatures and credentials, rosters, names, the last heartbeats;
 *   <li>sessions: nobody is sealed to here, and each pair that ever was has one, 4,096 at most;
 *   <li>the frames' side, {@link FrameDesk}, which is measured beside it: it is the application's,
 *       and has a place for every stay that may speak.
 * </ul>
 */
class FootprintTest {
  private static final int MEMBERS = 1_000;
  private static final Bytes OPEN_CREDENTIAL = Credential.SELF_MADE.encode();

  static {
    // Lambdas are hidden classes, whose fields the JDK gives no offsets of: JOL lays them out
    // itself.
    System.setProperty("jol.magicFieldOffset", "true");
  }

  private final Village village = new Village(64);

  /** A member that does nothing but beat, and says each time that it holds other KEKs. */
  private record Extra(SigningKey key, MemberId member) {}

  private Extra letIn(Resident introducer, GroupId group, Bytes leafKey) {
    SigningKey key = SigningKey.generate(SignatureKind.ED25519, village.entropy());
    SignedJoinRequest request =
        FactWriter.joinRequest(
            key,
            group,
            OPEN_CREDENTIAL.sha256(),
            leafKey.sha256(),
            Bytes.owning(village.entropy().bytes(JoinRequest.NONCE_BYTES)),
            new FactId(group.hash()));
    Bytes ask = SideCodec.encode(new JoinAsk(request, OPEN_CREDENTIAL, leafKey, false));
    introducer.step(new PeerInput.Received(new Address(Bytes.fromHex("00")), ask));
    return new Extra(key, request.member());
  }

  private void beat(Extra extra, long counter, Resident anna) {
    GroupId group = anna.peer.keying().group();
    List<FactId> heads = anna.peer.keying().signingHeads();
    FactId epoch = anna.peer.keying().sendingEpoch().orElseThrow();
    EpochHeld held = new EpochHeld(epoch, anna.peer.keying().sendingRevision());
    Tek tek = anna.peer.key(Optional.of(held)).orElseThrow();
    HeartbeatContent content =
        new HeartbeatContent(
            counter,
            Optional.of(held),
            village.random.nextInt() | 1,
            anna.peer.keying().state().membersDigest(),
            Bytes.of(extra.member().hash().toArray(), 0, 6));
    FactWriter writer = new FactWriter(extra.key(), group, extra.member());
    Bytes message =
        HeartbeatCodec.encode(
            new Beat(group, extra.member(), heads, content, true),
            (its, bytes) -> writer.sign(MessageType.HEARTBEAT, its, bytes),
            tek::mac);
    for (Resident each : village.members()) {
      each.step(new PeerInput.Received(new Address(Bytes.fromHex("00")), message));
    }
  }

  /** Of a thousand members, all heard of twice. */
  private Resident[] twoAmongAThousand() {
    village.sharesBlobs = true;
    Resident anna =
        village.found(
            village.uncertified("anna"),
            Village.ANYBODY_ADMITS_CHAIR_EXPELS,
            Trust.OPEN,
            Village.OPEN);
    Resident ben = village.join(village.uncertified("ben"), Village.OPEN);
    village.run(5_000);
    Bytes leafKey = LeafKeyPair.generate(village.entropy()).publicKey().bytes();
    List<Extra> extras = new ArrayList<>();
    while (extras.size() < MEMBERS - 2) {
      extras.add(letIn(anna, anna.peer.keying().group(), leafKey));
      village.run(5);
    }
    village.run(5_000);
    assertThat(ben.peer.keying().state().memberCount()).isEqualTo(MEMBERS);
    for (int round = 1; round <= 2; round++) {
      for (Extra extra : extras) {
        beat(extra, round, anna);
      }
    }
    village.run(60_000);
    assertThat(ben.view().heard()).isEqualTo(MEMBERS);

    return new Resident[] {anna, ben};
  }

  private static void addsLessThan(int bytes, GraphLayout with, GraphLayout without) {
    assertThat(with.totalSize() - without.totalSize())
        .as(() -> "by kind of object:\n" + difference(with, without))
        .isLessThanOrEqualTo(bytes);
  }

  /** However many sets of members there were, the roster of one: each is as large as the group. */
  private void holdsOneRoster() {
    System.gc();
    GraphLayout held = GraphLayout.parseInstance(village.rosters);
    assertThat(held.getClassCounts().count(Roster.class)).isEqualTo(1);
    assertThat(held.totalSize()).isLessThanOrEqualTo(480 * MEMBERS);
  }

  @Test
  void amongAThousandAPeerHoldsLessThan64KilobytesItsFrames340TheBeatsOfAll240AndOneRoster() {
    Resident[] two = twoAmongAThousand();
    // Before the others: a layout holds what it has seen, old rosters too.
    holdsOneRoster();

    GraphLayout one = GraphLayout.parseInstance(two[0].peer);
    GraphLayout both = GraphLayout.parseInstance(two[0].peer, two[1].peer);
    addsLessThan(64 * 1_024, both, one);

    // A place for each stay that may speak, and its key.
    GraphLayout frames = GraphLayout.parseInstance(two[0].peer, two[1].peer, two[1].frames);
    addsLessThan(340 * 1_024, frames, both);

    // The last signed heartbeats: who is alone in its process shares them with nobody.
    Heartbeat heard = two[1].peer.heartbeat().orElseThrow();
    Rosters rosters = village.rosters;
    addsLessThan(
        240 * MEMBERS,
        GraphLayout.parseInstance(rosters, heard),
        GraphLayout.parseInstance(rosters));
  }

  /** What there is more of, the most first. */
  private static String difference(GraphLayout both, GraphLayout without) {
    Map<String, Long> more = new TreeMap<>();
    for (Class<?> kind : both.getClasses()) {
      long size = both.getClassSizes().count(kind) - without.getClassSizes().count(kind);
      more.merge(kind.getTypeName(), size, Long::sum);
    }
    return more.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .limit(20)
        .map(each -> each.getValue() + " bytes of " + each.getKey())
        .collect(Collectors.joining("\n"));
  }
}
