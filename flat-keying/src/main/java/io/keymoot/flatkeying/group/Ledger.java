package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.Admit;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactVerifier;
import io.keymoot.flatkeying.fact.Found;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.Header;
import io.keymoot.flatkeying.fact.Here;
import io.keymoot.flatkeying.fact.JoinRequest;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Reseal;
import io.keymoot.flatkeying.fact.SignedJoinRequest;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.fact.Verification;
import io.keymoot.flatkeying.fact.Verified;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The graph of valid facts of one group, and what each showed when it was made.
 *
 * <p>Everything in it follows from the facts alone, so all peers of one JVM may share one ledger: a
 * fact is verified and decided once, a state is made once. It says nothing of what a peer has
 * <i>taken</i>: that is {@link Membership}.
 */
public final class Ledger implements Pasts {
  /** States of joined pasts kept at hand; a lost one is made again. */
  private static final int STATES_KEPT = 256;

  /** Facts whose P(m) is kept at hand. */
  private static final int AFTERS_KEPT = 512;

  /** Of older facts, one in so many keeps its P(m), thinned out further with distance. */
  private static final int MILESTONE = 512;

  private static final int REFUSALS_KEPT = 4_096;

  private final GroupId group;
  private final CredentialBook credentials;
  private final CredentialCheck check;
  private final FactVerifier verifier;

  private final Map<FactId, Known> known = new LinkedHashMap<>();
  private final Map<FactId, Refusal> refused = new Bounded<>(REFUSALS_KEPT);
  private final Map<MemberId, Known.AuthorLine> lines = new LinkedHashMap<>();
  private final Map<List<FactId>, GroupState> states = new Bounded<>(STATES_KEPT);
  private final Deque<Known> recent = new ArrayDeque<>();
  private List<Known> milestones = List.of();

  public Ledger(
      GroupId group, CredentialBook credentials, CredentialCheck check, FactVerifier verifier) {
    this.group = group;
    this.credentials = credentials;
    this.check = check;
    this.verifier = verifier;
  }

  /** What became of a fact that was offered. */
  public sealed interface Decision {
    record Valid(Known fact) implements Decision {}

    record Refused(Refusal why) implements Decision {}

    record LacksParents(List<FactId> missing) implements Decision {}

    record LacksCredential(Hash32 credential, MemberId holder) implements Decision {}
  }

  public GroupId group() {
    return group;
  }

  public @Nullable Known get(FactId id) {
    return known.get(id);
  }

  public int size() {
    return known.size();
  }

  // ---- deciding

  /** Decides a fact once; asked again it answers the same. */
  public Decision decide(Envelope envelope) {
    Known already = known.get(envelope.id());
    if (already != null) {
      return new Decision.Valid(already);
    }
    Refusal before = refused.get(envelope.id());
    if (before != null) {
      return new Decision.Refused(before);
    }
    List<Known> parents = new ArrayList<>();
    List<FactId> missing = new ArrayList<>();
    for (FactId id : envelope.header().heads()) {
      Known parent = known.get(id);
      if (parent != null) {
        parents.add(parent);
      } else if (refused.containsKey(id)) {
        return refuse(envelope.id(), Refusal.PARENT_REFUSED);
      } else {
        missing.add(id);
      }
    }
    if (!missing.isEmpty()) {
      return new Decision.LacksParents(missing);
    }
    return envelope.fact() instanceof Found found
        ? decideFound(envelope, found)
        : decide(envelope, parents);
  }

  private Decision decideFound(Envelope envelope, Found found) {
    if (!envelope.id().hash().equals(group.hash())) {
      return refuse(envelope.id(), Refusal.OTHER_GROUP);
    }
    if (!(verifier.verifyFound(envelope) instanceof Verification.Accepted accepted)) {
      // Not remembered as refused: the id is right, the same body may come again well signed.
      return new Decision.Refused(Refusal.BAD_SIGNATURE);
    }
    Known fact = place(accepted.fact(), List.of(), GroupState.NOTHING, List.of());
    Person founder = Person.of(envelope.header().author(), found.founder());
    fact.begins(
        List.of(Stay.of(fact, founder, found.founder().leafKey(), found.founder().credential())));
    return accept(fact, grow(GroupState.NOTHING, fact, GroupState.NOTHING));
  }

