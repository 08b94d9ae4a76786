package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.Admit;
import io.keymoot.flatkeying.fact.Approval;
import io.keymoot.flatkeying.fact.FaultProof;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.Header;
import io.keymoot.flatkeying.fact.HeaderCodec;
import io.keymoot.flatkeying.fact.Here;
import io.keymoot.flatkeying.fact.JoinRequest;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Reseal;
import io.keymoot.flatkeying.fact.SignedHeader;
import io.keymoot.flatkeying.fact.SignedJoinRequest;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.List;

/**
 * Validity is decided once, from past(m) alone (section 5). Each method is a rule; later facts,
 * clocks, local trust stores and local policy never enter.
 */
final class Validity {
  private final Grounds grounds;
  private final GroupState past;
  private final Person author;
  private final RightsOf rights;

  Validity(Grounds grounds) {
    this.grounds = grounds;
    this.past = grounds.past();
    this.author = grounds.author();
    this.rights = new RightsOf(grounds);
  }

  // ---- on what the author rests

  /** The author's stays in past(m) that are not over. */
  List<Stay> liveStays() {
    return past.liveStays(author.id());
  }

  /**
   * The author's stays a Here may come back from: not void, and no hard end of it stands. Those
   * that an earlier Here replaced only if there are no others: there may be very many.
   */
  List<Stay> staysToReturnTo() {
    Seat seat = past.seat(author.id());
    if (seat == null) {
      return List.of();
    }
    List<Stay> stays = mayReturnTo(seat.current());
    return stays.isEmpty() ? mayReturnTo(seat.places()) : stays;
  }

  private List<Stay> mayReturnTo(List<Seat.Place> places) {
    return places.stream()
        .filter(place -> !place.isVoid() && place.hard().stream().noneMatch(this::stands))
        .map(Seat.Place::stay)
        .toList();
  }

  /** LEFT always stands; the other hard ends stand unless they rest on void stays only. */
  private boolean stands(Known end) {
    for (Target target : end.rekey().targets()) {
      if (target instanceof Target.Left && Ends.aimsAt(target, author)) {
        return true;
      }
    }
    for (Stay rest : end.rests()) {
      Seat.Place place = past.place(rest);
      if (place == null || !place.isVoid()) {
        return true;
      }
    }
    return false;
  }

  // ---- Admit

  Verdict admit(Admit admit) {
    return rights.toAdmit(
        admit.rows().stream().map(SignedJoinRequest::member).toList(), admit.approvals());
  }

  /** What a row begins, or why it begins nothing; or that a pardon waits for a credential. */
  Verdict row(SignedJoinRequest row, Admit admit) {
    JoinRequest request = row.request();
    if (!request.group().equals(past.group())) {
      return new Verdict.Refused(Refusal.OTHER_GROUP);
    }
    boolean sawOnlyThePast =
        request.saw().hash().equals(past.group().hash())
            || grounds.isInPast(List.of(request.saw()));
    if (!sawOnlyThePast) {
      return new Verdict.Refused(Refusal.EVIDENCE_FROM_THE_FUTURE);
    }
    Seat seat = past.seat(row.member());
    if (seat != null && seat.hasSaidHere()) {
      return new Verdict.Refused(Refusal.REQUEST_REPLACED);
    }
    if (seat != null && seat.isLive()) {
      return new Verdict.Refused(Refusal.MEMBER_IS_IN);
    }
    Fingerprint device = request.fingerprint();
    if (seat == null && Ends.expulsionsOf(past, device).isEmpty()) {
      return Verdict.HOLDS;
    }
    return rights.toExpelOrPardon(
        Approval.Action.PARDON, device, admit.approvals(), anybody -> true);
  }

  // ---- Here

  Verdict here(Here here) {
    return Verdict.unless(staysToReturnTo().isEmpty(), Refusal.NO_STAY_TO_RETURN_TO);
  }

  // ---- Rekey (its members digest is checked where P(m) is made)

