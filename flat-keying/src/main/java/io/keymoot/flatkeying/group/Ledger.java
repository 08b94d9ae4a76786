package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.Admit;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactVerifier;
import io.keymoot.flatkeying.fact.Fingerprint;
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
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The valid facts of one group that one peer knows, each verified and decided once.
 *
 * <p>What they show is {@link Lore}'s. Which of them the peer has <i>taken</i> is {@link
 * Membership}'s.
 *
 * <p>Whole in one file, though long, because it is the one answer to <i>what do these facts
 * say</i>: how a fact is decided, and the questions of section 5 to 8 that are asked of what was,
 * each a few lines over the same table.
 */
public final class Ledger {
  private static final int REFUSALS_KEPT = 4_096;

  /** Epochs of which it is at hand where every slot's chain comes from. */
  private static final int ROOTS_KEPT = 3;

  private final GroupId group;
  private final CredentialBook credentials;
  private final CredentialCheck check;
  private final FactVerifier verifier;
  private final Lore lore;
  private final Map<FactId, @Nullable Known[]> rootsKept = new Bounded<>(ROOTS_KEPT);

  private final Map<FactId, Known> known = new LinkedHashMap<>();
  private final Map<FactId, Bytes> covers = new LinkedHashMap<>();
  private final Map<FactId, Refusal> refused = new Bounded<>(REFUSALS_KEPT);
  private long decisions;

  /**
   * @param lore {@link Lore#ofOne}, or one that the ledgers of a process share
   */
  public Ledger(
      GroupId group,
      CredentialBook credentials,
      CredentialCheck check,
      FactVerifier verifier,
      Lore lore) {
    this.group = group;
    this.credentials = credentials;
    this.check = check;
    this.verifier = verifier;
    this.lore = lore;
  }

  public Ledger(
      GroupId group, CredentialBook credentials, CredentialCheck check, FactVerifier verifier) {
    this(group, credentials, check, verifier, Lore.ofOne());
  }

  /** What became of a fact that was offered. */
  public sealed interface Decision {
    record Valid(Known fact) implements Decision {}

    record Refused(Refusal why) implements Decision {}

    record LacksParents(List<FactId> missing) implements Decision {}

    /**
     * @param unknown all that the decision hangs on: its past stays as it is, so while the book
     *     says no more of these, to decide it again would be the same work for the same answer
     */
    record LacksCredential(
        Hash32 credential, MemberId holder, List<CredentialsAsked.Answer> unknown)
        implements Decision {}
  }

  public GroupId group() {
    return group;
  }

  public @Nullable Known get(FactId id) {
    return known.get(id);
  }

  /** Those of them that are known. */
  public List<Known> known(List<FactId> ids) {
    List<Known> those = new ArrayList<>();
    for (FactId id : ids) {
      Known fact = known.get(id);
      if (fact != null) {
        those.add(fact);
      }
    }
    return those;
  }

  public boolean knowsAll(List<FactId> ids) {
    return known.keySet().containsAll(ids);
  }

  public int size() {
    return known.size();
  }

  /** Counts on with each fact found valid. */
  long decisions() {
    return decisions;
  }

  /** Refused for good, and remembered as long as there is room. */
  boolean isRefused(FactId id) {
    return refused.containsKey(id);
  }

  /** Counts on whenever a credential may have come that was unknown. */
  long credentialChanges() {
    return credentials.changes();
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
    if (!isOfThisGroup(envelope)) {
      return refuse(envelope.id(), Refusal.OTHER_GROUP);
    }
    Known same = lore.decided(envelope, parents).orElse(null);
    if (same != null && same.asked().stream().allMatch(each -> each.isAlsoOf(credentials))) {
      return take(same, envelope);
    }
    return envelope.fact() instanceof Found found
        ? decideFound(envelope, found)
        : decide(envelope, parents);
  }

  /**
   * Decides what could not be decided before; what hangs on credentials of which the book still
   * says nothing, without another look at what stands in it: who wrote it may have put much there.
   */
  Decision decideAgain(Envelope envelope, Decision before) {
    boolean hangsStill =
        before instanceof Decision.LacksCredential hangs
            && !known.containsKey(envelope.id())
            && !refused.containsKey(envelope.id())
            && hangs.unknown().stream().allMatch(each -> each.isAlsoOf(credentials));
    return hangsStill ? before : decide(envelope);
  }

  private boolean isOfThisGroup(Envelope envelope) {
    Hash32 named =
        envelope.fact() instanceof Found ? envelope.id().hash() : envelope.header().group().hash();
    return named.equals(group.hash());
  }