  private Decision decide(Envelope envelope, List<Known> parents) {
    if (!envelope.header().group().equals(group)) {
      return refuse(envelope.id(), Refusal.OTHER_GROUP);
    }
    GroupState past = join(parents);
    Person author = past.person(envelope.header().author()).orElse(null);
    if (author == null) {
      return refuse(envelope.id(), Refusal.AUTHOR_NOT_A_MEMBER);
    }
    if (!(verifier.verify(envelope, author.request().key())
        instanceof Verification.Accepted accepted)) {
      return new Decision.Refused(Refusal.BAD_SIGNATURE);
    }
    Validity rules = rules(past, author);
    boolean isHere = envelope.fact() instanceof Here;
    if (!isHere && !past.isMember(author.id())) {
      return refuse(envelope.id(), Refusal.AUTHOR_NOT_A_MEMBER);
    }
    Verdict verdict =
        switch (envelope.fact()) {
          case Found found -> new Verdict.Refused(Refusal.SECOND_FOUND);
          case Admit admit -> rules.admit(admit);
          case Here here -> rules.here(here);
          case Rekey rekey -> rules.rekey(rekey);
          case Reseal reseal -> rules.reseal(reseal);
        };
    List<SignedJoinRequest> rows = new ArrayList<>();
    if (verdict.holds() && envelope.fact() instanceof Admit admit) {
      for (SignedJoinRequest row : admit.rows()) {
        Verdict begins = rules.row(row, admit);
        if (begins.holds()) {
          rows.add(row);
        } else if (begins instanceof Verdict.Waits) {
          verdict = begins;
        }
      }
    }
    return switch (verdict) {
      case Verdict.Refused no -> refuse(envelope.id(), no.why());
      case Verdict.Waits waits -> new Decision.LacksCredential(waits.credential(), waits.holder());
      case Verdict.Holds yes ->
          begin(
              accepted.fact(),
              parents,
              past,
              author,
              rows,
              isHere ? rules.staysToReturnTo() : rules.liveStays());
    };
  }

  private Decision begin(
      Verified verified,
      List<Known> parents,
      GroupState past,
      Person author,
      List<SignedJoinRequest> rows,
      List<Stay> rests) {
    Known fact = place(verified, parents, past, rests);
    if (verified.fact() instanceof Here here) {
      fact.begins(List.of(Stay.of(fact, author, here.leafKey(), here.credential())));
    } else {
      List<Stay> stays = new ArrayList<>();
      for (SignedJoinRequest row : rows) {
        JoinRequest request = row.request();
        Person earlier = past.person(row.member()).orElse(null);
        Person person = earlier != null ? earlier : Person.of(row.member(), request);
        stays.add(Stay.of(fact, person, request.leafKey(), request.credential()));
      }
      fact.begins(stays);
    }
    GroupState after = grow(past, fact, past);
    if (verified.fact() instanceof Rekey rekey) {
      if (!after.isMember(author.id())) {
        return refuse(verified.id(), Refusal.AUTHOR_ENDS_ITSELF);
      }
      if (!after.membersDigest().equals(rekey.members())) {
        return refuse(verified.id(), Refusal.FALSE_MEMBERS_DIGEST);
      }
      fact.starts(starts(past, rekey.prev()));
    }
    return accept(fact, after);
  }

  private Known place(Verified verified, List<Known> parents, GroupState past, List<Stay> rests) {
    MemberId author = verified.header().author();
    Known.AuthorLine line = lines.computeIfAbsent(author, id -> new Known.AuthorLine());
    return new Known(verified.envelope(), parents, line, known.size(), past.tipsOf(author), rests);
  }

  private Decision accept(Known fact, GroupState after) {
    Known.AuthorLine line = fact.line();
    // An unforked line grows by exactly one turn with each fact.
    line.forked |= fact.turn() != line.turns;
    line.turns = Math.max(line.turns, fact.turn() + 1);
    known.put(fact.id(), fact);
    keep(fact, after);
    return new Decision.Valid(fact);
  }

  private Decision refuse(FactId fact, Refusal why) {
    refused.put(fact, why);
    return new Decision.Refused(why);
  }

  /**
   * What {@code state} would be if {@code author} made this Rekey on top of it: for whoever plans
   * one, whose digest of the members must be true. Nothing is kept, and nothing checked.
   */
  public GroupState draft(GroupState state, MemberId author, Rekey rekey) {
    Header header = new Header(MessageType.REKEY, group, author, state.heads(), Hash32.ZERO);
    Envelope envelope = Envelope.draft(header, rekey);
    Known draft =
        new Known(
            envelope,
            state.heads,
            new Known.AuthorLine(),
            known.size(),
            state.tipsOf(author),
            state.liveStays(author));
    return grow(state, draft, state);
  }

  /** Whether {@code author} could make a Rekey with this target, as {@code state} stands. */
  public boolean mayTarget(GroupState state, MemberId author, Target target) {
    Person person = state.person(author).orElse(null);
    return person != null
        && state.isMember(author)
        && rules(state, person)
            .rekey(
                new Rekey(Optional.empty(), List.of(target), Hash32.ZERO, Hash32.ZERO, Hash32.ZERO))
            .holds();
  }

