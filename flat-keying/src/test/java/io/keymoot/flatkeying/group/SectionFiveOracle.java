package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.Admit;
import io.keymoot.flatkeying.fact.Approval;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FaultProof;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.Found;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.Header;
import io.keymoot.flatkeying.fact.Here;
import io.keymoot.flatkeying.fact.JoinRequest;
import io.keymoot.flatkeying.fact.Leave;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Reseal;
import io.keymoot.flatkeying.fact.Rights;
import io.keymoot.flatkeying.fact.SignedHeader;
import io.keymoot.flatkeying.fact.SignedJoinRequest;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Sections 5 and 6 of the protocol, sentence by sentence, computed anew from sets of facts: slow,
 * literal, and written without a look at the real group state, which is compared with it.
 *
 * <p>It holds a universe of facts. A fact has a number, given when the last of its parents had one,
 * so that a set of facts is a {@link BitSet} and every answer is a function of such a set. Answers
 * are remembered by set; nothing is carried over from one set to another.
 *
 * <p>Long because it is one thing: each rule is a method with its sentence above it, in the order
 * of the text.
 */
final class SectionFiveOracle {

  /** What section 5 takes from elsewhere: ids and signatures. */
  interface Evidence {
    FactId id(Header header);

    MemberId member(JoinRequest request);

    boolean holds(SignedHeader signed, Bytes key);

    boolean holds(Approval approval, Bytes key);

    boolean holds(Leave leave, Bytes key);
  }

  /** The rule that a fact breaks. */
  enum Rule {
    PARENTS,
    GROUP,
    FOUND,
    AUTHOR,
    RIGHT_TO_ADMIT,
    HERE,
    PREV,
    TARGETS_ITSELF,
    LEFT,
    EXPELLED,
    ABSENT,
    FAULTY,
    MEMBERS_DIGEST,
    SLOTS
  }

  /** Rules that a test may switch off, to see that it notices. */
  enum Switch {
    /** A fact need not be signed by its author. */
    SIGNED,
    /** Whoever ever was in may speak: let in, make epochs and keys of slots. */
    AUTHOR,
    /** Whoever ever was in may come back, whatever put it out. */
    HERE_RULE,
    /** What is built on something invalid may be valid. */
    PARENTS,
    /** A Rekey may follow an epoch that its author never saw. */
    PREV,
    /** (beside) voids nobody. */
    BESIDE,
    /** (beside) asks for one ended stay where it should ask for every. */
    EVERY_REST,
    /** A Here ends nothing. */
    HERE_RENEWS,
    /** An end that rests on a void stay keeps its target from coming back all the same. */
    STANDS,
    /** An end hits also what was begun after it. */
    AFTERWARDS,
    /** Clean looks at which members are over, not at which stays. */
    STAYS_NOT_MEMBERS,
    /** Every epoch is clean. */
    CLEAN,
    /** A Rekey may put its own author out. */
    TARGETS_ITSELF,
    /** A word once given for an expulsion or a pardon counts for every later one. */
    FRESH_APPROVALS,
    /** A word for one act counts for another. */
    WORD_FOR_THE_ACT,
    /** Approvals are counted by member, so a device with two counts twice. */
    COUNTED_BY_DEVICE,
    /** Targets may approve. */
    NO_WORD_OF_TARGETS,
    /** Who is out may approve. */
    APPROVERS_ARE_IN,
    /** An approval or Leave may know what the fact does not. */
    EVIDENCE_IN_THE_PAST,
    /** Approvals, Leaves and proofs need no signature. */
    EVIDENCE_SIGNED,
    /** Whatever a credential says, it is good and has every role. */
    CREDENTIALS,
    /** Whoever may speak may expel. */
    RIGHT_TO_EXPEL,
    /** Whoever may speak may let in. */
    RIGHT_TO_ADMIT,
    /** Who is over comes in again by its old request. */
    OVER_IS_OVER,
    /** A request serves again after a Here has put another leaf key in its place. */
    REQUEST_REPLACED,
    /** Who is in begins one stay more each time somebody lets it in again. */
    ONE_STAY,
    /** An expelled device comes in again without a pardon. */
    PARDON,
    /** A request serves in another group, and before what it saw. */
    REQUEST_BOUND,
    /** Any two suspend. */
    WATCHERS,
    /** Two members suspend, be they one device. */
    TWO_DEVICES,
    /** A watcher's word serves against whichever stay of the member. */
    WORD_NAMES_THE_STAY,
    /** Any two statements prove a fault. */
    PROOF,
    /** A bad credential proves a fault, whoever was let in with another one. */
    CREDENTIAL_OF_THE_ROW,
    /** A bad credential that anybody let in, or showed, convicts whom the proof likes. */
    LIAR_IS_THE_AUTHOR,
    /** With a bad credential goes whom the proof likes, not whose it is. */
    ROW_OF_THE_CREDENTIAL,
    /** Nobody looks at the members digest. */
    MEMBERS_DIGEST,
    /** Anybody reseals any slot. */
    OWN_SLOTS,
    /** An epoch with a clean one after it is still used. */
    NEWEST_CLEAN,
    /** Whatever is valid is taken. */
    CLOSED_DOOR,
    /** Who is out of own order is listened to all the same. */
    OWN_ORDER
  }

  sealed interface Validity {}

  record Valid() implements Validity {}

  record Invalid(Rule rule) implements Validity {}

  /** Neither yet: a right hangs on a credential that nobody has fetched. */
  record Waits() implements Validity {}

  /**
   * @param begunBy the number of the fact that began it
   * @param credential hash of what its member shows since then
   */
  record Stay(StayId id, int begunBy, MemberId member, Fingerprint device, Hash32 credential)
      implements Comparable<Stay> {
    @Override
    public int compareTo(Stay other) {
      return id.compareTo(other.id);
    }
  }

  /** A signed heartbeat that was heard. */
  record Vouch(MemberId member, List<FactId> heads) {}

  private enum Says {
    YES,
    NO,
    UNKNOWN;

    static Says of(boolean yes) {
      return yes ? YES : NO;
    }

    Says or(Says other) {
      return this == YES || other == YES ? YES : this == UNKNOWN || other == UNKNOWN ? UNKNOWN : NO;
    }

    Says and(Says other) {
      return this == NO || other == NO ? NO : this == UNKNOWN || other == UNKNOWN ? UNKNOWN : YES;
    }
  }

  private record SetAndStay(BitSet set, StayId stay) {}

  private record SetAndFact(BitSet set, int fact) {}

