package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * What one peer cannot decide yet, and what it has to ask for because of that.
 *
 * <p>What members' facts hang on comes before all else. Who is not in is heard too, for it may be
 * in by facts still to come; but anybody can make such facts up, in any number. So they wait in a
 * small room of their own, for a while only, and little is asked for because of them. Nobody hangs
 * on that: what somebody who is in speaks for is fetched with all of its past.
 */
final class Waiting {
  /** How much of what one member's facts hang on is looked at for what they lack. */
  private static final int STEPS = 2 * Limits.WAITING_PER_SENDER;

  private final Ledger ledger;
  private final Predicate<MemberId> isTrusted;

  /** Members'; and all there are, while nothing says who is in. */
  private final Undecided members =
      new Undecided(
          new Undecided.Bounds(
              Limits.WAITING_PER_SENDER,
              Limits.WAITING_IN_ALL,
              Limits.FACT_BYTES_WAITING_PER_SENDER,
              Limits.FACT_BYTES_WAITING_IN_ALL));

  /** Those of whoever is not in, or did not sign what it is said to have said. */
  private final Undecided strangers =
      new Undecided(
          new Undecided.Bounds(
              Limits.WAITING_PER_SENDER,
              Limits.STRANGE_FACTS_WAITING,
              Limits.STRANGE_BYTES_WAITING_PER_SENDER,
              Limits.STRANGE_BYTES_WAITING));

  /**
   * @param isTrusted who is in now, and has not lied
   */
  Waiting(Ledger ledger, Predicate<MemberId> isTrusted) {
    this.ledger = ledger;
    this.isTrusted = isTrusted;
  }

  // ---- coming and going

  /** Somebody who is in signed it: whoever passed it on does not pay for it. */
  void addMembers(Envelope fact, Ledger.Decision lacks) {
    members.add(new Undecided.Entry(fact, "by " + fact.header().author(), true, lacks));
  }

  void addStrangers(Envelope fact, String sender, Ledger.Decision lacks) {
    strangers.add(new Undecided.Entry(fact, sender, false, lacks));
  }

  /** As long as nobody is known everybody is a stranger, and all the past comes from such. */
  void addUnjudged(Envelope fact, String sender, Ledger.Decision lacks) {
    members.add(new Undecided.Entry(fact, sender, false, lacks));
  }

  /** This very copy. */
  boolean has(Envelope fact) {
    return members.has(fact) || strangers.has(fact);
  }

  /** Whether something here names the fact among its heads, which are in ascending order. */
  boolean hangsOn(FactId id) {
    for (Undecided.Entry each : all()) {
      if (Collections.binarySearch(each.fact.header().heads(), id) >= 0) {
        return true;
      }
    }
    return false;
  }

  /**
   * Some copy by somebody who was in when it came, and is. What others' facts hang on is asked for
   * little, whichever room they wait in; while nobody is known, as much as anybody's.
   */
  boolean isMembersToo(FactId id, boolean isAnybodyKnown) {
    return members.copiesOf(id).stream().anyMatch(each -> !isAnybodyKnown || isMembers(each));
  }

  List<Undecided.Entry> all() {
    List<Undecided.Entry> all = new ArrayList<>(members.all());
    all.addAll(strangers.all());
    return all;
  }

  void remove(Undecided.Entry entry) {
    members.remove(entry);
    strangers.remove(entry);
  }

  int size() {
    return members.size() + strangers.size();
  }

  long bytes() {
    return members.bytes() + strangers.bytes();
  }

  /** Counts on whenever something comes or goes. */
  long changes() {
    return members.changes() + strangers.changes();
  }

  // ---- what is to be asked for

  /**
   * Parents that are not here, and credentials. Not more than others can be asked for: sources take
   * turns, so who lacks most gives way; and strangers' facts never take what members' need.
   */
  Membership.Lacks lacks() {
    if (size() == 0) {
      return Membership.Lacks.NOTHING;
    }
    Set<Membership.Lacks.Credential> credentials = new LinkedHashSet<>();
    Map<FactId, List<FactId>> missing = missing(credentials);
    Turns ofMembers = new Turns();
    Turns ofStrangers = new Turns();
    Set<FactId> needed = needed(missing, ofMembers);
    for (Undecided.Entry each : all()) {
      if (!needed.contains(each.fact.id())) {
        for (FactId id : missing.getOrDefault(each.fact.id(), List.of())) {
          if (!missing.containsKey(id)) {
            ofStrangers.wants(each.source, id);
          }
        }
      }
    }
    Set<FactId> facts = ofMembers.first(Limits.LACKS_TOLD);
    facts.addAll(ofStrangers.first(Limits.STRANGE_LACKS_TOLD));
    return new Membership.Lacks(List.copyOf(facts), List.copyOf(credentials));
  }

