package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.wire.Bytes;
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
import java.util.Set;
import java.util.function.Predicate;

/**
 * What facts show: the states of their pasts, made once, and facts decided once.
 *
 * <p>Everything in it follows from the facts alone, so the ledgers of one process may share one:
 * then peers with the same set hold the same {@link GroupState} object, and what one has learnt
 * costs the next a look. It says nothing of which facts a peer knows (its {@link Ledger}) or has
 * taken ({@link Membership}), so it changes no answer: it is a memory, bounded, and what it has
 * forgotten is made again. For one thread, and for ledgers that ask the same {@link
 * CredentialCheck}.
 */
public final class Lore implements Pasts {
  /** States of joined pasts kept at hand; a lost one is made again. */
  private static final int STATES_KEPT = 256;

  /** The last joins, from which the next is made: who speak at once name nearly the same. */
  private static final int JOINED_KEPT = 16;

  /** Facts whose P(m) is kept at hand. */
  private static final int AFTERS_KEPT = 512;

  /** Of those made again on the way to another, one in so many is kept as well. */
  private static final int STEP = 32;

  /** Of older facts, one in so many keeps its P(m), thinned out further with distance. */
  private static final int MILESTONE = 512;

  private final Map<Copy, Known> decided;
  private final Map<MemberId, Known.AuthorLine> lines = new LinkedHashMap<>();

  /** By whom, then in the order in which they came: a list, for there may be very many members. */
  private final List<Stay> firstStays = new ArrayList<>();

  private final Map<List<Known>, GroupState> states = new Bounded<>(STATES_KEPT);
  private final Deque<GroupState> joined = new ArrayDeque<>();
  private final Map<Hash32, Bytes> covers;
  private final Deque<Known> recent = new ArrayDeque<>();
  private List<Known> milestones = List.of();
  private int placed;
  private long factsLearnt;

  /** An id does not cover the signature, and each peer keeps the one it was given. */
  private record Copy(FactId id, Bytes signature) {}

  private Lore(int decidedKept, int coversKept) {
    decided = new Bounded<>(decidedKept);
    covers = new Bounded<>(coversKept);
  }

  /** For several ledgers. */
  public static Lore shared() {
    return new Lore(Limits.SHARED_FACTS, Limits.SHARED_COVERS);
  }

  /** For one ledger, which remembers itself what it has decided. */
  public static Lore ofOne() {
    return new Lore(0, 0);
  }

  /** How many times a state was made out of another and a fact. */
  public long factsLearnt() {
    return factsLearnt;
  }

  // ---- what was decided

  /** The same fact, if another ledger placed this copy of it on the same parents. */
  Optional<Known> decided(Envelope fact, List<Known> parents) {
    Known known = decided.get(new Copy(fact.id(), fact.signature()));
    return Optional.ofNullable(known).filter(each -> each.parents().equals(parents));
  }

  /** Keeps a fact that was found valid, with what is the case once it is known. */
  void accept(Known fact, Bytes signature, GroupState past, GroupState after) {
    Known.AuthorLine line = fact.line();
    // An unforked line grows by exactly one turn with each fact.
    line.forked |= fact.turn() != line.turns;
    line.turns = Math.max(line.turns, fact.turn() + 1);
    fact.index = placed++;
    fact.hasStates(past, after);
    keep(fact);
    for (Stay stay : fact.begun()) {
      if (!stay.isByHere()
          && firstStays(stay.person().id()).stream()
              .noneMatch(first -> after.contains(first.begunBy()))) {
        firstStays.add(endOf(stay.person().id()), stay);
      }
    }
    decided.put(new Copy(fact.id(), signature), fact);
  }

  /**
   * Of the member, each that none came before: whoever knows any of its stays knows one of these.
   */
  List<Stay> firstStays(MemberId member) {
    int end = endOf(member);
    int start = end;
    while (start > 0 && firstStays.get(start - 1).person().id().equals(member)) {
      start--;
    }
    return firstStays.subList(start, end);
  }