  /**
   * Whether {@code author} could let in this row, as {@code state} stands: it would begin a stay.
   */
  public boolean mayBegin(GroupState state, MemberId author, SignedJoinRequest row) {
    Person person = state.person(author).orElse(null);
    return person != null
        && state.isMember(author)
        && rules(state, person).row(row, new Admit(List.of(row), List.of())).holds();
  }

  /** Whether a Here would bring the member back, as {@code state} stands. */
  public boolean mayReturn(GroupState state, MemberId member) {
    Person person = state.person(member).orElse(null);
    return person != null && !rules(state, person).staysToReturnTo().isEmpty();
  }

  private Validity rules(GroupState past, Person author) {
    return new Validity(past, author, credentials, check, verifier, known::get, this::join);
  }

  // ---- states

  @Override
  public GroupState past(Known fact) {
    return join(fact.parents());
  }

  @Override
  public GroupState after(Known fact) {
    GroupState kept = fact.after;
    if (kept != null) {
      return kept;
    }
    // Climb down to what is kept, then up again, parents first.
    List<Known> way = ancestors(fact, parent -> parent.after == null);
    way.sort(Comparator.comparingInt(Known::index));
    GroupState after = GroupState.NOTHING;
    for (Known each : way) {
      GroupState past = join(each.parents());
      after = grow(past, each, past);
      keep(each, after);
    }
    return after;
  }

  /** The state of everything these facts reach, themselves included. */
  public GroupState join(List<Known> facts) {
    if (facts.isEmpty()) {
      return GroupState.NOTHING;
    }
    if (facts.size() == 1) {
      return after(facts.get(0));
    }
    List<FactId> key = facts.stream().map(Known::id).sorted().toList();
    GroupState state = states.get(key);
    if (state == null) {
      List<Known> bySize = new ArrayList<>(facts);
      bySize.sort(Comparator.comparingInt((Known each) -> after(each).count()).reversed());
      state = after(bySize.get(0));
      for (Known each : bySize) {
        state = union(state, each);
      }
      states.put(key, state);
    }
    return state;
  }

  /** S ∪ P(fact). */
  public GroupState union(GroupState state, Known fact) {
    if (state.contains(fact)) {
      return state;
    }
    if (state.heads.equals(fact.parents())) {
      return after(fact);
    }
    GroupState next = state;
    for (Known each : missing(state, fact)) {
      next = grow(next, each, past(each));
    }
    List<FactId> key = next.heads();
    GroupState same = states.putIfAbsent(key, next);
    return same != null ? same : next;
  }

  /** What of P(fact) the state lacks, parents first. */
  static List<Known> missing(GroupState state, Known fact) {
    List<Known> missing = ancestors(fact, parent -> !state.contains(parent));
    missing.sort(Comparator.comparingInt(Known::index));
    return missing;
  }

  /** What leads from {@code state} to {@code fact}, itself included, parents first. */
  public List<Known> lacking(GroupState state, Known fact) {
    return state.contains(fact) ? List.of() : missing(state, fact);
  }

  /** The fact and those it reaches through facts of {@code kind} only. */
  private static List<Known> ancestors(Known fact, Predicate<Known> kind) {
    List<Known> found = new ArrayList<>(List.of(fact));
    Set<FactId> seen = new LinkedHashSet<>();
    for (int i = 0; i < found.size(); i++) {
      for (Known parent : found.get(i).parents()) {
        if (kind.test(parent) && seen.add(parent.id())) {
          found.add(parent);
        }
      }
    }
    return found;
  }

  /** Whether the epoch is clean in the state; usable ones are, and some of their ancestors. */
  public boolean isClean(GroupState state, Known epoch) {
    return state.usable().contains(epoch)
        || (state.contains(epoch)
            && Ends.allEndedIn(after(epoch), state.seats, anybody -> true, this));
  }

  /** Whether {@code later} was made by somebody who knew {@code earlier}. */
  public boolean isAfter(Known later, Known earlier) {
    return past(later).contains(earlier);
  }

  /**
   * Whether the only ends the epoch lacks are Absents, Lefts and Heres: then a member that has
   * nothing better may send under it for a moment more.
   */
  public boolean isOnlySoftlyUnclean(GroupState state, Known epoch) {
    return Ends.lacksOnlySoftEnds(after(epoch), state, this);
  }

  /** Whether every member may be given the epoch's secret by somebody (section 8). */
  public boolean mayBeGivenToAll(GroupState state, Known epoch) {
    boolean[] all = {true};
    state.live.difference(
        after(epoch).live,
        (now, then) -> {
          if (now != null && then == null) {
            all[0] &= mayBeGiven(state, epoch, now.person().id());
          }
        });
    return all[0];
  }

