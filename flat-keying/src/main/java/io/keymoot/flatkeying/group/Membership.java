package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FaultProof;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.SignedHeader;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
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
 * <p>The life of a fact: it waits for its parents (bounded, by sender), it is decided once by the
 * {@link Ledger}, it stands at the door, and it is taken with all of its past when somebody who is
 * in and has not lied speaks for it. Where facts come from does not matter, and neither does their
 * order.
 */
public final class Membership {
  private final Ledger ledger;
  private GroupState state = GroupState.NOTHING;

  /** Has a Grant, or hopes for one, but not yet all of its past. */
  private boolean isNewcomer;

  /** Undecided facts, in the order in which they came. */
  private final Map<Copy, Waiting> waiting = new LinkedHashMap<>();

  /** Valid facts the closed door keeps out, with those their taking needs. */
  private final Map<FactId, Known> atDoor = new LinkedHashMap<>();

  /** The last signed word of each member about what it had learnt. */
  private final LastWords lastWords = new LastWords();

  /** Members that this peer holds a proof against beyond the facts themselves. */
  private final Map<MemberId, FaultProof.OutOfOrder> caught = new LinkedHashMap<>();

  private record Waiting(Envelope fact, String sender) {}

  /**
   * A fact as somebody sent it. An id does not cover the signature: a copy that is wrongly signed
   * must not keep the right one out.
   */
  private record Copy(FactId id, Bytes signature) {
    static Copy of(Envelope fact) {
      return new Copy(fact.id(), fact.signature());
    }
  }

  private Membership(Ledger ledger, boolean isNewcomer) {
    this.ledger = ledger;
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

  /** What this peer must ask for before what waits can be decided. */
  public record Lacks(SortedSet<FactId> facts, List<Credential> credentials) {
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

  /** Whether the fact need not be fetched: it is taken, or waits here for something else. */
  public boolean isHere(FactId id) {
    return has(id)
        || atDoor.containsKey(id)
        || waiting.keySet().stream().anyMatch(copy -> copy.id().equals(id));
  }

  // ---- learning

  /**
   * Offers a fact that came from {@code sender} (a transport address, or any name for whoever is to
   * fill its own part of the waiting room and nobody else's).
   */
  public Learnt offer(Envelope fact, String sender) {
    if (has(fact.id()) || waiting.containsKey(Copy.of(fact)) || atDoor.containsKey(fact.id())) {
      return Learnt.NOTHING;
    }
    waiting.put(Copy.of(fact), new Waiting(fact, sender));
    Learnt learnt = settle();
    boundWaiting(sender);
    return learnt;
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
    return settle();
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
    List<Known> taken = new ArrayList<>();
    List<Learnt.Refused> refused = new ArrayList<>();
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
    for (Waiting each : List.copyOf(waiting.values())) {
      switch (ledger.decide(each.fact)) {
        case Ledger.Decision.Valid valid -> {
          waiting.remove(Copy.of(each.fact));
          if (!state.contains(valid.fact())) {
            atDoor.put(each.fact.id(), valid.fact());
          }
          moved = true;
        }
        case Ledger.Decision.Refused no -> {
          waiting.remove(Copy.of(each.fact));
          refused.add(new Learnt.Refused(each.fact.id(), no.why()));
          moved = true;
        }
        case Ledger.Decision.LacksParents lacks -> {}
        case Ledger.Decision.LacksCredential lacks -> {}
      }
    }
    return moved;
  }

  // ---- the closed door

  private boolean takeWhatMay(List<Known> taken) {
    boolean moved = false;
    if (isNewcomer) {
      return false;
    }
    for (Known m : List.copyOf(atDoor.values())) {
      if (!atDoor.containsKey(m.id()) || !isAtHand(m)) {
        continue;
      }
      GroupState with = ledger.union(state, m);
      if (isTrusted(with, m.author()) || isSpokenFor(with, m)) {
        for (Known each : Lore.missing(state, m)) {
          atDoor.remove(each.id());
          taken.add(each);
        }
        state = with;
        moved = true;
      }
    }
    return moved;
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

  private boolean isSpokenFor(GroupState with, Known m) {
    for (Known fact : atDoor.values()) {
      if (isTrusted(with, fact.author()) && isAtHand(fact) && ledger.isAfter(fact, m)) {
        return true;
      }
    }
    for (SignedHeader word : lastWords.all()) {
      if (isTrusted(with, word.header().author()) && ledger.reached(known(word)).contains(m)) {
        return true;
      }
    }
    return false;
  }

  /** Its heads, as far as they are known. */
  private List<Known> known(SignedHeader word) {
    List<Known> heads = new ArrayList<>();
    for (FactId id : word.header().heads()) {
      Known head = ledger.get(id);
      if (head != null) {
        heads.add(head);
      }
    }
    return heads;
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
    return word.header().heads().stream().allMatch(id -> ledger.get(id) != null);
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
    SortedSet<FactId> facts = new TreeSet<>();
    Set<Lacks.Credential> needed = new LinkedHashSet<>();
    for (Waiting each : waiting.values()) {
      switch (ledger.decide(each.fact)) {
        case Ledger.Decision.LacksParents lacks -> facts.addAll(lacks.missing());
        case Ledger.Decision.LacksCredential lacks ->
            needed.add(new Lacks.Credential(lacks.credential(), lacks.holder()));
        case Ledger.Decision.Valid valid -> {}
        case Ledger.Decision.Refused no -> {}
      }
    }
    waiting.keySet().forEach(copy -> facts.remove(copy.id()));
    return new Lacks(facts, List.copyOf(needed));
  }

  public int waitingCount() {
    return waiting.size();
  }

  public int atDoorCount() {
    return atDoor.size();
  }

  @Nullable Known atDoor(FactId id) {
    return atDoor.get(id);
  }

  /** Drops the oldest of whoever sent too many, then the oldest of all. */
  private void boundWaiting(String sender) {
    long ofSender = waiting.values().stream().filter(each -> each.sender.equals(sender)).count();
    for (Waiting each : List.copyOf(waiting.values())) {
      boolean tooManyOfIts = each.sender.equals(sender) && ofSender > Limits.WAITING_PER_SENDER;
      if (tooManyOfIts || waiting.size() > Limits.WAITING_IN_ALL) {
        waiting.remove(Copy.of(each.fact));
        ofSender--;
      }
    }
    // A newcomer's door holds the whole history until it can take it all at once.
    while (!isNewcomer && atDoor.size() > Limits.AT_DOOR) {
      atDoor.remove(atDoor.keySet().iterator().next());
    }
  }
}