  private final CredentialBook book;
  private final CredentialCheck check;
  private final Function<SortedSet<MemberId>, Hash32> membersDigest;
  private final Evidence evidence;
  private final Set<Switch> off;

  private final List<Envelope> facts = new ArrayList<>();
  private final SortedMap<FactId, Integer> numbers = new TreeMap<>();
  private final List<BitSet> pasts = new ArrayList<>();

  private final Map<Integer, Validity> validities = new HashMap<>();
  private final Map<Integer, List<Stay>> begun = new HashMap<>();
  private final Map<Integer, List<Stay>> restsOf = new HashMap<>();
  private final Map<SetAndStay, BitSet> hardEnds = new HashMap<>();
  private final Map<SetAndStay, Boolean> ended = new HashMap<>();
  private final Map<SetAndFact, Boolean> cleans = new HashMap<>();
  private final Map<BitSet, SortedSet<Stay>> overs = new HashMap<>();
  private final Map<BitSet, List<Stay>> staysIn = new HashMap<>();
  private final Map<Integer, SortedSet<FactId>> named = new HashMap<>();

  SectionFiveOracle(
      CredentialBook book,
      CredentialCheck check,
      Function<SortedSet<MemberId>, Hash32> membersDigest,
      Evidence evidence) {
    this(book, check, membersDigest, evidence, EnumSet.noneOf(Switch.class));
  }

  SectionFiveOracle(
      CredentialBook book,
      CredentialCheck check,
      Function<SortedSet<MemberId>, Hash32> membersDigest,
      Evidence evidence,
      Set<Switch> off) {
    this.book = book;
    this.check = check;
    this.membersDigest = membersDigest;
    this.evidence = evidence;
    this.off = off;
  }

  // ---- the universe

  /** Takes a fact whose parents it has; its signature is trusted. Returns its number. */
  int add(Envelope fact) {
    Integer known = numbers.get(fact.id());
    if (known != null) {
      return known;
    }
    BitSet past = closure(fact.header().heads()).orElseThrow();
    int number = facts.size();
    facts.add(fact);
    numbers.put(fact.id(), number);
    pasts.add(past);
    return number;
  }

  boolean has(FactId id) {
    return numbers.containsKey(id);
  }

  boolean canAdd(Envelope fact) {
    return fact.header().heads().stream().allMatch(this::has);
  }

  int size() {
    return facts.size();
  }

  int number(FactId id) {
    return Objects.requireNonNull(numbers.get(id), "not in the universe");
  }

  Envelope fact(int number) {
    return facts.get(number);
  }

  FactId id(int number) {
    return facts.get(number).id();
  }

  SortedSet<FactId> ids(BitSet set) {
    SortedSet<FactId> ids = new TreeSet<>();
    set.stream().forEach(m -> ids.add(id(m)));
    return ids;
  }

  /** Everything that is valid; a downward-closed set. */
  BitSet allValid() {
    BitSet all = new BitSet();
    IntStream.range(0, size()).filter(this::isValid).forEach(all::set);
    return all;
  }

  /** "past(m) = all that m's parents reach" */
  BitSet past(int m) {
    return pasts.get(m);
  }

  /** "P(m) = past(m) ∪ {m}" */
  BitSet pastAnd(int m) {
    BitSet all = (BitSet) past(m).clone();
    all.set(m);
    return all;
  }

  /** "closure(heads) = all facts the heads reach, themselves included" */
  Optional<BitSet> closure(List<FactId> heads) {
    BitSet all = new BitSet();
    for (FactId head : heads) {
      Integer number = numbers.get(head);
      if (number == null) {
        return Optional.empty();
      }
      all.or(pastAnd(number));
    }
    return Optional.of(all);
  }

  /** The facts of {@code set} that no other of it has in its past. */
  List<FactId> heads(BitSet set) {
    BitSet heads = (BitSet) set.clone();
    set.stream().forEach(m -> heads.andNot(past(m)));
    return List.copyOf(ids(heads));
  }

  private static boolean within(BitSet small, BitSet large) {
    BitSet rest = (BitSet) small.clone();
    rest.andNot(large);
    return rest.isEmpty();
  }

  private static BitSet union(BitSet one, BitSet other) {
    BitSet both = (BitSet) one.clone();
    both.or(other);
    return both;
  }

  private MemberId author(int m) {
    return facts.get(m).header().author();
  }

  private GroupId group(BitSet set) {
    return new GroupId(id(foundNumber(set)).hash());
  }

