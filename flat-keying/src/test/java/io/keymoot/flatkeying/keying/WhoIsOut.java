package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.fact.Admit;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FaultProof;
import io.keymoot.flatkeying.fact.Here;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Person;
import io.keymoot.flatkeying.group.Stay;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Who is out, by the letter of section 5 and from nothing but sets of facts: so that a check does
 * not ask the code it checks. Slow, and knows all facts anybody ever made.
 */
final class WhoIsOut {
  private static final int KEPT = 64;
  private static final BitSet NOTHING = new BitSet();

  /**
   * @param content of the fact, decoded once
   * @param past strictly before it
   */
  record Fact(int index, Known known, io.keymoot.flatkeying.fact.Fact content, BitSet past) {
    BitSet withPast() {
      BitSet all = (BitSet) past.clone();
      all.set(index);
      return all;
    }
  }

  private final List<Fact> facts = new ArrayList<>();
  private final Map<FactId, Fact> byId = new HashMap<>();
  private final Map<MemberId, List<Stay>> stays = new TreeMap<>();

  /** The Rekeys that end somebody for good, by its member id or its device. */
  private final Map<Object, BitSet> hits = new HashMap<>();

  /** The facts that end somebody until it is back: its own Heres, and who finds it absent. */
  private final Map<MemberId, BitSet> softHits = new HashMap<>();

  private final Map<MemberId, BitSet> heres = new HashMap<>();

  /** Of the state asked for last: a view is asked many things. */
  private List<FactId> lastHeads = List.of();

