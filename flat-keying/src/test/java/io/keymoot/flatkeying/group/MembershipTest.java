package io.keymoot.flatkeying.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.Admit;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.Found;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.Here;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Rights;
import io.keymoot.flatkeying.fact.SignedJoinRequest;
import io.keymoot.flatkeying.fact.Suite;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.keying.PlantedBug;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** The waiting room and a newcomer's door, on a group of one founder who keeps talking. */
@Isolated("one test changes the code that others would run")
class MembershipTest {
  private static final Ledger.Decision LACKING =
      new Ledger.Decision.LacksParents(List.of(madeUp(0)));

  private final Scribe scribe = new Scribe();
  private final Credentials credentials = new Credentials();
  private final Scribe.Device anna = scribe.device("anna");
  private final Envelope found = found();
  private final GroupId group = new GroupId(found.id().hash());
  private final MemberId founder = found.header().author();

  private Envelope found() {
    Hash32 credential = credentials.makeAndFetch("anna", "good");
    Rights rights = new Rights(new Rights.AnyMember(), Optional.empty(), 2);
    return scribe.found(
        anna,
        new Found(
            "waiting",
            Profile.CONFERENCE,
            Suite.XWING_AES256GCM_SHA256,
            rights,
            Trust.OPEN,
            scribe.founderRow(anna, credential)));
  }

  private Ledger ledger() {
    return new Ledger(group, credentials, credentials, scribe.verifier());
  }

  /** A line of Heres, each on the one before. */
  private List<Envelope> heres(int count) {
    List<Envelope> line = new ArrayList<>(List.of(found));
    for (int i = 0; i < count; i++) {
      Hash32 leaf = Hash32.sha256(("leaf " + i).getBytes(StandardCharsets.UTF_8));
      FactId last = line.get(line.size() - 1).id();
      line.add(
          scribe.fact(
              anna,
              group,
              founder,
              List.of(last),
              new Here(leaf, credentials.make("anna", "good"))));
    }
    return line;
  }

  @Test
  void aWronglySignedCopyDoesNotKeepTheRightOneOut() {
    Envelope here = heres(1).get(1);
    Envelope forged = Scribe.wronglySigned(here);
    Membership membership = Membership.of(ledger());
    membership.offer(forged, "liar");
    membership.offer(here, "honest");
    membership.offer(found, "honest");
    assertThat(membership.has(here.id())).isTrue();
    assertThat(membership.waitingCount()).isZero();
    assertThat(membership.atDoorCount()).isZero();
  }

  @Test
  void whoSendsTooManyFactsWithoutParentsFillsItsOwnPlacesOnly() {
    List<Envelope> line = heres(Limits.WAITING_PER_SENDER + 20);
    Membership membership = Membership.of(ledger());
    membership.offer(line.get(2), "honest");
    for (Envelope fact : line.subList(3, line.size())) {
      membership.offer(fact, "flood");
    }
    assertThat(membership.waitingCount()).isEqualTo(Limits.WAITING_PER_SENDER + 1);
    membership.offer(found, "honest");
    membership.offer(line.get(1), "honest");
    assertThat(membership.has(line.get(2).id())).isTrue();
  }

  @Test
  void aNewcomerTakesNothingBeforeAllItsGrantReaches() {
    List<Envelope> line = heres(Limits.AT_DOOR + 50);
    List<Envelope> shuffled = new ArrayList<>(line.subList(1, 200));
    Collections.reverse(shuffled);
    Membership membership = Membership.ofNewcomer(ledger());
    FactId last = line.get(line.size() - 1).id();
    for (Envelope fact : shuffled) {
      membership.offer(fact, "anybody");
    }
    for (Envelope fact : line) {
      assertThat(membership.adopt(List.of(last))).isFalse();
      assertThat(membership.state().count()).isZero();
      membership.offer(fact, "granter");
    }
    assertThat(membership.adopt(List.of(last))).isTrue();
    assertThat(membership.state().count()).isEqualTo(line.size());
    assertThat(membership.atDoorCount()).isZero();
  }

  @Test
  void whatIsLackingIsSaid() {
    List<Envelope> line = heres(3);
    Membership membership = Membership.of(ledger());
    membership.offer(line.get(3), "anybody");
    membership.offer(line.get(2), "anybody");
    assertThat(membership.lacks().facts()).containsExactly(line.get(1).id());
  }

