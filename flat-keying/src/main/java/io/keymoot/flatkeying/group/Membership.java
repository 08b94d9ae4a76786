package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FaultProof;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.SignedHeader;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One peer's view of the group: the facts it has taken, those that wait, and the door between.
 *
 * <p>The life of a fact: it waits for its parents (bounded, by who said it), it is decided once by
 * the {@link Ledger}, it stands at the door, and it is taken with all of its past when somebody who
 * is in and has not lied speaks for it. Where facts come from does not matter, and neither does
 * their order.
 */
public final class Membership {
  private final Ledger ledger;
  private GroupState state = GroupState.NOTHING;

  /** Has a Grant, or hopes for one, but not yet all of its past. */
  private boolean isNewcomer;

  private final Waiting waiting;

  // What waits is looked at again only where that may show something new: who has much waiting here
  // would have all of it decided again with every word that anybody says.
  private long decidedThen = -1;
  private long credentialsThen = -1;
  private boolean someHangOnRefused;
  private Lacks lacks = Lacks.NOTHING;
  private @Nullable Looked looked;

  /** All that what is lacking hangs on. */
  private record Looked(
      long decisions, long credentials, long waiting, GroupState state, int caught) {
    boolean isLike(Looked other) {
      return decisions == other.decisions
          && credentials == other.credentials
          && waiting == other.waiting
          && state == other.state
          && caught == other.caught;
    }
  }

  private boolean isNewsAtTheDoor;
  private @Nullable GroupState doorSeenIn;
  private long doorSeenAt;

  /** Valid facts the closed door keeps out, with those their taking needs. */
  private final Map<FactId, Known> atDoor = new LinkedHashMap<>();

  /** The last signed word of each member about what it had learnt. */
  private final LastWords lastWords = new LastWords();

  /** Members that this peer holds a proof against beyond the facts themselves. */
  private final Map<MemberId, FaultProof.OutOfOrder> caught = new LinkedHashMap<>();

  private Membership(Ledger ledger, boolean isNewcomer) {
    this.ledger = ledger;
    this.waiting = new Waiting(ledger, author -> isTrusted(state, author));
    this.isNewcomer = isNewcomer;
  }

  /** For one who founds, or only looks on: the door opens to whatever the rules let in. */
  public static Membership of(Ledger ledger) {
    return new Membership(ledger, false);
  }

  /** For one who was let in: takes nothing before {@link #adopt}. */
  public static Membership ofNewcomer(Ledger ledger) {
    return new Membership(ledger, true);
  }

  /** What an offer changed. */
  public record Learnt(List<Known> taken, List<Refused> refused) {
    static final Learnt NOTHING = new Learnt(List.of(), List.of());

    public record Refused(FactId fact, Refusal why) {}
  }

  /**
   * What this peer must ask for before what waits can be decided.
   *
   * @param facts what is to be asked for first is first
   */
  public record Lacks(List<FactId> facts, List<Credential> credentials) {
    static final Lacks NOTHING = new Lacks(List.of(), List.of());

    /** Of whom the bytes of that name can be had. */
    public record Credential(Hash32 hash, MemberId holder) {}
  }

  public GroupState state() {
    return state;
  }

  public Ledger ledger() {
    return ledger;
  }

  public boolean has(FactId id) {
    Known fact = ledger.get(id);
    return fact != null && state.contains(fact);
  }

  /**
   * Whether the fact need not be fetched: it is taken, or waits here for something else that is
   * asked for. A stranger's that waits is to be fetched like one that never came, with all it hangs
   * on, once a member names it.
   */
  public boolean isHere(FactId id) {
    return has(id) || atDoor.containsKey(id) || waiting.isMembersToo(id, state.count() > 0);
  }

  /** Whether this peer has heard anything of the member's own, signed by it. */
  public boolean hasSpoken(MemberId member) {
    return lastWords.of(member) != null || !state.tipsOf(member).isEmpty();
  }

  /** Whom a fact that stands at the door lets in. */
  public Optional<Person> personAtDoor(MemberId member) {
    for (Known fact : atDoor.values()) {
      for (Stay stay : fact.begun()) {
        if (stay.person().id().equals(member)) {
          return Optional.of(stay.person());
        }
      }
    }
    return Optional.empty();
  }

  // ---- learning

  /**
   * Offers a fact that came from {@code sender} (a transport address, or any name for whoever is to
   * fill its own part of the waiting room and nobody else's).
   */
  public Learnt offer(Envelope fact, String sender) {
    if (has(fact.id()) || atDoor.containsKey(fact.id()) || waiting.has(fact)) {
      return Learnt.NOTHING;
    }
    List<Learnt.Refused> refused = new ArrayList<>();
    Ledger.Decision decision = ledger.decide(fact);
    if (!isDecided(fact, decision, refused)) {
      await(fact, sender, decision);
      return Learnt.NOTHING;
    }
    Learnt learnt = settle(refused);
    // A newcomer's door holds the whole history until it can take it all at once.
    while (!isNewcomer && atDoor.size() > Limits.AT_DOOR) {
      atDoor.remove(atDoor.keySet().iterator().next());
    }
    return learnt;
  }