  private int foundNumber(BitSet set) {
    return set.stream()
        .filter(m -> fact(m).fact() instanceof Found)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("a past without a Found"));
  }

  private Found found(BitSet set) {
    return (Found) fact(foundNumber(set)).fact();
  }

  private IntStream rekeys(BitSet set) {
    return set.stream().filter(m -> fact(m).fact() instanceof Rekey);
  }

  // ---- stays

  /**
   * "A stay s is begun by a fact e = fact(s): the founder's row of Found, a (valid) row of an
   * Admit, or a Here."
   */
  List<Stay> stays(int e) {
    List<Stay> known = begun.get(e);
    if (known == null) {
      known = beginsStays(e);
      begun.put(e, known);
    }
    return known;
  }

  private List<Stay> beginsStays(int e) {
    return switch (fact(e).fact()) {
      case Found found -> List.of(stay(e, found.founder(), author(e)));
      case Admit admit -> {
        List<Stay> rows = new ArrayList<>();
        for (SignedJoinRequest row : admit.rows()) {
          if (rowBeginsStay(e, admit, row) == Says.YES) {
            rows.add(stay(e, row.request(), row.member()));
          }
        }
        yield List.copyOf(rows);
      }
      case Here here ->
          List.of(
              new Stay(
                  StayId.of(id(e), author(e)),
                  e,
                  author(e),
                  device(author(e), past(e)).orElseThrow(),
                  here.credential()));
      case Rekey rekey -> List.of();
      case Reseal reseal -> List.of();
    };
  }

  private Stay stay(int e, JoinRequest request, MemberId member) {
    return new Stay(
        StayId.of(id(e), member), e, member, fingerprint(request.key()), request.credential());
  }

  /** "fingerprint(s) = SHA-256 of that member's JoinRequest.key" */
  private static Fingerprint fingerprint(Bytes key) {
    return new Fingerprint(Hash32.sha256(key.toArray()));
  }

  List<Stay> staysIn(BitSet set) {
    List<Stay> known = staysIn.get(set);
    if (known == null) {
      List<Stay> all = new ArrayList<>();
      set.stream().forEach(e -> all.addAll(stays(e)));
      known = List.copyOf(all);
      staysIn.put((BitSet) set.clone(), known);
    }
    return known;
  }

  List<Stay> staysOf(MemberId member, BitSet set) {
    return staysIn(set).stream().filter(s -> s.member().equals(member)).toList();
  }

  private List<Stay> liveStaysOf(MemberId member, BitSet set) {
    SortedSet<Stay> over = over(set);
    return staysOf(member, set).stream().filter(s -> !over.contains(s)).toList();
  }

  /** Known is who has, or had, a stay. */
  private boolean known(MemberId member, BitSet set) {
    return !staysOf(member, set).isEmpty();
  }

  private Optional<Fingerprint> device(MemberId member, BitSet set) {
    return staysOf(member, set).stream().map(Stay::device).findFirst();
  }

  /** The key in the request of a known member; every row of it is the same request. */
  Optional<Bytes> key(MemberId member, BitSet set) {
    for (Stay s : staysOf(member, set)) {
      switch (fact(s.begunBy()).fact()) {
        case Found found -> {
          return Optional.of(found.founder().key());
        }
        case Admit admit -> {
          for (SignedJoinRequest row : admit.rows()) {
            if (row.member().equals(member)) {
              return Optional.of(row.request().key());
            }
          }
        }
        case Here here -> {}
        case Rekey rekey -> {}
        case Reseal reseal -> {}
      }
    }
    return Optional.empty();
  }

  // ---- ends

  /**
   * "hard targets = Left (→ that member), Faulty (→ that member; with BadCredential also the member
   * `row`), Expelled (→ every member with that fingerprint)"
   */
  private boolean isHardTarget(Target target, MemberId member, Fingerprint device) {
    return switch (target) {
      case Target.Left left -> left.leave().header().author().equals(member);
      case Target.Expelled expelled -> expelled.device().equals(device);
      case Target.Faulty faulty ->
          faulty.member().equals(member)
              || (faulty.proof() instanceof FaultProof.BadCredential bad
                  && bad.row().equals(member));
      case Target.Absent absent -> false;
    };
  }

  private boolean hits(int x, Stay s) {
    return ((Rekey) fact(x).fact())
        .targets().stream().anyMatch(t -> isHardTarget(t, s.member(), s.device()));
  }

  /**
   * "(target) a hard target of x is member(s) / fingerprint(s)" and "x ∉ past(e)"; x is out of the
   * set {@code ends}.
   */
  BitSet target(BitSet ends, Stay s) {
    BitSet past = past(s.begunBy());
    BitSet result = new BitSet();
    rekeys(ends)
        .filter(x -> off.contains(Switch.AFTERWARDS) || !past.get(x))
        .filter(x -> hits(x, s))
        .forEach(result::set);
    return result;
  }

  /**
   * "(beside) e ∉ past(x), e is an Admit or Here, rests(e) is not empty, and every u ∈ rests(e) has
   * some x' ∈ E_S(u) with x' ∉ past(e) and e ∉ past(x'); then all those x' (over all u) are in
   * E_S(s), and x is one of them."
   */
  BitSet beside(BitSet ends, Stay s) {
    int e = s.begunBy();
    BitSet result = new BitSet();
    if (off.contains(Switch.BESIDE)
        || !(fact(e).fact() instanceof Admit || fact(e).fact() instanceof Here)) {
      return result;
    }
    List<Stay> rests = rests(e);
    if (rests.isEmpty()) {
      return result;
    }
    for (Stay u : rests) {
      BitSet those = new BitSet();
      hardEnds(ends, u).stream()
          .filter(x -> !past(e).get(x) && !past(x).get(e))
          .forEach(those::set);
      if (those.isEmpty() && !off.contains(Switch.EVERY_REST)) {
        return new BitSet();
      }
      result.or(those);
    }
    return result;
  }

  /**
   * "hard: E_S(s), the set of x ∈ S that hard-end s"; S gives the ends, s may lie outside of it.
   */
  BitSet hardEnds(BitSet ends, Stay s) {
    SetAndStay key = new SetAndStay(ends, s.id());
    BitSet known = hardEnds.get(key);
    if (known == null) {
      known = union(target(ends, s), beside(ends, s));
      hardEnds.put(new SetAndStay((BitSet) ends.clone(), s.id()), known);
    }
    return known;
  }

  /**
   * "rests(e) = for an Admit, Rekey, Reseal: the stays of its author in past(e) that are not over
   * in past(e); for a Here: the stays of its author in past(e) that satisfy the Here rule, without
   * those that a Here of its author in past(e) has in its past, unless there are no others"
   */
  List<Stay> rests(int e) {
    List<Stay> known = restsOf.get(e);
    if (known == null) {
      known =
          switch (fact(e).fact()) {
            case Here here -> {
              List<Stay> accepted =
                  staysOf(author(e), past(e)).stream().filter(u -> mayReturn(past(e), u)).toList();
              List<Stay> others = accepted.stream().filter(u -> !isReplaced(u, past(e))).toList();
              yield others.isEmpty() ? accepted : others;
            }
            case Admit admit -> liveStaysOf(author(e), past(e));
            case Rekey rekey -> liveStaysOf(author(e), past(e));
            case Reseal reseal -> liveStaysOf(author(e), past(e));
            case Found found -> List.of();
          };
      restsOf.put(e, known);
    }
    return known;
  }

  private boolean isReplaced(Stay u, BitSet past) {
    return past.stream()
        .anyMatch(
            h ->
                fact(h).fact() instanceof Here
                    && author(h).equals(u.member())
                    && past(h).get(u.begunBy()));
  }

  /**
   * "soft: a Rekey x with Absent(member t): ends the stays of t in past(x). A Here h: ends the
   * stays of its author in past(h)."
   */
  boolean softEnded(BitSet ends, Stay s) {
    return ends.stream()
        .filter(x -> past(x).get(s.begunBy()))
        .anyMatch(
            x ->
                switch (fact(x).fact()) {
                  case Rekey rekey ->
                      rekey.targets().stream()
                          .anyMatch(
                              t ->
                                  t instanceof Target.Absent absent
                                      && absent.member().equals(s.member()));
                  case Here here ->
                      !off.contains(Switch.HERE_RENEWS) && author(x).equals(s.member());
                  case Found found -> false;
                  case Admit admit -> false;
                  case Reseal reseal -> false;
                });
  }

  /** "over(S) = stays in S soft- or hard-ended by facts in S." */
  SortedSet<Stay> over(BitSet set) {
    SortedSet<Stay> known = overs.get(set);
    if (known == null) {
      known = new TreeSet<>();
      for (Stay s : staysIn(set)) {
        if (endedIn(s, set)) {
          known.add(s);
        }
      }
      overs.put((BitSet) set.clone(), known);
    }
    return known;
  }

  /** "void_S(s): s is ended by the (beside) clause in S." */
  boolean isVoid(BitSet set, Stay s) {
    return !beside(set, s).isEmpty();
  }

  /** "members(S) = members with a stay in S not in over(S)." */
  SortedSet<MemberId> members(BitSet set) {
    SortedSet<Stay> over = over(set);
    SortedSet<MemberId> members = new TreeSet<>();
    staysIn(set).stream().filter(s -> !over.contains(s)).forEach(s -> members.add(s.member()));
    return members;
  }

  private boolean isMember(MemberId member, BitSet set) {
    return members(set).contains(member);
  }

  // ---- the Here rule

  /**
   * "h is valid iff … some stay u of its author in past(h) is not void in past(h), and no x ∈
   * E_{past(h)}(u) stands in past(h)."
   */
  private boolean mayReturn(BitSet past, Stay u) {
    return !isVoid(past, u) && hardEnds(past, u).stream().noneMatch(x -> stands(past, x, u));
  }

  /**
   * "x stands in Q against u iff it hits u's member by a Left target, or (it hits by Expelled or
   * Faulty and) some stay in rests(x) is not void in Q."
   */
  private boolean stands(BitSet past, int x, Stay u) {
    boolean left =
        ((Rekey) fact(x).fact())
            .targets().stream()
                .anyMatch(t -> t instanceof Target.Left && isHardTarget(t, u.member(), u.device()));
    return left || off.contains(Switch.STANDS) || rests(x).stream().anyMatch(r -> !isVoid(past, r));
  }

  boolean hereRule(int h) {
    return !rests(h).isEmpty() || (off.contains(Switch.HERE_RULE) && known(author(h), past(h)));
  }

  // ---- validity

  boolean isValid(int m) {
    return validity(m) instanceof Valid;
  }

  /** "Validity of m (once, from past(m))". */
  Validity validity(int m) {
    Validity known = validities.get(m);
    if (known == null) {
      known = decide(m);
      if (!(known instanceof Waits)) {
        validities.put(m, known);
      }
    }
    return known;
  }

  /** "its parents are valid; well formed (decoder); …" */
  private Validity decide(int m) {
    Header header = fact(m).header();
    boolean waits = false;
    for (FactId parent : header.heads()) {
      switch (validity(number(parent))) {
        case Valid valid -> {}
        case Invalid invalid -> {
          if (!off.contains(Switch.PARENTS)) {
            return new Invalid(Rule.PARENTS);
          }
        }
        case Waits parentWaits -> waits = true;
      }
    }
    if (waits) {
      return new Waits();
    }
    if (fact(m).fact() instanceof Found found) {
      return foundRule(header, found) ? new Valid() : new Invalid(Rule.FOUND);
    }
    if (header.heads().isEmpty()) {
      return new Invalid(Rule.PARENTS);
    }
    if (!header.group().equals(group(past(m)))) {
      return new Invalid(Rule.GROUP);
    }
    List<RuleSays> findings =
        switch (fact(m).fact()) {
          case Found found -> List.of();
          case Admit admit ->
              List.of(
                  authorIsMember(m),
                  new RuleSays(Rule.RIGHT_TO_ADMIT, rightToAdmit(m, admit)),
                  new RuleSays(Rule.RIGHT_TO_ADMIT, rowsAreDecided(m, admit)));
          case Here here -> List.of(new RuleSays(Rule.HERE, Says.of(hereRule(m))));
          case Rekey rekey -> rekeyRules(m, rekey);
          case Reseal reseal ->
              List.of(authorIsMember(m), new RuleSays(Rule.SLOTS, Says.of(slotRule(m, reseal))));
        };
    for (RuleSays finding : findings) {
      if (finding.says() == Says.NO) {
        return new Invalid(finding.rule());
      }
    }
    for (RuleSays finding : findings) {
      if (finding.says() == Says.UNKNOWN) {
        return new Waits();
      }
    }
    return new Valid();
  }

  private record RuleSays(Rule rule, Says says) {}

  /** "for all but Found and Here: its author is in members(past(m))" */
  private RuleSays authorIsMember(int m) {
    boolean may =
        members(past(m)).contains(author(m))
            || (off.contains(Switch.AUTHOR) && known(author(m), past(m)));
    return new RuleSays(Rule.AUTHOR, Says.of(may));
  }

  /** "Found: no parents, group zero, author = SHA-256 of the founder row's body." */
  private boolean foundRule(Header header, Found found) {
    return header.heads().isEmpty()
        && header.group().hash().isZero()
        && header.author().equals(evidence.member(found.founder()));
  }

  /**
   * "Admit: right to admit: AnyMember; WithRole(r): the author's credential (of a live stay in
   * past(m)) has role r; WithApprovals(k): the author and distinct approvers, ≥ k fingerprints in
   * all, approvals Action.ADMIT whose subject is each row's memberId (k per row)." "needed = min(k,
   * distinct fingerprints in members(past(m)))"
   */
  private Says rightToAdmit(int m, Admit admit) {
    if (off.contains(Switch.RIGHT_TO_ADMIT)) {
      return Says.YES;
    }
    return switch (found(past(m)).rights().admit()) {
      case Rights.AnyMember any -> Says.YES;
      case Rights.WithRole with -> hasRole(author(m), past(m), with.role());
      case Rights.WithApprovals with -> {
        int needed = Math.min(with.count(), devices(members(past(m)), past(m)).size());
        Says all = Says.YES;
        for (SignedJoinRequest row : admit.rows()) {
          all =
              all.and(
                  approved(
                      m, admit.approvals(), Approval.Action.ADMIT, row.member().hash(), needed));
        }
        yield all;
      }
    };
  }

  private SortedSet<Fingerprint> devices(SortedSet<MemberId> members, BitSet set) {
    SortedSet<Fingerprint> devices = new TreeSet<>();
    members.forEach(member -> devices.add(device(member, set).orElseThrow()));
    return devices;
  }

  /**
   * Which rows begin stays must be known before the Admit is: a pardon may hang on a credential.
   */
  private Says rowsAreDecided(int m, Admit admit) {
    return admit.rows().stream().anyMatch(row -> rowBeginsStay(m, admit, row) == Says.UNKNOWN)
        ? Says.UNKNOWN
        : Says.YES;
  }

  /**
   * "A row begins a stay iff: its request.group is the group; request.saw is the group id or a fact
   * in past(m); past(m) shows no Here and no live stay of its member; and past(m) does not know its
   * memberId and its fingerprint is not Expelled or Faulty-targeted (by any x ∈ past(m), standing
   * or not) — or the Admit carries, for this row, the right to expel (a pardon …)."
   */
  private Says rowBeginsStay(int m, Admit admit, SignedJoinRequest row) {
    BitSet past = past(m);
    FactId saw = row.request().saw();
    boolean sawIt =
        saw.hash().equals(group(past).hash())
            || (numbers.containsKey(saw) && past.get(number(saw)));
    if (!off.contains(Switch.REQUEST_BOUND)
        && (!row.request().group().equals(group(past)) || !sawIt)) {
      return Says.NO;
    }
    if (!off.contains(Switch.REQUEST_REPLACED)
        && staysOf(row.member(), past).stream()
            .anyMatch(s -> fact(s.begunBy()).fact() instanceof Here)) {
      return Says.NO;
    }
    boolean isIn = !liveStaysOf(row.member(), past).isEmpty();
    if (!off.contains(Switch.ONE_STAY) && isIn) {
      return Says.NO;
    }
    Fingerprint device = fingerprint(row.request().key());
    boolean gone = !off.contains(Switch.OVER_IS_OVER) && known(row.member(), past) && !isIn;
    if (!gone && (off.contains(Switch.PARDON) || !isBarred(device, past))) {
      return Says.YES;
    }
    return pardon(m, admit, device);
  }

  /** "its fingerprint is … Expelled or Faulty-targeted (by any x ∈ past(m), standing or not)" */
  private boolean isBarred(Fingerprint device, BitSet past) {
    return bars(device, past).findAny().isPresent();
  }

  private IntStream bars(Fingerprint device, BitSet past) {
    return rekeys(past)
        .filter(
            x ->
                ((Rekey) fact(x).fact())
                    .targets().stream()
                        .filter(t -> t instanceof Target.Expelled || t instanceof Target.Faulty)
                        .anyMatch(t -> targetDevices(t, past).contains(device)));
  }

  private SortedSet<MemberId> targetMembers(Target target) {
    SortedSet<MemberId> members = new TreeSet<>();
    switch (target) {
      case Target.Left left -> members.add(left.leave().header().author());
      case Target.Expelled expelled -> {}
      case Target.Absent absent -> members.add(absent.member());
      case Target.Faulty faulty -> {
        members.add(faulty.member());
        if (faulty.proof() instanceof FaultProof.BadCredential bad) {
          members.add(bad.row());
        }
      }
    }
    return members;
  }

  /** The devices of those whom {@code past} knows. */
  private SortedSet<Fingerprint> targetDevices(Target target, BitSet past) {
    SortedSet<Fingerprint> devices = new TreeSet<>();
    if (target instanceof Target.Expelled expelled) {
      devices.add(expelled.device());
    }
    targetMembers(target).forEach(member -> device(member, past).ifPresent(devices::add));
    return devices;
  }

  /**
   * "a pardon: author has the expel role, or ≥ expelApprovals distinct fingerprints, the author's
   * included, with Action.PARDON and subject = the row's fingerprint"
   */
  private Says pardon(int m, Admit admit, Fingerprint device) {
    return expelRight(m, admit.approvals(), Approval.Action.PARDON, device);
  }

  /**
   * "right: author has expelRole by credential, or author + approvals (Action.EXPEL, subject = the
   * fingerprint) ≥ expelApprovals (never < 2) distinct fingerprints"
   */
  private Says expelRight(
      int m, List<Approval> approvals, Approval.Action action, Fingerprint device) {
    if (off.contains(Switch.RIGHT_TO_EXPEL) && action == Approval.Action.EXPEL) {
      return Says.YES;
    }
    Rights rights = found(past(m)).rights();
    Says byRole = rights.expelRole().map(role -> hasRole(author(m), past(m), role)).orElse(Says.NO);
    return byRole.or(
        approved(m, approvals, action, device.hash(), Math.max(2, rights.expelApprovals())));
  }

  /** "distinct fingerprints are counted", the author's own included. */
  private Says approved(
      int m, List<Approval> approvals, Approval.Action action, Hash32 subject, int needed) {
    BitSet past = past(m);
    SortedSet<Fingerprint> yes = new TreeSet<>();
    SortedSet<Fingerprint> perhaps = new TreeSet<>();
    count(author(m), past, credentialHolds(author(m), past), yes, perhaps);
    for (Approval approval : approvals) {
      boolean meant = off.contains(Switch.WORD_FOR_THE_ACT) || approval.action() == action;
      if (meant && approval.subject().equals(subject)) {
        MemberId who = approval.header().author();
        count(who, past, approver(m, approval), yes, perhaps);
      }
    }
    perhaps.addAll(yes);
    return yes.size() >= needed ? Says.YES : perhaps.size() >= needed ? Says.UNKNOWN : Says.NO;
  }

  private void count(
      MemberId who,
      BitSet past,
      Says says,
      SortedSet<Fingerprint> yes,
      SortedSet<Fingerprint> perhaps) {
    if (says != Says.NO) {
      Fingerprint device =
          off.contains(Switch.COUNTED_BY_DEVICE)
              ? new Fingerprint(who.hash())
              : device(who, past).orElseThrow();
      (says == Says.YES ? yes : perhaps).add(device);
    }
  }

  /**
   * "An approver (approval.header.author): a member in past(m), not a target of m (nor of a
   * target's fingerprint), all header.heads in past(m), header.group = group, signature holds, its
   * credential is accepted"
   */
  private Says approver(int m, Approval approval) {
    BitSet past = past(m);
    MemberId who = approval.header().author();
    boolean isIn =
        off.contains(Switch.APPROVERS_ARE_IN) ? known(who, past) : members(past).contains(who);
    boolean fits =
        isIn
            && !isTarget(m, who)
            && approval.header().type() == MessageType.APPROVE
            && approval.header().group().equals(group(past))
            && headsAreIn(approval.header(), past)
            && knowsEarlierEnds(approval, past)
            && (off.contains(Switch.EVIDENCE_SIGNED)
                || evidence.holds(approval, key(who, past).orElseThrow()));
    return fits ? credentialHolds(who, past) : Says.NO;
  }

  /** By whose credential somebody speaks. */
  private List<Stay> staysThatSpeak(MemberId member, BitSet past) {
    return off.contains(Switch.APPROVERS_ARE_IN)
        ? staysOf(member, past)
        : liveStaysOf(member, past);
  }

  /**
   * "An approval about a device (EXPEL, PARDON) counts only if closure(its heads) holds every
   * Expelled and Faulty Rekey in past(m) that hits the device"
   */
  private boolean knowsEarlierEnds(Approval approval, BitSet past) {
    if (off.contains(Switch.FRESH_APPROVALS)
        || (approval.action() != Approval.Action.EXPEL
            && approval.action() != Approval.Action.PARDON)) {
      return true;
    }
    BitSet knew = closure(approval.header().heads()).orElseThrow();
    return bars(new Fingerprint(approval.subject()), past).allMatch(knew::get);
  }

  private boolean isTarget(int m, MemberId who) {
    if (!(fact(m).fact() instanceof Rekey rekey) || off.contains(Switch.NO_WORD_OF_TARGETS)) {
      return false;
    }
    Fingerprint device = device(who, past(m)).orElseThrow();
    return rekey.targets().stream()
        .anyMatch(
            t -> targetMembers(t).contains(who) || targetDevices(t, past(m)).contains(device));
  }

  private boolean headsAreIn(Header header, BitSet past) {
    return off.contains(Switch.EVIDENCE_IN_THE_PAST) && closure(header.heads()).isPresent()
        || header.heads().stream()
            .allMatch(head -> numbers.containsKey(head) && past.get(number(head)));
  }

  /**
   * "A right that hangs on a credential (role, approver, watcher): Accepted with the role counts,
   * Refused does not, Unknown → the fact waits"
   */
  private Says hasRole(MemberId member, BitSet past, String role) {
    Says says = Says.of(off.contains(Switch.CREDENTIALS));
    for (Stay s : liveStaysOf(member, past)) {
      says =
          says.or(
              switch (book.verdict(s.credential(), key(s.member(), past).orElse(Bytes.EMPTY))) {
                case CredentialVerdict.Accepted accepted ->
                    Says.of(accepted.roles().contains(role));
                case CredentialVerdict.Refused refused -> Says.NO;
                case CredentialVerdict.Unknown unknown -> Says.UNKNOWN;
              });
    }
    return says;
  }

  private Says credentialHolds(MemberId member, BitSet past) {
    Says says = Says.of(off.contains(Switch.CREDENTIALS) && isMember(member, past));
    for (Stay s : staysThatSpeak(member, past)) {
      says =
          says.or(
              switch (book.verdict(s.credential(), key(s.member(), past).orElse(Bytes.EMPTY))) {
                case CredentialVerdict.Accepted accepted -> Says.YES;
                case CredentialVerdict.Refused refused -> Says.NO;
                case CredentialVerdict.Unknown unknown -> Says.UNKNOWN;
              });
    }
    return says;
  }

  // ---- Rekey

  private List<RuleSays> rekeyRules(int m, Rekey rekey) {
    List<RuleSays> rules = new ArrayList<>();
    rules.add(authorIsMember(m));
    if (rules.get(0).says() == Says.NO) {
      return rules;
    }
    rules.add(new RuleSays(Rule.PREV, Says.of(prevRule(m, rekey))));
    rules.add(new RuleSays(Rule.TARGETS_ITSELF, Says.of(sparesItself(m, rekey))));
    for (Target target : rekey.targets()) {
      rules.add(
          switch (target) {
            case Target.Left left -> new RuleSays(Rule.LEFT, Says.of(leftRule(m, left)));
            case Target.Expelled expelled -> new RuleSays(Rule.EXPELLED, expelledRule(m, expelled));
            case Target.Absent absent -> new RuleSays(Rule.ABSENT, absentRule(m, absent));
            case Target.Faulty faulty -> new RuleSays(Rule.FAULTY, Says.of(faultyRule(m, faulty)));
          });
    }
    rules.add(new RuleSays(Rule.MEMBERS_DIGEST, Says.of(digestRule(m, rekey))));
    return rules;
  }

  /** "prev, if any, is a Rekey in past(m)" */
  private boolean prevRule(int m, Rekey rekey) {
    return rekey
        .prev()
        .map(
            prev ->
                off.contains(Switch.PREV)
                    || (numbers.containsKey(prev)
                        && past(m).get(number(prev))
                        && fact(number(prev)).fact() instanceof Rekey))
        .orElse(true);
  }

  /**
   * "Left: leave.header.group = group, type LEAVE, leave.header.author = the member that goes, it
   * and the named stay are known in past(m) (stay belongs to it), all header.heads in past(m),
   * signature by that member's key"
   */
  private boolean leftRule(int m, Target.Left left) {
    BitSet past = past(m);
    Header header = left.leave().header();
    MemberId who = header.author();
    return header.group().equals(group(past))
        && header.type() == MessageType.LEAVE
        && staysOf(who, past).stream().anyMatch(s -> s.id().equals(left.leave().stay()))
        && headsAreIn(header, past)
        && (off.contains(Switch.EVIDENCE_SIGNED)
            || evidence.holds(left.leave(), key(who, past).orElseThrow()));
  }

  /** "Expelled: some member with that fingerprint is known in past(m); …; right: …" */
  private Says expelledRule(int m, Target.Expelled expelled) {
    BitSet past = past(m);
    boolean known = staysIn(past).stream().anyMatch(s -> s.device().equals(expelled.device()));
    if (!known) {
      return Says.NO;
    }
    return expelRight(m, expelled.approvals(), Approval.Action.EXPEL, expelled.device());
  }

  /**
   * "Absent: member(s) = member, the stay is live in past(m), |members(past(m))| > 2, not the
   * author itself nor its device; author and the approver of `second` (Action.SUSPEND, subject =
   * member, stay = stay) are two different fingerprints, both among the eight watchers of the
   * member in past(m)"
   */
  private Says absentRule(int m, Target.Absent absent) {
    BitSet past = past(m);
    boolean live =
        liveStaysOf(absent.member(), past).stream().anyMatch(s -> s.id().equals(absent.stay()));
    if (!live || members(past).size() <= 2) {
      return Says.NO;
    }
    Approval second = absent.second();
    MemberId other = second.header().author();
    SortedSet<MemberId> watchers = watchers(absent.member(), past);
    boolean fits =
        second.action() == Approval.Action.SUSPEND
            && second.subject().equals(absent.member().hash())
            && (off.contains(Switch.WORD_NAMES_THE_STAY)
                || second.stay().equals(absent.stay().hash()))
            && (off.contains(Switch.WATCHERS) || watchers.containsAll(List.of(author(m), other)))
            && (off.contains(Switch.TWO_DEVICES)
                || !device(other, past).equals(device(author(m), past)));
    return fits ? approver(m, second).and(credentialHolds(author(m), past)) : Says.NO;
  }

  /**
   * "Faulty: member known in past(m); not the author itself nor its device; proof holds:
   * OutOfOrder: both headers are statements (fact or heartbeat) of that member in this group, all
   * their heads are in past(m), signatures hold, and neither covers the other; BadCredential:
   * `admit` in past(m) is by that member and has the row (or is a Here by row==member), the
   * credential's hash is the one the row/Here names, and the check against Found refuses it."
   */
  private boolean faultyRule(int m, Target.Faulty faulty) {
    BitSet past = past(m);
    if (!known(faulty.member(), past)) {
      return false;
    }
    return switch (faulty.proof()) {
      case FaultProof.OutOfOrder pair -> outOfOrder(past, faulty.member(), pair);
      case FaultProof.BadCredential bad -> badCredential(past, faulty.member(), bad);
    };
  }

  private boolean outOfOrder(BitSet past, MemberId member, FaultProof.OutOfOrder pair) {
    Bytes key = key(member, past).orElseThrow();
    for (SignedHeader signed : List.of(pair.one(), pair.other())) {
      Header header = signed.header();
      if (!header.type().isStatement()
          || !header.author().equals(member)
          || !header.group().equals(group(past))
          || !headsAreIn(header, past)
          || !(off.contains(Switch.EVIDENCE_SIGNED) || evidence.holds(signed, key))) {
        return false;
      }
    }
    if (off.contains(Switch.PROOF)) {
      return true;
    }
    Header one = pair.one().header();
    Header other = pair.other().header();
    return !evidence.id(one).equals(evidence.id(other))
        && !covers(one, other)
        && !covers(other, one);
  }

  private boolean badCredential(BitSet past, MemberId member, FaultProof.BadCredential bad) {
    if (!numbers.containsKey(bad.admit()) || !past.get(number(bad.admit()))) {
      return false;
    }
    int e = number(bad.admit());
    if (!off.contains(Switch.LIAR_IS_THE_AUTHOR) && !author(e).equals(member)) {
      return false;
    }
    return switch (fact(e).fact()) {
      case Admit admit ->
          admit.rows().stream()
              .filter(
                  row ->
                      off.contains(Switch.ROW_OF_THE_CREDENTIAL) || row.member().equals(bad.row()))
              .anyMatch(row -> isBad(bad, row.request().credential(), row.request().key(), past));
      case Here here ->
          (off.contains(Switch.ROW_OF_THE_CREDENTIAL) || bad.row().equals(member))
              && isBad(bad, here.credential(), key(member, past).orElseThrow(), past);
      case Found f -> false;
      case Rekey r -> false;
      case Reseal r -> false;
    };
  }

  private boolean isBad(FaultProof.BadCredential bad, Hash32 named, Bytes key, BitSet past) {
    boolean isIt =
        off.contains(Switch.CREDENTIAL_OF_THE_ROW)
            || Hash32.sha256(bad.credential().toArray()).equals(named);
    return isIt
        && check.check(found(past), key, bad.credential()) instanceof CredentialVerdict.Refused;
  }

  /**
   * "no target (of any reason, Left included; BadCredential.row counts as one) is the author or a
   * member of the author's device (TARGETS_ITSELF)"
   */
  private boolean sparesItself(int m, Rekey rekey) {
    Fingerprint own = device(author(m), past(m)).orElseThrow();
    return off.contains(Switch.TARGETS_ITSELF)
        || rekey.targets().stream()
            .noneMatch(
                t ->
                    targetMembers(t).contains(author(m))
                        || targetDevices(t, past(m)).contains(own));
  }

  /** "members digest = digest of members(P(m))" */
  private boolean digestRule(int m, Rekey rekey) {
    return off.contains(Switch.MEMBERS_DIGEST)
        || rekey.members().equals(membersDigest.apply(members(pastAnd(m))));
  }

  /**
   * "Reseal: every slot is held by the author's address; slots distinct, inside the table (position
   * < 32, symbol < k)."
   */
  private boolean slotRule(int m, Reseal reseal) {
    Found found = found(past(m));
    SortedSet<Slot> distinct = new TreeSet<>();
    for (Reseal.SlotKey each : reseal.slots()) {
      Slot slot = each.slot();
      boolean inside =
          slot.position() >= 0
              && slot.position() < Limits.ADDRESS_SYMBOLS
              && slot.symbol() >= 0
              && slot.symbol() < found.profile().radix();
      if (!inside
          || !(off.contains(Switch.OWN_SLOTS) || slot.isHeldBy(author(m), found.profile()))
          || !distinct.add(slot)) {
        return false;
      }
    }
    return true;
  }

  /**
   * "watchers of t in Q: the first 8 members of Q other than those with t's fingerprint, by
   * ascending SHA-256("keymoot rank" ‖ group ‖ "watch" ‖ t ‖ member), ids as 32 bytes."
   */
  SortedSet<MemberId> watchers(MemberId t, BitSet set) {
    Optional<Fingerprint> device = device(t, set);
    SortedMap<Hash32, MemberId> ranked = new TreeMap<>();
    for (MemberId member : members(set)) {
      if (!device(member, set).equals(device)) {
        ranked.put(
            Hash32.sha256(
                ascii("keymoot rank"),
                group(set).hash().toArray(),
                ascii("watch"),
                t.hash().toArray(),
                member.hash().toArray()),
            member);
      }
    }
    SortedSet<MemberId> first = new TreeSet<>();
    ranked.values().stream().limit(Limits.WATCHERS).forEach(first::add);
    return first;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  // ---- own order

  /**
   * "covers: a statement g covers a fact f iff f ∈ closure(g.heads) …; g covers a heartbeat h iff
   * closure(h.heads) ⊆ closure(g.heads)."
   */
  boolean covers(Header g, Header statement) {
    BitSet reach = closure(g.heads()).orElseThrow();
    if (statement.type() == MessageType.HEARTBEAT) {
      return within(closure(statement.heads()).orElseThrow(), reach);
    }
    FactId f = evidence.id(statement);
    return numbers.containsKey(f) && reach.get(number(f));
  }

  /**
   * "Two statements of one member neither of which covers the other are a Fault. Known Fault of a
   * in S: two facts of a in S that are a Fault"
   */
  SortedSet<MemberId> faults(BitSet set) {
    SortedSet<MemberId> faulty = new TreeSet<>();
    set.stream()
        .forEach(
            one ->
                set.stream()
                    .filter(other -> other != one && author(other).equals(author(one)))
                    .filter(other -> !past(one).get(other) && !past(other).get(one))
                    .forEach(other -> faulty.add(author(one))));
    return faulty;
  }

  // ---- closed door

  /**
   * "A fact m whose past is at hand (in S or waiting) is taken, with all of P(m), iff m is valid
   * and in S ∪ P(m) its author is a member without known Fault — or some statement of such a member
   * (a fact at hand, or a signed heartbeat) covers m. Otherwise it waits." A fact that is not valid
   * is nobody's word.
   *
   * @param convicted members of whom this peer holds two heartbeats that are a Fault
   */
  boolean mayTake(
      BitSet taken, BitSet atHand, List<Vouch> vouched, Set<MemberId> convicted, int m) {
    if (!isValid(m)) {
      return false;
    }
    BitSet with = union(taken, pastAnd(m));
    SortedSet<MemberId> trusted = members(with);
    if (!off.contains(Switch.OWN_ORDER)) {
      trusted.removeAll(faults(with));
      trusted.removeAll(convicted);
    }
    return off.contains(Switch.CLOSED_DOOR)
        || trusted.contains(author(m))
        || atHand.stream()
            .anyMatch(g -> past(g).get(m) && isValid(g) && trusted.contains(author(g)))
        || vouched.stream()
            .filter(vouch -> trusted.contains(vouch.member()))
            .anyMatch(vouch -> closure(vouch.heads()).map(heads -> heads.get(m)).orElse(false));
  }

  /** S after all that may be taken is taken, in the order of the facts' numbers. */
  BitSet closedDoor(BitSet taken, BitSet atHand, List<Vouch> vouched, Set<MemberId> convicted) {
    BitSet result = (BitSet) taken.clone();
    boolean more = true;
    while (more) {
      more = false;
      for (int m = atHand.nextSetBit(0); m >= 0 && !more; m = atHand.nextSetBit(m + 1)) {
        if (!result.get(m) && mayTake(result, atHand, vouched, convicted, m)) {
          result.or(pastAnd(m));
          more = true;
        }
      }
    }
    return result;
  }

  // ---- section 6: clean, usable, names

  /**
   * "endedIn(s, Q) := s is over when the ends are those in Q and the stays those of Q ∪
   * P(fact(s))."
   */
  boolean endedIn(Stay s, BitSet ends) {
    SetAndStay key = new SetAndStay(ends, s.id());
    Boolean known = ended.get(key);
    if (known == null) {
      known = softEnded(ends, s) || !hardEnds(ends, s).isEmpty();
      ended.put(new SetAndStay((BitSet) ends.clone(), s.id()), known);
    }
    return known;
  }

  /** "x is clean in S iff every s ∈ over(S) has endedIn(s, P(x))." */
  boolean isClean(int x, BitSet set) {
    SetAndFact key = new SetAndFact(set, x);
    Boolean known = cleans.get(key);
    if (known == null) {
      BitSet pastAnd = pastAnd(x);
      SortedSet<MemberId> outThen = new TreeSet<>();
      over(pastAnd).forEach(s -> outThen.add(s.member()));
      known =
          off.contains(Switch.CLEAN)
              || over(set).stream()
                  .allMatch(
                      s ->
                          endedIn(s, pastAnd)
                              || (off.contains(Switch.STAYS_NOT_MEMBERS)
                                  && outThen.contains(s.member())));
      cleans.put(new SetAndFact((BitSet) set.clone(), x), known);
    }
    return known;
  }

  SortedSet<FactId> clean(BitSet set) {
    SortedSet<FactId> clean = new TreeSet<>();
    rekeys(set).filter(x -> isClean(x, set)).forEach(x -> clean.add(id(x)));
    return clean;
  }

  /** "usable(S) = epochs (Rekeys) clean in S with no clean descendant in S." */
  SortedSet<FactId> usable(BitSet set) {
    SortedSet<FactId> clean = clean(set);
    SortedSet<FactId> usable = new TreeSet<>(clean);
    for (FactId x : off.contains(Switch.NEWEST_CLEAN) ? List.<FactId>of() : clean) {
      usable.removeAll(ids(past(number(x))));
    }
    return usable;
  }

  /**
   * "slot clean: Reseal y is clean for σ in S iff every s ∈ over(S) whose member's address holds σ
   * has endedIn(s, P(y))."
   */
  boolean isSlotClean(int y, Slot slot, BitSet set) {
    BitSet pastAnd = pastAnd(y);
    return over(set).stream()
        .filter(s -> slot.isHeldBy(s.member(), found(set).profile()))
        .allMatch(s -> endedIn(s, pastAnd));
  }

  /**
   * "standing(σ, S) = among σ's Reseals in S with none (for σ) after them: clean ones first, then
   * the highest id."
   */
  Optional<FactId> standing(Slot slot, BitSet set) {
    BitSet reseals = new BitSet();
    set.stream().filter(y -> seals(y, slot)).forEach(reseals::set);
    BitSet last = (BitSet) reseals.clone();
    reseals.stream().forEach(y -> last.andNot(past(y)));
    SortedSet<FactId> clean = new TreeSet<>();
    last.stream().filter(y -> isSlotClean(y, slot, set)).forEach(y -> clean.add(id(y)));
    SortedSet<FactId> best = clean.isEmpty() ? ids(last) : clean;
    return best.isEmpty() ? Optional.empty() : Optional.of(best.last());
  }

  private boolean seals(int y, Slot slot) {
    return fact(y).fact() instanceof Reseal reseal
        && reseal.slots().stream().anyMatch(each -> each.slot().equals(slot));
  }

  /** "names: an Admit or Here e names usable(P(e))." */
  SortedSet<FactId> names(int e) {
    if (!(fact(e).fact() instanceof Admit || fact(e).fact() instanceof Here)) {
      return new TreeSet<>();
    }
    SortedSet<FactId> known = named.get(e);
    if (known == null) {
      known = usable(pastAnd(e));
      named.put(e, known);
    }
    return known;
  }

  /** "r_x(S) = number of Admit and Here facts in S that name x." */
  int revision(FactId x, BitSet set) {
    return (int) set.stream().filter(e -> names(e).contains(x)).count();
  }

  Hash32 digest(SortedSet<MemberId> members) {
    return membersDigest.apply(members);
  }

  SortedSet<StayId> overIds(BitSet set) {
    SortedSet<StayId> ids = new TreeSet<>();
    over(set).forEach(s -> ids.add(s.id()));
    return ids;
  }
}