  // ---- what strangers and the greedy take

  private static FactId madeUp(int number) {
    return new FactId(
        Hash32.sha256(new byte[] {(byte) number, (byte) (number >> 8), (byte) (number >> 16)}));
  }

  private static List<FactId> madeUp(int from, int many) {
    List<FactId> ids = new ArrayList<>();
    for (int i = from; i < from + many; i++) {
      ids.add(madeUp(i));
    }
    return ids;
  }

  /** In a member's name or in that of nobody; by a device that has no part in the group. */
  private Envelope outsiders(MemberId author, int number) {
    Here here = new Here(madeUp(number).hash(), Hash32.ZERO);
    return scribe.fact(
        scribe.device("outsider"),
        group,
        author,
        madeUp(number * Limits.HEADS, Limits.HEADS),
        here);
  }

  private Envelope here(Scribe.Device device, MemberId author, FactId... heads) {
    return scribe.fact(
        device,
        group,
        author,
        List.of(heads),
        new Here(heads[0].hash(), credentials.make("anna", "good")));
  }

  private static List<FactId> lacked(Membership membership) {
    return List.copyOf(membership.lacks().facts());
  }

  private Membership ofAnna() {
    Membership membership = Membership.of(ledger());
    membership.offer(found, "anna");
    assertThat(membership.state().isMember(founder)).isTrue();
    return membership;
  }

  @Test
  void whateverOutsidersMakeUpWhatMembersFactsHangOnIsAskedForAndLittleElse() {
    Membership membership = ofAnna();
    for (int i = 0; i < 2_000; i++) {
      membership.offer(outsiders(new MemberId(madeUp(i).hash()), i), "address " + i);
    }
    FactId parent = madeUp(1_000_000);
    membership.offer(here(anna, founder, parent), "address 1");
    for (int i = 2_000; i < 4_000; i++) {
      membership.offer(outsiders(new MemberId(madeUp(i).hash()), i), "address " + i);
    }
    assertThat(lacked(membership))
        .contains(parent)
        .hasSizeLessThanOrEqualTo(1 + Limits.STRANGE_LACKS_TOLD);
    assertThat(membership.waitingCount()).isEqualTo(1 + Limits.STRANGE_FACTS_WAITING);
    // A member is not known by its name.
    assertThat(membership.isHere(outsiders(new MemberId(madeUp(3_999).hash()), 3_999).id()))
        .isFalse();
  }

  /** How much is asked for because of facts that a member did not sign. */
  private int lackedBecauseOfForgeries() {
    Membership membership = ofAnna();
    for (int i = 0; i < 100; i++) {
      membership.offer(outsiders(founder, i), "address " + i);
    }
    return lacked(membership).size();
  }

  @Test
  void inAMembersNameAnOutsiderIsAStrangerToo() throws Exception {
    assertThat(lackedBecauseOfForgeries()).isEqualTo(Limits.STRANGE_LACKS_TOLD);
    try (PlantedBug bug =
        new PlantedBug(Membership.class.getName(), "isMembers", PlantedBug.Yes.class)) {
      assertThat(lackedBecauseOfForgeries()).isEqualTo(Limits.LACKS_TOLD);
    }
  }

  @Test
  void ofMembersWhoLacksMostGivesWay() {
    Scribe.Device ben = scribe.device("ben");
    Membership membership = ofAnna();
    MemberId bensId = letIn(ben, membership);
    assertThat(membership.state().isMember(bensId)).isTrue();
    for (int i = 0; i < 100; i++) {
      FactId[] heads = madeUp(i * Limits.HEADS, Limits.HEADS).toArray(new FactId[0]);
      membership.offer(here(ben, bensId, heads), "ben");
    }
    assertThat(lacked(membership)).hasSize(Limits.LACKS_TOLD);
    FactId parent = madeUp(1_000_000);
    membership.offer(here(anna, founder, parent), "anna");
    assertThat(lacked(membership)).hasSize(Limits.LACKS_TOLD).contains(parent);
  }