  /** Give's first sentence: {@code member} is in, and (i) or (ii) holds for the epoch's secret. */
  public boolean mayBeGiven(GroupState state, Known epoch, MemberId member) {
    return leastRevisionFor(state, epoch, member).isPresent();
  }

  /**
   * The rule that carries P3 and P4 (section 8, <i>Give</i>): the lowest revision of the epoch's
   * secret that {@code member} may be given, if it may be given any. What counts is the epoch's own
   * past, so a giver that knows less than others does no harm.
   */
  public OptionalInt leastRevisionFor(GroupState state, Known epoch, MemberId member) {
    if (!state.isMember(member)) {
      return OptionalInt.empty();
    }
    if (after(epoch).isMember(member)) {
      return OptionalInt.of(0);
    }
    OptionalInt least = OptionalInt.empty();
    for (Stay stay : state.liveStays(member)) {
      Known begin = stay.begunBy();
      if (begin.names().contains(epoch.id())) {
        int revision = past(begin).revision(epoch.id()) + 1;
        least = OptionalInt.of(Math.min(least.orElse(revision), revision));
      }
    }
    return least;
  }

  // ---- the chains of KEKs (section 6)

  /**
   * The slots whose chain would begin anew in an epoch that is made on {@code past} and follows
   * {@code prev}.
   */
  public List<Known.Start> starts(GroupState past, Optional<FactId> prev) {
    Known before = prev.map(known::get).orElse(null);
    return past.slots.since(before == null ? GroupState.NOTHING : past(before));
  }

  /**
   * The Reseal from which the slot's chain comes to its KEK in this epoch; none if it has no KEK.
   * By it alone, and by no later one, it is judged whether the KEK is clean.
   */
  public Optional<Known> root(Slot slot, Known epoch) {
    for (Known each = epoch; each != null; each = prev(each)) {
      Known start = each.startOf(slot);
      if (start != null) {
        return Optional.of(start);
      }
    }
    return Optional.empty();
  }

  /** The same for the whole table: of a slot at position · radix + symbol. */
  public @Nullable Known[] roots(Known epoch, Profile profile) {
    @Nullable Known[] roots = new @Nullable Known[Limits.ADDRESS_SYMBOLS * profile.radix()];
    int open = roots.length;
    for (Known each = epoch; each != null && open > 0; each = prev(each)) {
      for (Known.Start start : each.starts()) {
        int at = start.slot().position() * profile.radix() + start.slot().symbol();
        if (roots[at] == null) {
          roots[at] = start.reseal();
          open--;
        }
      }
    }
    return roots;
  }

  /** The epoch that this one follows. */
  public @Nullable Known prev(Known epoch) {
    return epoch.rekey().prev().map(known::get).orElse(null);
  }

  /**
   * The rule that carries P3 and P4 for slots (section 8, <i>Give</i>): whether {@code member} may
   * be given the slot's KEK of an epoch, or the key that a Reseal made for it. It is in, it was in
   * when the key was made, and its address shows the slot.
   */
  public boolean mayBeGiven(GroupState state, Known made, Slot slot, MemberId member) {
    return state.isMember(member)
        && wasIn(made, member)
        && slot.isHeldBy(member, state.found().profile());
  }

  private boolean wasIn(Known made, MemberId member) {
    return after(made).isMember(member);
  }

  private GroupState grow(GroupState state, Known fact, GroupState past) {
    return Growth.add(state, fact, past, this);
  }

  private void keep(Known fact, GroupState after) {
    fact.after = after;
    recent.add(fact);
    if (recent.size() > AFTERS_KEPT) {
      Known old = recent.remove();
      if (old.index() % MILESTONE == 0) {
        thinOut(old);
      } else {
        old.after = null;
      }
    }
  }

  /** Milestones stay dense near the end and thin out behind: a far past costs in proportion. */
  private void thinOut(Known milestone) {
    List<Known> kept = new ArrayList<>();
    for (Known each : milestones) {
      int number = each.index() / MILESTONE;
      int behind = (milestone.index() - each.index()) / MILESTONE;
      if (number == 0 || Integer.lowestOneBit(number) * 8 >= behind) {
        kept.add(each);
      } else {
        each.after = null;
      }
    }
    kept.add(milestone);
    milestones = kept;
  }

  /** Forgets what was used longest ago. */
  @SuppressWarnings("serial")
  private static final class Bounded<K, V> extends LinkedHashMap<K, V> {
    private final int most;

    Bounded(int most) {
      super(16, 0.75f, true);
      this.most = most;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
      return size() > most;
    }
  }
}