  Verdict rekey(Rekey rekey) {
    if (rekey.prev().isPresent()) {
      Known prev = grounds.known(rekey.prev().get());
      if (prev == null || !prev.isRekey() || !past.contains(prev)) {
        return new Verdict.Refused(Refusal.PREV_IS_NO_EPOCH_OF_ITS_PAST);
      }
    }
    Verdict waits = Verdict.HOLDS;
    for (Target target : rekey.targets()) {
      Verdict verdict =
          switch (target) {
            case Target.Left left -> left(left);
            case Target.Expelled expelled -> expelled(expelled, rekey);
            case Target.Absent absent -> absent(absent, rekey);
            case Target.Faulty faulty -> faulty(faulty);
          };
      if (verdict instanceof Verdict.Refused) {
        return verdict;
      }
      waits = verdict.holds() ? waits : verdict;
    }
    return waits;
  }

  private Verdict left(Target.Left left) {
    MemberId leaver = left.leave().header().author();
    Seat seat = past.seat(leaver);
    if (seat == null || !seat.has(left.leave().stay())) {
      return new Verdict.Refused(Refusal.TARGET_UNKNOWN);
    }
    if (leaver.equals(author.id()) || seat.person().device().equals(author.device())) {
      return new Verdict.Refused(Refusal.TARGETS_ITSELF);
    }
    if (!grounds.isInPast(left.leave().header().heads())) {
      return new Verdict.Refused(Refusal.EVIDENCE_FROM_THE_FUTURE);
    }
    boolean signed =
        left.leave().header().group().equals(past.group())
            && grounds.signatures().holds(left.leave(), seat.person().key());
    return Verdict.unless(!signed, Refusal.LEAVE_NOT_SIGNED);
  }

  private Verdict expelled(Target.Expelled expelled, Rekey rekey) {
    if (past.device(expelled.device()) == null) {
      return new Verdict.Refused(Refusal.TARGET_UNKNOWN);
    }
    if (expelled.device().equals(author.device())) {
      return new Verdict.Refused(Refusal.TARGETS_ITSELF);
    }
    return rights.toExpelOrPardon(
        Approval.Action.EXPEL,
        expelled.device(),
        expelled.approvals(),
        approver -> !isTargeted(approver, rekey));
  }

  /** Neither who is targeted, as whichever member, nor another member of a device that is. */
  private boolean isTargeted(Person person, Rekey rekey) {
    return rekey.targets().stream().anyMatch(target -> hitsDevice(target, person.device()));
  }

  private boolean hitsDevice(Target target, Fingerprint device) {
    return switch (target) {
      case Target.Expelled expelled -> expelled.device().equals(device);
      case Target.Left left -> isOf(device, left.leave().header().author());
      case Target.Absent absent -> isOf(device, absent.member());
      case Target.Faulty faulty ->
          Ends.faultyMembers(faulty).stream().anyMatch(member -> isOf(device, member));
    };
  }

  private boolean isOf(Fingerprint device, MemberId member) {
    return past.person(member).map(person -> person.device().equals(device)).orElse(false);
  }

  private Verdict absent(Target.Absent absent, Rekey rekey) {
    Seat seat = past.seat(absent.member());
    if (seat == null || seat.live().stream().noneMatch(stay -> stay.id().equals(absent.stay()))) {
      return new Verdict.Refused(Refusal.TARGET_UNKNOWN);
    }
    if (past.memberCount() <= 2) {
      return new Verdict.Refused(Refusal.TWO_SUSPEND_NOBODY);
    }
    Person target = seat.person();
    if (target.id().equals(author.id()) || target.device().equals(author.device())) {
      return new Verdict.Refused(Refusal.TARGETS_ITSELF);
    }
    Approval word = absent.second();
    Person second = rights.speaker(word).orElse(null);
    boolean meant =
        word.action() == Approval.Action.SUSPEND
            && word.subject().equals(target.id().hash())
            && word.stay().equals(absent.stay().hash());
    List<Person> watchers = Rendezvous.watchers(past, target, Limits.WATCHERS);
    if (!meant
        || second == null
        || second.device().equals(author.device())
        || isTargeted(second, rekey)
        || !watchers.contains(author)
        || !watchers.contains(second)) {
      return new Verdict.Refused(Refusal.NOT_TWO_WATCHERS);
    }
    Verdict one = rights.certified(author);
    Verdict other = rights.certified(second);
    if (one instanceof Verdict.Refused || other instanceof Verdict.Refused) {
      return new Verdict.Refused(Refusal.CREDENTIAL_REFUSED);
    }
    return one.holds() ? other : one;
  }