  /**
   * What ben lacks in anna's stead, for he hangs a fact on hers, too. It must not stand last among
   * hundreds that he made up, however many of hers wait because of it.
   */
  private List<FactId> lackedWhere(int ofAnnas, int ofBens, boolean bensFirst) {
    Scribe.Device ben = scribe.device("ben");
    Membership membership = ofAnna();
    MemberId bensId = letIn(ben, membership);
    Envelope last = here(anna, founder, lackedByAnna());
    List<Envelope> annas = new ArrayList<>(List.of(last));
    for (int i = 1; i < ofAnnas; i++) {
      last = here(anna, founder, last.id());
      annas.add(last);
    }
    List<Envelope> bens = new ArrayList<>();
    for (int i = 0; i < ofBens; i++) {
      FactId[] heads = madeUp(i * Limits.HEADS, Limits.HEADS).toArray(new FactId[0]);
      bens.add(here(ben, bensId, heads));
    }
    bens.add(here(ben, bensId, annas.getFirst().id()));
    (bensFirst ? bens : annas).forEach(fact -> membership.offer(fact, "somebody"));
    (bensFirst ? annas : bens).forEach(fact -> membership.offer(fact, "somebody"));
    return lacked(membership);
  }

  private static FactId lackedByAnna() {
    return madeUp(1_000_000);
  }

  @Test
  void whatSeveralLackIsAskedForInTheTurnOfEachOfThem() {
    for (boolean bensFirst : new boolean[] {false, true}) {
      assertThat(lackedWhere(18, 16, bensFirst).indexOf(lackedByAnna())).isBetween(0, 1);
      assertThat(lackedWhere(1, 40, bensFirst).indexOf(lackedByAnna())).isBetween(0, 1);
    }
  }

  /** And what one says hangs on what another said, which is lacked with all before it. */
  @Test
  void whatAFactHangsOnThroughAnothersIsAskedForInItsTurn() {
    Scribe.Device ben = scribe.device("ben");
    Membership membership = ofAnna();
    MemberId bensId = letIn(ben, membership);
    for (int i = 0; i < 40; i++) {
      FactId[] heads = madeUp(i * Limits.HEADS, Limits.HEADS).toArray(new FactId[0]);
      membership.offer(here(ben, bensId, heads), "ben");
    }
    Envelope parent = here(ben, bensId, lackedByAnna());
    membership.offer(parent, "ben");
    membership.offer(here(anna, founder, parent.id()), "anna");
    assertThat(lacked(membership).indexOf(lackedByAnna())).isBetween(0, 1);
  }

  /** The stranger may be a member by facts that have not come yet. */
  @Test
  void whatAMembersFactHangsOnByWayOfAStrangersIsAskedForToo() {
    Membership membership = ofAnna();
    FactId grandparent = madeUp(1_000_000);
    Scribe.Device zoe = scribe.device("zoe");
    Envelope strange = here(zoe, row(zoe, "zoe", 1).member(), grandparent);
    for (int i = 0; i < 200; i++) {
      membership.offer(outsiders(new MemberId(madeUp(i).hash()), i), "address " + i);
    }
    membership.offer(strange, "zoe");
    membership.offer(here(anna, founder, strange.id()), "anna");
    assertThat(lacked(membership)).contains(grandparent).doesNotContain(strange.id());
    membership.forgetOldStrangers();
    membership.forgetOldStrangers();
    assertThat(lacked(membership)).containsExactly(grandparent);
    assertThat(membership.waitingCount()).isEqualTo(2);
  }

  @Test
  void whatNobodySpeaksForIsForgottenAfterAWhile() {
    Membership membership = ofAnna();
    Envelope strange = outsiders(new MemberId(madeUp(1).hash()), 1);
    membership.offer(strange, "outsider");
    Envelope members = here(anna, founder, madeUp(1_000_000));
    membership.offer(members, "anna");
    membership.forgetOldStrangers();
    assertThat(membership.waitingCount()).isEqualTo(2);
    membership.forgetOldStrangers();
    assertThat(membership.waitingCount()).isEqualTo(1);
    assertThat(membership.isHere(members.id())).isTrue();
    membership.offer(strange, "outsider");
    assertThat(membership.waitingCount()).isEqualTo(2);
  }