  private void await(Envelope fact, String sender, Ledger.Decision lacks) {
    if (state.count() == 0) {
      waiting.addUnjudged(fact, sender, lacks);
    } else if (isMembers(fact)) {
      waiting.addMembers(fact, lacks);
    } else {
      waiting.addStrangers(fact, sender, lacks);
    }
  }

  /** By its signature: in a member's name anybody can write. */
  private boolean isMembers(Envelope fact) {
    Person author = state.person(fact.header().author()).orElse(null);
    return author != null && isTrusted(state, author.id()) && ledger.isSigned(fact, author);
  }

  /**
   * Hears the signed word of a member (a heartbeat's header, its signature checked): it vouches for
   * what its heads cover, and convicts its author if it is out of order.
   */
  public Learnt hear(SignedHeader word) {
    MemberId author = word.header().author();
    SignedHeader last = lastWords.of(author);
    if (last != null && covers(last, word)) {
      return Learnt.NOTHING;
    }
    if (last != null && isKnown(word) && isKnown(last) && !covers(word, last)) {
      caught.putIfAbsent(author, new FaultProof.OutOfOrder(last, word));
    }
    lastWords.put(word);
    isNewsAtTheDoor |= reachesTheDoor(word);
    return settle();
  }

  private boolean reachesTheDoor(SignedHeader word) {
    if (atDoor.isEmpty()) {
      return false;
    }
    Reached reached = ledger.reached(known(word));
    return atDoor.values().stream().anyMatch(reached::contains);
  }

  /**
   * A newcomer's first step: takes everything its Grant's heads reach, once all of it is decided,
   * and nothing before. False while some is missing.
   */
  public boolean adopt(List<FactId> heads) {
    List<Known> reached = new ArrayList<>();
    for (FactId head : heads) {
      Known fact = ledger.get(head);
      if (fact == null || !atDoor.containsKey(head)) {
        return false;
      }
      reached.add(fact);
    }
    for (Known each : reached) {
      if (!isAtHand(each)) {
        return false;
      }
    }
    state = ledger.join(reached);
    isNewcomer = false;
    atDoor.values().removeIf(state::contains);
    settle();
    return true;
  }

  /** What this peer has decided, taken or not, as heads: what it need not be sent again. */
  public List<FactId> atHand() {
    SortedSet<FactId> heads = new TreeSet<>(state.heads());
    for (Known fact : atDoor.values()) {
      heads.add(fact.id());
    }
    for (Known fact : atDoor.values()) {
      fact.parents().forEach(parent -> heads.remove(parent.id()));
    }
    return heads.stream().limit(Limits.HEADS).toList();
  }

  /** A credential's bytes came in: decide again what hung on it. */
  public Learnt credentialKnown() {
    return settle();
  }

  private Learnt settle() {
    return settle(new ArrayList<>());
  }

  private Learnt settle(List<Learnt.Refused> refused) {
    List<Known> taken = new ArrayList<>();
    boolean moved = true;
    while (moved) {
      moved = decideWaiting(refused) | takeWhatMay(taken);
    }
    return taken.isEmpty() && refused.isEmpty()
        ? Learnt.NOTHING
        : new Learnt(List.copyOf(taken), List.copyOf(refused));
  }

  private boolean decideWaiting(List<Learnt.Refused> refused) {
    boolean moved = false;
    if (decidedThen == ledger.decisions()
        && credentialsThen == ledger.credentialChanges()
        && !someHangOnRefused) {
      return false;
    }
    decidedThen = ledger.decisions();
    credentialsThen = ledger.credentialChanges();
    someHangOnRefused = false;
    for (Undecided.Entry each : waiting.all()) {
      each.lacks = ledger.decideAgain(each.fact, each.lacks);
      if (isDecided(each.fact, each.lacks, refused)) {
        waiting.remove(each);
        moved = true;
      }
    }
    return moved;
  }

  /** False if it has to wait. */
  private boolean isDecided(Envelope fact, Ledger.Decision decision, List<Learnt.Refused> refused) {
    return switch (decision) {
      case Ledger.Decision.Valid valid -> {
        if (!state.contains(valid.fact())) {
          atDoor.put(fact.id(), valid.fact());
          isNewsAtTheDoor = true;
        }
        yield true;
      }
      case Ledger.Decision.Refused no -> {
        refused.add(new Learnt.Refused(fact.id(), no.why()));
        // Anybody can have any number refused: what nothing hangs on changes nothing here.
        someHangOnRefused =
            someHangOnRefused || (ledger.isRefused(fact.id()) && waiting.hangsOn(fact.id()));
        yield true;
      }
      case Ledger.Decision.LacksParents orphan -> false;
      case Ledger.Decision.LacksCredential hangs -> false;
    };
  }

  // ---- the closed door