  private Verdict faulty(Target.Faulty faulty) {
    Seat seat = past.seat(faulty.member());
    if (seat == null) {
      return new Verdict.Refused(Refusal.TARGET_UNKNOWN);
    }
    for (MemberId member : Ends.faultyMembers(faulty)) {
      Seat its = past.seat(member);
      if (member.equals(author.id())
          || (its != null && its.person().device().equals(author.device()))) {
        return new Verdict.Refused(Refusal.TARGETS_ITSELF);
      }
    }
    return switch (faulty.proof()) {
      case FaultProof.OutOfOrder pair -> outOfOrder(pair, seat.person());
      case FaultProof.BadCredential bad -> badCredential(bad, seat.person());
    };
  }

  /** Own order: two statements of one member, neither of which covers the other. */
  private Verdict outOfOrder(FaultProof.OutOfOrder pair, Person liar) {
    for (SignedHeader statement : List.of(pair.one(), pair.other())) {
      Header header = statement.header();
      if (!header.type().isStatement()
          || !header.author().equals(liar.id())
          || !header.group().equals(past.group())
          || !grounds.signatures().holds(statement, liar.key())) {
        return new Verdict.Refused(Refusal.PROOF_DOES_NOT_HOLD);
      }
      if (!grounds.isInPast(header.heads())) {
        return new Verdict.Refused(Refusal.EVIDENCE_FROM_THE_FUTURE);
      }
    }
    boolean ordered =
        pair.one().header().equals(pair.other().header())
            || covers(pair.one(), pair.other())
            || covers(pair.other(), pair.one());
    return Verdict.unless(ordered, Refusal.PROOF_DOES_NOT_HOLD);
  }

  private boolean covers(SignedHeader later, SignedHeader earlier) {
    GroupState reached = grounds.closure(later.header().heads());
    if (earlier.header().type() == MessageType.HEARTBEAT) {
      return grounds.ledger().known(earlier.header().heads()).stream().allMatch(reached::contains);
    }
    Known fact = grounds.known(HeaderCodec.id(earlier.header()));
    return fact != null && reached.contains(fact);
  }

  private Verdict badCredential(FaultProof.BadCredential bad, Person liar) {
    Known fact = grounds.known(bad.admit());
    if (fact == null || !past.contains(fact) || !fact.author().equals(liar.id())) {
      return new Verdict.Refused(Refusal.PROOF_DOES_NOT_HOLD);
    }
    Hash32 named = Hash32.sha256(bad.credential().toArray());
    Bytes key = null;
    if (fact.fact() instanceof Here here
        && bad.row().equals(liar.id())
        && here.credential().equals(named)) {
      key = liar.key();
    } else if (fact.fact() instanceof Admit admit) {
      for (SignedJoinRequest row : admit.rows()) {
        if (row.member().equals(bad.row()) && row.request().credential().equals(named)) {
          key = row.request().key();
        }
      }
    }
    boolean refused =
        key != null
            && grounds.check().check(past.found(), key, bad.credential())
                instanceof CredentialVerdict.Refused;
    return Verdict.unless(!refused, Refusal.PROOF_DOES_NOT_HOLD);
  }

  // ---- Reseal

  Verdict reseal(Reseal reseal) {
    for (Reseal.SlotKey key : reseal.slots()) {
      boolean held =
          key.slot().symbol() < past.found().profile().radix()
              && key.slot().isHeldBy(author.id(), past.found().profile());
      if (!held) {
        return new Verdict.Refused(Refusal.SLOT_NOT_HELD);
      }
    }
    return Verdict.HOLDS;
  }
}
