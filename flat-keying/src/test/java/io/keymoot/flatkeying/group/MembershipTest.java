package io.keymoot.flatkeying.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.Admit;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Found;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.Here;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rights;
import io.keymoot.flatkeying.fact.SignedJoinRequest;
import io.keymoot.flatkeying.fact.Suite;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The waiting room and a newcomer's door, on a group of one founder who keeps talking. */
class MembershipTest {
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
    Envelope forged =
        new Envelope(
            here.id(),
            here.header(),
            here.fact(),
            Bytes.owning(new byte[Limits.SIGNATURE_BYTES]),
            here.head(),
            here.body(),
            here.cover());
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

  private SignedJoinRequest row(Scribe.Device device, String name, int nonce) {
    return scribe.request(device, group, credentials.makeAndFetch(name, "good"), nonce, found.id());
  }

  private Envelope admit(
      Scribe.Device device, MemberId author, FactId head, SignedJoinRequest row) {
    return scribe.fact(device, group, author, List.of(head), new Admit(List.of(row), List.of()));
  }
}