  @Test
  void aMembersFactsAreAStrangersOnceItWent() {
    Scribe.Device ben = scribe.device("ben");
    SignedJoinRequest row = row(ben, "ben", 1);
    Membership membership = ofAnna();
    Envelope in = admit(anna, founder, found.id(), row);
    membership.offer(in, "anna");
    List<Envelope> waiting = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      FactId[] heads = madeUp(i * Limits.HEADS, Limits.HEADS).toArray(new FactId[0]);
      waiting.add(here(ben, row.member(), heads));
      membership.offer(waiting.getLast(), "ben");
    }
    assertThat(lacked(membership)).hasSize(10 * Limits.HEADS);
    assertThat(waiting).allMatch(fact -> membership.isHere(fact.id()));
    // Two facts beside each other, of which anna knows, prove that it lied.
    Envelope one = here(ben, row.member(), in.id());
    Envelope other =
        scribe.fact(
            ben,
            group,
            row.member(),
            List.of(in.id()),
            new Here(madeUp(1).hash(), credentials.make("ben", "good")));
    for (Envelope fact : List.of(one, other, here(anna, founder, one.id(), other.id()))) {
      membership.offer(fact, "anna");
    }
    assertThat(membership.state().isFaulty(row.member())).isTrue();
    assertThat(lacked(membership)).hasSize(Limits.STRANGE_LACKS_TOLD);
    // Should a member name one of them, it is fetched with all that it hangs on.
    assertThat(waiting).noneMatch(fact -> membership.isHere(fact.id()));
  }

  /** While nobody was known all waited as one; of that, too, only members' is here now. */
  @Test
  void whatWaitedBeforeAnybodyWasKnownIsAStrangersOnceSomebodyIs() {
    Membership membership = Membership.ofNewcomer(ledger());
    Envelope waiting = outsiders(new MemberId(madeUp(1).hash()), 1);
    membership.offer(waiting, "somebody");
    assertThat(membership.isHere(waiting.id())).isTrue();
    membership.offer(found, "anna");
    assertThat(membership.adopt(List.of(found.id()))).isTrue();
    assertThat(membership.isHere(waiting.id())).isFalse();
  }

  /** The largest there are: with covers. */
  private Envelope large(Scribe.Device device, MemberId author, int number) {
    byte[] bytes = new byte[50_000];
    bytes[0] = (byte) number;
    bytes[1] = (byte) (number >> 8);
    Bytes cover = Bytes.owning(bytes);
    Rekey rekey =
        new Rekey(
            Optional.empty(), List.of(), Hash32.ZERO, Hash32.ZERO, Hash32.sha256(cover.toArray()));
    return new FactWriter(device.signing(), group, author)
        .write(List.of(madeUp(number)), rekey, cover);
  }

  @Test
  void whatWaitsIsBoundedInBytesOfEachAndOfAll() {
    Membership membership = ofAnna();
    Scribe.Device outsider = scribe.device("outsider");
    for (int i = 0; i < 30; i++) {
      membership.offer(large(outsider, new MemberId(madeUp(i).hash()), i), "one address");
    }
    assertThat(membership.waitingBytes())
        .isBetween(
            Limits.STRANGE_BYTES_WAITING_PER_SENDER * 3L / 4,
            (long) Limits.STRANGE_BYTES_WAITING_PER_SENDER);
    for (int i = 30; i < 130; i++) {
      membership.offer(large(outsider, new MemberId(madeUp(i).hash()), i), "address " + i);
    }
    assertThat(membership.waitingBytes())
        .isBetween(Limits.STRANGE_BYTES_WAITING * 3L / 4, (long) Limits.STRANGE_BYTES_WAITING);
    long ofStrangers = membership.waitingBytes();
    for (int i = 0; i < 60; i++) {
      membership.offer(large(anna, founder, i), "address " + i);
    }
    assertThat(membership.waitingBytes() - ofStrangers)
        .isBetween(
            Limits.FACT_BYTES_WAITING_PER_SENDER * 3L / 4,
            (long) Limits.FACT_BYTES_WAITING_PER_SENDER);
  }

  @Test
  void ofAllThatWaitsWhoHasMostGivesWay() {
    Undecided room = new Undecided(new Undecided.Bounds(256, 8_192, 1_000_000, 150_000));
    Envelope small = here(anna, founder, madeUp(1));
    room.add(new Undecided.Entry(small, "honest", true, LACKING));
    for (int i = 0; i < 10; i++) {
      room.add(new Undecided.Entry(large(anna, founder, i), "flood " + i % 2, true, LACKING));
    }
    assertThat(room.has(small)).isTrue();
    assertThat(room.bytes()).isLessThanOrEqualTo(150_000);
    assertThat(room.size()).isEqualTo(3);
    for (Undecided.Entry each : List.copyOf(room.all())) {
      room.remove(each);
    }
    assertThat(room.bytes()).isZero();
    assertThat(room.has(small.id())).isFalse();
  }

  /**
   * It knows nobody, so all that waits is a stranger's; what is told in order waits for nothing.
   */
  @Test
  void aNewcomersPastIsLoadedWhateverOutsidersSayMeanwhile() {
    List<Envelope> line = heres(400);
    Membership membership = Membership.ofNewcomer(ledger());
    int said = 0;
    for (Envelope fact : line) {
      for (int i = 0; i < 3; i++) {
        membership.offer(outsiders(new MemberId(madeUp(said).hash()), said), "address " + said);
        said++;
      }
      membership.offer(fact, "granter");
    }
    List<FactId> lacks = membership.lacks().facts();
    assertThat(lacks).hasSizeLessThanOrEqualTo(Limits.STRANGE_LACKS_TOLD);
    assertThat(membership.adopt(List.of(line.getLast().id()))).isTrue();
    assertThat(membership.state().count()).isEqualTo(line.size());
  }

  @Test
  void whoIsLetInByAFactAtTheDoorIsFoundThere() {
    Membership membership = Membership.ofNewcomer(ledger());
    Scribe.Device ben = scribe.device("ben");
    SignedJoinRequest row = row(ben, "ben", 1);
    membership.offer(found, "anna");
    membership.offer(admit(anna, founder, found.id(), row), "anna");
    assertThat(membership.personAtDoor(row.member()).map(Person::id)).contains(row.member());
    assertThat(membership.personAtDoor(new MemberId(madeUp(1).hash()))).isEmpty();
  }

  // ---- stays

  @Test
  void aRequestAdmittedTwiceIsOneMemberWithOneStay() {
    assertThat(admittedTwice(true)).hasSize(1);
  }

  /** Neither introducer knew of the other: both are right, and who is in is in twice. */
  @Test
  void aRequestAdmittedByTwoBesideEachOtherIsOneMemberWithTwoStays() {
    assertThat(admittedTwice(false)).hasSize(2);
  }

  private List<Stay> admittedTwice(boolean knowingIt) {
    Scribe.Device cleo = scribe.device("cleo");
    SignedJoinRequest carl = row(cleo, "cleo", 2);
    Scribe.Device ben = scribe.device("ben");
    SignedJoinRequest row = row(ben, "ben", 1);
    Envelope first = admit(anna, founder, found.id(), carl);
    Envelope one = admit(anna, founder, first.id(), row);
    Envelope other = admit(cleo, carl.member(), knowingIt ? one.id() : first.id(), row);
    Membership membership = Membership.of(ledger());
    for (Envelope fact : List.of(found, first, one, other)) {
      membership.offer(fact, "anybody");
    }
    assertThat(membership.has(other.id())).isTrue();
    assertThat(membership.state().memberCount()).isEqualTo(3);
    return membership.state().liveStays(row.member());
  }

  /** Anna lets ben in, and it is known at once. */
  private MemberId letIn(Scribe.Device ben, Membership membership) {
    SignedJoinRequest row = row(ben, "ben", 1);
    membership.offer(admit(anna, founder, found.id(), row), "anna");
    return row.member();
  }

  private SignedJoinRequest row(Scribe.Device device, String name, int nonce) {
    return scribe.request(device, group, credentials.makeAndFetch(name, "good"), nonce, found.id());
  }

  private Envelope admit(
      Scribe.Device device, MemberId author, FactId head, SignedJoinRequest row) {
    return scribe.fact(device, group, author, List.of(head), new Admit(List.of(row), List.of()));
  }
}