  /** Where the stays of this member end, or would. */
  private int endOf(MemberId member) {
    int low = 0;
    int high = firstStays.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (firstStays.get(middle).person().id().compareTo(member) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  Known.AuthorLine line(MemberId author) {
    return lines.computeIfAbsent(author, id -> new Known.AuthorLine());
  }

  /** The same bytes for all who hold the cover. */
  Bytes cover(Hash32 hash, Bytes cover) {
    Bytes same = covers.putIfAbsent(hash, cover);
    return same != null ? same : cover;
  }

  // ---- states

  @Override
  public GroupState past(Known fact) {
    GroupState kept = fact.past;
    return kept != null ? kept : join(fact.parents());
  }

  @Override
  public GroupState after(Known fact) {
    GroupState kept = fact.after;
    if (kept != null) {
      return kept;
    }
    // Climb down to what is kept, then up again.
    List<Known> way = ancestors(fact, parent -> parent.after == null);
    way.sort(Known.PARENTS_FIRST);
    GroupState after = GroupState.NOTHING;
    for (Known each : way) {
      GroupState past = join(each.parents());
      after = grow(past, each, past);
      each.hasStates(past, after);
    }
    for (Known each : way) {
      if (each == fact || each.index % STEP == 0) {
        keep(each);
      } else {
        // All that is on the way would push out what is recent, which then had to be made again.
        each.forgetStates();
      }
    }
    return after;
  }

  /** The state of everything these facts reach, themselves included. */
  GroupState join(List<Known> facts) {
    if (facts.isEmpty()) {
      return GroupState.NOTHING;
    }
    if (facts.size() == 1) {
      return after(facts.get(0));
    }
    List<Known> key = facts.stream().sorted(Comparator.comparing(Known::key)).toList();
    GroupState state = states.get(key);
    if (state == null) {
      state = joinAnew(facts);
      states.put(key, state);
      joined.add(state);
      if (joined.size() > JOINED_KEPT) {
        joined.remove();
      }
    }
    return state;
  }

  /**
   * From the largest state at hand that is part of it. Nothing on the way is kept: of a hundred
   * facts on a hundred heads each, what is kept would be gone before it served.
   */
  private GroupState joinAnew(List<Known> facts) {
    List<Known> bySize = new ArrayList<>(facts);
    bySize.sort(Known.PARENTS_FIRST.reversed());
    Set<Known> all = new LinkedHashSet<>(facts);
    GroupState state = after(bySize.get(0));
    for (GroupState each : joined) {
      if (each.count > state.count && all.containsAll(each.heads)) {
        state = each;
      }
    }
    for (Known each : bySize) {
      state = withAll(state, each);
    }
    GroupState same = states.get(state.heads);
    return same != null ? same : state;
  }

  private GroupState withAll(GroupState state, Known fact) {
    if (state.contains(fact)) {
      return state;
    }
    GroupState next = state;
    for (Known each : missing(state, fact)) {
      next = grow(next, each, past(each));
    }
    return next;
  }

  /** S ∪ P(fact). */
  GroupState union(GroupState state, Known fact) {
    if (state.contains(fact)) {
      return state;
    }
    GroupState past = state.heads.equals(fact.parents()) ? state : past(fact);
    List<Known> heads = new ArrayList<>(List.of(fact));
    for (Known head : state.heads) {
      if (!past.contains(head)) {
        heads.add(head);
      }
    }
    if (heads.size() == 1) {
      return after(fact);
    }
    heads.sort(Comparator.comparing(Known::key));
    GroupState same = states.get(heads);
    if (same != null) {
      return same;
    }
    GroupState next = withAll(state, fact);
    states.put(next.heads, next);
    return next;
  }

  GroupState grow(GroupState state, Known fact, GroupState past) {
    factsLearnt++;
    return Growth.add(state, fact, past, this);
  }

  /** What of P(fact) the state lacks, parents first. */
  static List<Known> missing(GroupState state, Known fact) {
    return missing(state::contains, fact);
  }

  /** Of the fact and those before it, what is not there. */
  static List<Known> missing(Predicate<Known> isThere, Known fact) {
    List<Known> missing = ancestors(fact, parent -> !isThere.test(parent));
    missing.sort(Known.PARENTS_FIRST);
    return missing;
  }

  /** The fact and those it reaches through facts of {@code kind} only. */
  private static List<Known> ancestors(Known fact, Predicate<Known> kind) {
    List<Known> found = new ArrayList<>(List.of(fact));
    Set<Known> seen = new LinkedHashSet<>();
    for (int i = 0; i < found.size(); i++) {
      for (Known parent : found.get(i).parents()) {
        if (seen.add(parent) && kind.test(parent)) {
          found.add(parent);
        }
      }
    }
    return found;
  }

  private void keep(Known fact) {
    recent.add(fact);
    if (recent.size() > AFTERS_KEPT) {
      Known old = recent.remove();
      if (old.index % MILESTONE == 0) {
        thinOut(old);
      } else {
        old.forgetStates();
      }
    }
  }

  /** Milestones stay dense near the end and thin out behind: a far past costs in proportion. */
  private void thinOut(Known milestone) {
    List<Known> kept = new ArrayList<>();
    for (Known each : milestones) {
      int number = each.index / MILESTONE;
      int behind = (milestone.index - each.index) / MILESTONE;
      if (number == 0 || Integer.lowestOneBit(number) * 8 >= behind) {
        kept.add(each);
      } else {
        each.forgetStates();
      }
    }
    kept.add(milestone);
    milestones = kept;
  }
}