  private Decision decideFound(Envelope envelope, Found found) {
    if (!(verifier.verifyFound(envelope) instanceof Verification.Accepted accepted)) {
      // Not remembered as refused: the id is right, the same body may come again well signed.
      return new Decision.Refused(Refusal.BAD_SIGNATURE);
    }
    JoinRequest request = found.founder();
    Person founder =
        new Person(envelope.header().author(), request.fingerprint(), request.encode(), 0);
    Known fact = place(accepted.fact(), founder, List.of(), GroupState.NOTHING, List.of());
    fact.begins(List.of(new Stay(fact, founder)));
    return accept(
        fact,
        envelope,
        GroupState.NOTHING,
        lore.grow(GroupState.NOTHING, fact, GroupState.NOTHING),
        new CredentialsAsked(credentials));
  }

  private Decision decide(Envelope envelope, List<Known> parents) {
    // Who it is before what its past shows: to name old facts costs nothing, and to make the state
    // of what they reach, and of a name that nobody bears, much.
    Person named = letIn(envelope.header().author());
    if (named == null) {
      return refuse(envelope.id(), Refusal.AUTHOR_NOT_A_MEMBER);
    }
    if (!(verifier.verify(envelope, named.key()) instanceof Verification.Accepted accepted)) {
      return new Decision.Refused(Refusal.BAD_SIGNATURE);
    }
    GroupState past = join(parents);
    Person author = past.person(named.id()).orElse(null);
    if (author == null) {
      return refuse(envelope.id(), Refusal.AUTHOR_NOT_A_MEMBER);
    }
    CredentialsAsked asked = new CredentialsAsked(credentials);
    Validity rules = rules(past, author, asked);
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
    List<Boolean> begins = new ArrayList<>();
    if (verdict.holds() && envelope.fact() instanceof Admit admit) {
      for (SignedJoinRequest row : admit.rows()) {
        Verdict ofRow = rules.row(row, admit);
        begins.add(ofRow.holds());
        verdict = ofRow instanceof Verdict.Waits ? ofRow : verdict;
      }
    }
    return switch (verdict) {
      case Verdict.Refused no -> refuse(envelope.id(), no.why());
      case Verdict.Waits waits ->
          new Decision.LacksCredential(waits.credential(), waits.holder(), asked.unknown());
      case Verdict.Holds yes -> {
        List<Stay> rests = isHere ? rules.staysToReturnTo() : rules.liveStays();
        Known fact = place(accepted.fact(), author, parents, past, rests);
        fact.begins(stays(fact, envelope, past, begins));
        yield settle(fact, envelope, past, asked);
      }
    };
  }

  /** Whom some fact known here let in, in whichever past; a member's key never changes. */
  private @Nullable Person letIn(MemberId member) {
    for (Stay stay : lore.firstStays(member)) {
      if (known.containsKey(stay.begunBy().id())) {
        return stay.person();
      }
    }
    return null;
  }

  /**
   * @param begins which rows of an Admit do
   */
  private static List<Stay> stays(
      Known fact, Envelope envelope, GroupState past, List<Boolean> begins) {
    List<Stay> stays = new ArrayList<>();
    if (envelope.fact() instanceof Here) {
      stays.add(new Stay(fact, fact.person()));
    }
    if (envelope.fact() instanceof Admit admit) {
      int at = FactCodec.contentAt(envelope) + 1;
      for (int i = 0; i < admit.rows().size(); i++) {
        SignedJoinRequest row = admit.rows().get(i);
        if (begins.get(i)) {
          int place = at;
          Person person =
              past.person(row.member())
                  .orElseGet(
                      () ->
                          new Person(
                              row.member(), row.request().fingerprint(), fact.bytes(), place));
          stays.add(new Stay(fact, person));
        }
        at += row.length();
      }
    }
    return stays;
  }

  /** What only shows once the fact is known. */
  private Decision settle(Known fact, Envelope envelope, GroupState past, CredentialsAsked asked) {
    GroupState after = lore.grow(past, fact, past);
    if (envelope.fact() instanceof Rekey rekey) {
      if (!after.membersDigest().equals(rekey.members())) {
        return refuse(fact.id(), Refusal.FALSE_MEMBERS_DIGEST);
      }
      fact.starts(starts(past, rekey.prev()));
    }
    return accept(fact, envelope, past, after, asked);
  }

  private Known place(
      Verified verified, Person author, List<Known> parents, GroupState past, List<Stay> rests) {
    return new Known(
        verified.envelope(),
        FactCodec.encodeWithoutCover(verified.envelope()),
        author,
        parents,
        lore.line(author.id()),
        past,
        rests);
  }