  private boolean takeWhatMay(List<Known> taken) {
    if (isNewcomer || atDoor.isEmpty() || !isNewsAtTheDoor()) {
      return false;
    }
    boolean moved = false;
    Speakers speakers = new Speakers();
    Map<Known, GroupState> withEach = new LinkedHashMap<>();
    for (Known m : List.copyOf(atDoor.values())) {
      if (!atDoor.containsKey(m.id()) || !isAtHand(m, withEach.keySet())) {
        continue;
      }
      GroupState with = ledger.union(withParent(m, withEach), m);
      withEach.put(m, with);
      if (isTrusted(with, m.author()) || speakers.speakFor(m, with)) {
        for (Known each : Lore.missing(state, m)) {
          atDoor.remove(each.id());
          taken.add(each);
        }
        state = with;
        moved = true;
        speakers = new Speakers();
        withEach.clear();
      }
    }
    return moved;
  }

  /** A long line at the door is not walked again for each of its facts: parents come first. */
  private GroupState withParent(Known m, Map<Known, GroupState> withEach) {
    for (Known parent : m.parents()) {
      GroupState with = withEach.get(parent);
      if (with != null) {
        return with;
      }
    }
    return state;
  }

  private boolean isAtHand(Known m, Set<Known> atHand) {
    return m.parents().stream().allMatch(each -> state.contains(each) || atHand.contains(each))
        || isAtHand(m);
  }

  /**
   * Whether somebody else may be let in than when the door was looked at last: there is more at it,
   * more is known or taken, or a word came that reaches it. Who is out can fill it, and each word
   * that anybody says would have all of it weighed again.
   */
  private boolean isNewsAtTheDoor() {
    boolean isNews = isNewsAtTheDoor || state != doorSeenIn || ledger.decisions() != doorSeenAt;
    isNewsAtTheDoor = false;
    doorSeenIn = state;
    doorSeenAt = ledger.decisions();
    return isNews;
  }

  /**
   * All it builds on is taken or stands at the door with it (in a shared ledger more may be known).
   */
  private boolean isAtHand(Known m) {
    return Lore.missing(state, m).stream().allMatch(each -> atDoor.containsKey(each.id()));
  }

  /** A member, and nothing known against it. */
  private boolean isTrusted(GroupState with, MemberId author) {
    return with.isMember(author) && !with.isFaulty(author) && !caught.containsKey(author);
  }

  /** Who may speak for what is at the door, as it stands: by author, for few say all of it. */
  private final class Speakers {
    private final Map<MemberId, List<Known>> facts = new LinkedHashMap<>();
    private final Map<MemberId, Reached> words = new LinkedHashMap<>();

    Speakers() {
      for (Known fact : atDoor.values()) {
        facts.computeIfAbsent(fact.author(), author -> new ArrayList<>()).add(fact);
      }
    }

    boolean speakFor(Known m, GroupState with) {
      for (Map.Entry<MemberId, List<Known>> each : facts.entrySet()) {
        if (isTrusted(with, each.getKey())
            && each.getValue().stream()
                .anyMatch(fact -> ledger.isAfter(fact, m) && isAtHand(fact))) {
          return true;
        }
      }
      for (SignedHeader word : lastWords.all()) {
        MemberId author = word.header().author();
        if (isTrusted(with, author)
            && words.computeIfAbsent(author, a -> ledger.reached(known(word))).contains(m)) {
          return true;
        }
      }
      return false;
    }
  }

  /** Its heads, as far as they are known. */
  private List<Known> known(SignedHeader word) {
    return ledger.known(word.header().heads());
  }

  // ---- own order among signed words

  /** Whom this peer has such a proof against. */
  public Set<MemberId> caught() {
    return caught.keySet();
  }

  /** The pair of words that proves this member a liar, if this peer heard it. */
  public Optional<FaultProof.OutOfOrder> proofAgainst(MemberId member) {
    return Optional.ofNullable(caught.get(member));
  }

  /** Of how many members. */
  public int proofs() {
    return caught.size();
  }

  private boolean isKnown(SignedHeader word) {
    return ledger.knowsAll(word.header().heads());
  }

  private boolean covers(SignedHeader later, SignedHeader earlier) {
    Reached reached = ledger.reached(known(later));
    for (FactId id : earlier.header().heads()) {
      Known head = ledger.get(id);
      if (head == null || !reached.contains(head)) {
        return false;
      }
    }
    return true;
  }

  // ---- what waits

  /** Parents nobody has sent yet, and credentials on which a decision hangs. */
  public Lacks lacks() {
    Looked before = looked;
    Looked now =
        new Looked(
            ledger.decisions(),
            ledger.credentialChanges(),
            waiting.changes(),
            state,
            caught.size());
    if (before == null || !before.isLike(now)) {
      lacks = waiting.lacks();
      looked = now;
    }
    return lacks;
  }

  /**
   * Drops what no member said, and no member's fact hangs on, and was here already when this was
   * asked the last time. It comes again if somebody who is in speaks for it.
   */
  public void forgetOldStrangers() {
    if (state.count() > 0) {
      waiting.forgetOldStrangers();
    }
  }

  public int waitingCount() {
    return waiting.size();
  }

  /** Of what waits, as it was received. */
  public long waitingBytes() {
    return waiting.bytes();
  }

  public int atDoorCount() {
    return atDoor.size();
  }

  @Nullable Known atDoor(FactId id) {
    return atDoor.get(id);
  }
}