  /** Of each fact that waits, the parents that are not decided. */
  private Map<FactId, List<FactId>> missing(Set<Membership.Lacks.Credential> credentials) {
    Map<FactId, List<FactId>> missing = new LinkedHashMap<>();
    for (Undecided.Entry each : all()) {
      each.lacks = ledger.decideAgain(each.fact, each.lacks);
      switch (each.lacks) {
        case Ledger.Decision.LacksParents lacks -> missing.put(each.fact.id(), lacks.missing());
        case Ledger.Decision.LacksCredential lacks -> {
          missing.put(each.fact.id(), List.of());
          credentials.add(new Membership.Lacks.Credential(lacks.credential(), lacks.holder()));
        }
        case Ledger.Decision.Valid valid -> {}
        case Ledger.Decision.Refused no -> {}
      }
    }
    return missing;
  }

  /**
   * Members' facts, and what of all that waits these hang on: an id binds the heads, so it does not
   * matter whose copy tells them. What several hang on each of them lacks: else it would stand
   * among the hundreds that another made up, whose fact hangs on it, too.
   *
   * @param lacked gets what is not here
   */
  private Set<FactId> needed(Map<FactId, List<FactId>> missing, Turns lacked) {
    Map<String, List<FactId>> bySource = new LinkedHashMap<>();
    for (Undecided.Entry each : members.all()) {
      if (isMembers(each)) {
        bySource.computeIfAbsent(each.source, source -> new ArrayList<>()).add(each.fact.id());
      }
    }
    Set<FactId> needed = new LinkedHashSet<>();
    bySource.forEach(
        (source, its) -> {
          walk(its, missing, needed, Integer.MAX_VALUE, id -> {});
          walk(its, missing, new LinkedHashSet<>(), STEPS, id -> lacked.wants(source, id));
        });
    return needed;
  }

  /**
   * From each of these in turn to all that it hangs on.
   *
   * @param seen where this has been, and is not to go again
   * @param most so many facts are looked at
   * @param missed gets what is not here
   */
  private static void walk(
      List<FactId> from,
      Map<FactId, List<FactId>> missing,
      Set<FactId> seen,
      int most,
      Consumer<FactId> missed) {
    Deque<FactId> way = new ArrayDeque<>();
    for (FactId each : from) {
      if (seen.add(each)) {
        way.add(each);
      }
      for (FactId next = way.poll(); next != null && seen.size() <= most; next = way.poll()) {
        for (FactId id : missing.getOrDefault(next, List.of())) {
          if (!missing.containsKey(id)) {
            missed.accept(id);
          } else if (seen.add(id)) {
            way.add(id);
          }
        }
      }
    }
  }

  /** Its author was in when it came, and is. */
  private boolean isMembers(Undecided.Entry each) {
    return each.isMembers && isTrusted.test(each.fact.header().author());
  }

  /** Sources in turn, each with what it named first. */
  private static final class Turns {
    private final Map<String, Set<FactId>> bySource = new LinkedHashMap<>();

    void wants(String source, FactId fact) {
      bySource.computeIfAbsent(source, each -> new LinkedHashSet<>()).add(fact);
    }

    Set<FactId> first(int most) {
      Set<FactId> first = new LinkedHashSet<>();
      List<Iterator<FactId>> turns = new ArrayList<>();
      bySource.values().forEach(wanted -> turns.add(wanted.iterator()));
      while (!turns.isEmpty()) {
        turns.removeIf(turn -> !turn.hasNext());
        for (Iterator<FactId> turn : turns) {
          if (first.size() == most) {
            return first;
          }
          first.add(turn.next());
        }
      }
      return first;
    }
  }

  // ---- what is given up

  /** What was here when this was asked the last time, and no member needs. */
  void forgetOldStrangers() {
    Set<FactId> needed = needed(missing(new LinkedHashSet<>()), new Turns());
    for (Undecided.Entry each : all()) {
      if (needed.contains(each.fact.id())) {
        each.isOld = false;
      } else if (each.isOld) {
        remove(each);
      } else {
        each.isOld = true;
      }
    }
  }
}