  private Decision accept(
      Known fact, Envelope envelope, GroupState past, GroupState after, CredentialsAsked asked) {
    // Another ledger may have decided it by other credentials: the fact is the same.
    Known same = lore.decided(envelope, fact.parents()).orElse(null);
    if (same != null && same.begun().equals(fact.begun())) {
      return take(same, envelope);
    }
    fact.asked(asked.answers());
    lore.accept(fact, envelope.signature(), past, after);
    return take(fact, envelope);
  }

  private Decision take(Known fact, Envelope envelope) {
    known.put(fact.id(), fact);
    decisions++;
    if (envelope.fact() instanceof Rekey rekey && !envelope.cover().isEmpty()) {
      covers.put(fact.id(), lore.cover(rekey.cover(), envelope.cover()));
    }
    return new Decision.Valid(fact);
  }

  /** As it was received, with its cover while that is kept. */
  public Envelope envelope(Known fact) {
    Bytes cover = cover(fact);
    return cover.isEmpty() ? fact.envelope() : fact.envelope().withCover(cover);
  }

  /** The epoch's cover; empty if it has none, or it is kept no more. */
  public Bytes cover(Known epoch) {
    return covers.getOrDefault(epoch.id(), Bytes.EMPTY);
  }

  /** Wraps and seals go with the epoch they are for; what was signed stays. */
  public void dropCover(FactId epoch) {
    covers.remove(epoch);
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
    Person person = state.person(author).orElseThrow();
    Known draft =
        new Known(
            Envelope.draft(header, rekey),
            Bytes.EMPTY,
            person,
            state.heads,
            new Known.AuthorLine(),
            state,
            state.liveStays(author));
    return lore.grow(state, draft, state);
  }

  /** Whether {@code author} could make a Rekey with this target, as {@code state} stands. */
  public boolean mayTarget(GroupState state, MemberId author, Target... targets) {
    Person person = state.person(author).orElse(null);
    return person != null
        && state.isMember(author)
        && rules(state, person)
            .rekey(
                new Rekey(
                    Optional.empty(), List.of(targets), Hash32.ZERO, Hash32.ZERO, Hash32.ZERO))
            .holds();
  }

  /** Whether {@code author} could make this Admit as {@code state} stands, and each row begin. */
  public boolean mayAdmit(GroupState state, MemberId author, Admit admit) {
    Person person = state.person(author).orElse(null);
    if (person == null || !state.isMember(author)) {
      return false;
    }
    Validity rules = rules(state, person);
    return rules.admit(admit).holds()
        && admit.rows().stream().allMatch(row -> rules.row(row, admit).holds());
  }

  /** Whether the device was put out for good: only a pardon lets it in again. */
  public boolean isBarred(GroupState state, Fingerprint device) {
    return !Ends.expulsionsOf(state, device).isEmpty();
  }

  /**
   * Whether who named these heads knew of every expulsion of the device that {@code state} shows:
   * what was said of it before was said of another time, and cannot be meant now. Who names what is
   * not known here yet may have known.
   */
  public boolean knewEveryExpulsionOf(GroupState state, Fingerprint device, List<FactId> heads) {
    List<Known> expulsions = Ends.expulsionsOf(state, device);
    return expulsions.isEmpty()
        || !knowsAll(heads)
        || reached(known(heads)).containsAll(expulsions);
  }

  /** Whether who named these heads knew all that those others name. */
  public boolean cover(List<FactId> heads, List<FactId> others) {
    return reached(known(heads)).containsAll(known(others));
  }

  /** Whether a Here would bring the member back, as {@code state} stands. */
  public boolean mayReturn(GroupState state, MemberId member) {
    Person person = state.person(member).orElse(null);
    return person != null && !rules(state, person).staysToReturnTo().isEmpty();
  }

  private Validity rules(GroupState past, Person author) {
    return rules(past, author, credentials);
  }

  private Validity rules(GroupState past, Person author, CredentialBook book) {
    return new Validity(new Grounds(past, author, book, check, verifier, this));
  }

  /** Whether {@code author} signed it, whatever else it is worth. */
  boolean isSigned(Envelope fact, Person author) {
    return verifier.isSigned(fact, author.key());
  }

  // ---- states

  /** The state of past(fact). */
  public GroupState past(Known fact) {
    return lore.past(fact);
  }

  /** The state of P(fact). */
  public GroupState after(Known fact) {
    return lore.after(fact);
  }

  /** The state of everything these facts reach, themselves included. */
  public GroupState join(List<Known> facts) {
    return lore.join(facts);
  }