  private BitSet lastReached = new BitSet();
  private final Map<BitSet, Ends> kept =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<BitSet, Ends> eldest) {
          return size() > KEPT;
        }
      };

  private @Nullable Ends lastEnds;

  void add(Known known) {
    BitSet past = new BitSet();
    for (Known parent : known.parents()) {
      past.or(fact(parent.id()).withPast());
    }
    Fact fact = new Fact(facts.size(), known, known.fact(), past);
    facts.add(fact);
    byId.put(known.id(), fact);
    if (fact.content instanceof Rekey rekey) {
      rekey.targets().forEach(target -> note(fact.index, target));
    }
    if (fact.content instanceof Here) {
      note(heres, known.author(), fact.index);
      note(softHits, known.author(), fact.index);
    }
    for (Stay stay : known.begun()) {
      stays.computeIfAbsent(stay.person().id(), id -> new ArrayList<>()).add(stay);
    }
  }

  private void note(int index, Target target) {
    switch (target) {
      case Target.Left left -> note(hits, left.leave().header().author(), index);
      case Target.Expelled expelled -> note(hits, expelled.device(), index);
      case Target.Absent absent -> note(softHits, absent.member(), index);
      case Target.Faulty faulty -> {
        note(hits, faulty.member(), index);
        if (faulty.proof() instanceof FaultProof.BadCredential bad) {
          note(hits, bad.row(), index);
        }
      }
    }
  }

  private static <K> void note(Map<K, BitSet> where, K whom, int index) {
    where.computeIfAbsent(whom, it -> new BitSet()).set(index);
  }

  /** Its own Heres in the set, from the {@code first} fact on. */
  boolean saidHere(BitSet set, MemberId member, int first) {
    BitSet its = heres.getOrDefault(member, NOTHING);
    for (int i = its.nextSetBit(first); i >= 0; i = its.nextSetBit(i + 1)) {
      if (set.get(i)) {
        return true;
      }
    }
    return false;
  }

  Fact fact(FactId id) {
    Fact fact = byId.get(id);
    if (fact == null) {
      throw new IllegalArgumentException(id + " is no valid fact");
    }
    return fact;
  }

  boolean knows(FactId id) {
    return byId.containsKey(id);
  }

  List<Fact> facts() {
    return facts;
  }

  List<Stay> staysOf(MemberId member) {
    return stays.getOrDefault(member, List.of());
  }

  private Fact begin(Stay stay) {
    return fact(stay.begunBy().id());
  }

  /** The set that these heads name; not the caller's to change. */
  BitSet reached(List<FactId> heads) {
    if (heads.isEmpty() || !heads.equals(lastHeads)) {
      BitSet all = new BitSet();
      for (FactId id : heads) {
        Fact head = fact(id);
        all.or(head.past);
        all.set(head.index);
      }
      lastReached = all;
      lastHeads = List.copyOf(heads);
    }
    return lastReached;
  }

  private static BitSet union(BitSet some, BitSet more) {
    BitSet all = (BitSet) some.clone();
    all.or(more);
    return all;
  }

  // ---- over(S)

  private final class Ends {
    private final BitSet set;
    private final Map<Stay, BitSet> hard = new LinkedHashMap<>();

    /** Who is out there, when so many facts were known: a stay elsewhere may make it live. */
    private @Nullable TreeSet<MemberId> out;

    private int outAmong;

    Ends(BitSet set) {
      this.set = set;
    }

    /** E_S(stay). */
    BitSet hard(Stay stay) {
      BitSet known = hard.get(stay);
      if (known != null) {
        return known;
      }
      Fact begin = begin(stay);
      BitSet ends = new BitSet();
      ends.or(hits.getOrDefault(stay.person().id(), NOTHING));
      ends.or(hits.getOrDefault(stay.person().device(), NOTHING));
      ends.and(set);
      ends.andNot(begin.past);
      boolean letIn = begin.content instanceof Admit || begin.content instanceof Here;
      List<Stay> rests = begin.known.rests();
      BitSet beside = new BitSet();
      boolean all = letIn && !rests.isEmpty();
      for (Stay rest : all ? rests : List.<Stay>of()) {
        BitSet its = new BitSet();
        BitSet ofRest = hard(rest);
        for (int i = ofRest.nextSetBit(0); i >= 0; i = ofRest.nextSetBit(i + 1)) {
          its.set(i, !begin.past.get(i) && !facts.get(i).past.get(begin.index));
        }
        all &= !its.isEmpty();
        beside.or(its);
      }
      if (all) {
        ends.or(beside);
      }
      hard.put(stay, ends);
      return ends;
    }

    boolean isSoftlyOver(Stay stay) {
      Fact begin = begin(stay);
      BitSet its = softHits.getOrDefault(stay.person().id(), NOTHING);
      for (int i = its.nextSetBit(0); i >= 0; i = its.nextSetBit(i + 1)) {
        if (set.get(i) && facts.get(i).past.get(begin.index)) {
          return true;
        }
      }
      return false;
    }
  }

  private static boolean hits(Target target, Person person) {
    return switch (target) {
      case Target.Left left -> left.leave().header().author().equals(person.id());
      case Target.Expelled expelled -> expelled.device().equals(person.device());
      case Target.Absent absent -> false;
      case Target.Faulty faulty ->
          faulty.member().equals(person.id())
              || (faulty.proof() instanceof FaultProof.BadCredential bad
                  && bad.row().equals(person.id()));
    };
  }

  private Ends ends(BitSet set) {
    Ends last = lastEnds;
    if (last == null || !last.set.equals(set)) {
      last = kept.computeIfAbsent((BitSet) set.clone(), Ends::new);
      lastEnds = last;
    }
    return last;
  }

  /** Also for stays that the set does not know: endedIn of section 6. */
  boolean isOver(BitSet set, Stay stay) {
    Ends ends = ends(set);
    return !ends.hard(stay).isEmpty() || ends.isSoftlyOver(stay);
  }

  /** Ended by something else than an Absent, a Left or a Here. */
  boolean isPutOut(BitSet set, Stay stay) {
    BitSet hard = ends(set).hard(stay);
    for (int i = hard.nextSetBit(0); i >= 0; i = hard.nextSetBit(i + 1)) {
      boolean isLeave = false;
      boolean isMore = false;
      for (Target target : ((Rekey) facts.get(i).content).targets()) {
        boolean hit = hits(target, stay.person());
        isLeave |= hit && target instanceof Target.Left;
        isMore |= hit && !(target instanceof Target.Left);
      }
      // Hit by nothing in it: let in beside somebody's end.
      if (isMore || !isLeave) {
        return true;
      }
    }
    return false;
  }

  boolean contains(BitSet set, Stay stay) {
    return set.get(begin(stay).index);
  }

  boolean isMember(BitSet set, MemberId member) {
    return staysOf(member).stream().anyMatch(s -> contains(set, s) && !isOver(set, s));
  }

  /** The stays that are over in the set and were not ended in P(epoch). */
  List<Stay> dirt(BitSet set, FactId epoch) {
    BitSet then = fact(epoch).withPast();
    List<Stay> dirt = new ArrayList<>();
    for (List<Stay> each : stays.values()) {
      for (Stay stay : each) {
        if (contains(set, stay) && isOver(set, stay) && !isOver(then, stay)) {
          dirt.add(stay);
        }
      }
    }
    return dirt;
  }

  /**
   * Whether the stay is in, now or once the set takes it in. Who is in elsewhere by right (let in
   * again, or back by a Here) may know what is sent there.
   */
  boolean isLive(BitSet set, Stay stay) {
    return !isOver(contains(set, stay) ? set : union(set, begin(stay).withPast()), stay);
  }

  /** Who is out there, and all they let in beside their end, whether the set knows them or not. */
  TreeSet<MemberId> out(BitSet set) {
    Ends ends = ends(set);
    TreeSet<MemberId> known = ends.out;
    if (known == null || ends.outAmong != facts.size()) {
      known = outAmongAll(set);
      ends.out = known;
      ends.outAmong = facts.size();
    }
    return known;
  }

  private TreeSet<MemberId> outAmongAll(BitSet set) {
    TreeSet<MemberId> out = new TreeSet<>();
    for (Map.Entry<MemberId, List<Stay>> each : stays.entrySet()) {
      boolean known = each.getValue().stream().anyMatch(stay -> contains(set, stay));
      if (known && each.getValue().stream().noneMatch(stay -> isLive(set, stay))) {
        out.add(each.getKey());
      }
    }
    boolean more = true;
    while (more) {
      more = false;
      for (Map.Entry<MemberId, List<Stay>> each : stays.entrySet()) {
        boolean letInByThem =
            each.getValue().stream()
                .anyMatch(
                    stay ->
                        stay.begunBy().fact() instanceof Admit
                            && out.contains(stay.begunBy().author()));
        if (letInByThem
            && !out.contains(each.getKey())
            && each.getValue().stream().noneMatch(stay -> isLive(set, stay))) {
          more = out.add(each.getKey());
        }
      }
    }
    return out;
  }
}