  /** S ∪ P(fact). */
  public GroupState union(GroupState state, Known fact) {
    return lore.union(state, fact);
  }

  /** Whether what each of them shows is kept, so that to put it together is little work. */
  public boolean isAtHand(List<Known> facts) {
    return facts.stream().allMatch(fact -> fact.after != null);
  }

  /** What these reach, themselves included. */
  public Reached reached(List<Known> from) {
    return new Reached(from);
  }

  /** What leads from {@code state} to {@code fact}, itself included, parents first. */
  public List<Known> lacking(GroupState state, Known fact) {
    return state.contains(fact) ? List.of() : Lore.missing(state, fact);
  }

  /** The same, from what is reached. */
  public List<Known> lacking(Reached reached, Known fact) {
    return reached.contains(fact) ? List.of() : Lore.missing(reached::contains, fact);
  }

  /** Whether the epoch is clean in the state; usable ones are, and some of their ancestors. */
  public boolean isClean(GroupState state, Known epoch) {
    return state.usable().contains(epoch)
        || (state.contains(epoch) && Ends.allEndedIn(after(epoch), state.seats, lore));
  }

  /** Whether {@code later} was made by somebody who knew {@code earlier}. */
  public boolean isAfter(Known later, Known earlier) {
    // Not by past(later): where it has several parents, that is a state of its own to be made.
    return !later.id().equals(earlier.id()) && after(later).contains(earlier);
  }

  /**
   * Those of these facts that none of the others comes after, the latest first. What comes before
   * one that does not stay comes before one that does, so each is held against these alone.
   */
  public List<Known> latest(List<Known> facts) {
    if (facts.size() < 2) {
      return facts;
    }
    List<Known> latest = new ArrayList<>();
    for (Known each : facts.stream().sorted(Known.PARENTS_FIRST.reversed()).toList()) {
      if (latest.stream().noneMatch(later -> isAfter(later, each))) {
        latest.add(each);
      }
    }
    return latest;
  }

  /**
   * Whether the only ends the epoch lacks are Absents, Lefts and Heres: then a member that has
   * nothing better may send under it for a moment more.
   */
  public boolean isOnlySoftlyUnclean(GroupState state, Known epoch) {
    return !Ends.anyPutOutSince(after(epoch), state.seats, lore);
  }

  /** The stays that are over in the state and were not when the epoch was made. */
  public List<Stay> endsLacked(GroupState state, Known epoch) {
    return Ends.notEndedIn(after(epoch), state.seats, lore).stream().map(Seat.Place::stay).toList();
  }

  /** Whether every member may be given the epoch's secret by somebody (section 8). */
  public boolean mayBeGivenToAll(GroupState state, Known epoch) {
    boolean[] all = {true};
    state.live.difference(
        after(epoch).live,
        (now, then) -> {
          if (now != null && then == null) {
            all[0] &= mayBeGiven(state, epoch, now.id());
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
  public Optional<Known> root(Slot slot, Known epoch, Profile profile) {
    return Optional.ofNullable(roots(epoch, profile)[at(slot, profile)]);
  }

  /**
   * The same for the whole table: of a slot at position · radix + symbol. Made out of those of the
   * epoch before, if these are still at hand: chains may be as long as the group is old. To be read
   * only.
   */
  public @Nullable Known[] roots(Known epoch, Profile profile) {
    @Nullable Known[] before = rootsKept.get(epoch.id());
    if (before != null) {
      return before;
    }
    List<Known> after = new ArrayList<>();
    for (Known each = epoch; each != null && before == null; each = prev(each)) {
      before = rootsKept.get(each.id());
      if (before == null) {
        after.add(each);
      }
    }
    @Nullable Known[] roots =
        before == null ? new @Nullable Known[Limits.ADDRESS_SYMBOLS * profile.radix()] : before;
    for (int i = after.size() - 1; i >= 0; i--) {
      List<Known.Start> starts = after.get(i).starts();
      roots = starts.isEmpty() || roots != before ? roots : roots.clone();
      for (Known.Start start : starts) {
        roots[at(start.slot(), profile)] = start.reseal();
      }
    }
    rootsKept.put(epoch.id(), roots);
    return roots;
  }

  private static int at(Slot slot, Profile profile) {
    return slot.position() * profile.radix() + slot.symbol();
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
  public boolean mayHaveSlot(GroupState state, Known made, Slot slot, MemberId member) {
    return state.isMember(member)
        && wasIn(made, member)
        && slot.isHeldBy(member, state.found().profile());
  }

  private boolean wasIn(Known made, MemberId member) {
    return after(made).isMember(member);
  }
}
