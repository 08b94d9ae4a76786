package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Ledger;
import io.keymoot.flatkeying.key.EpochSecret;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The epoch secrets this peer holds, and their erasure (section 11): by time on a monotonic clock,
 * with no agreement.
 *
 * <p>Of each epoch the secret is kept at its lowest revision still wanted; all later ones follow
 * from it. A lower one goes the grace period after its successor began to be used.
 */
final class KeyStore implements AutoCloseable {

  /** One epoch's secret and what is known of its age. */
  static final class Held {
    final FactId epoch;
    private EpochSecret secret;

    /** The revisions in use before, with the moments when they go. */
    private final TreeMap<Integer, Tick> goesAt = new TreeMap<>();

    /** No revision before it comes back, whoever tells it again. */
    private int erasedBelow;

    private int installedFrom;
    private int installedTo;
    private @Nullable Tick erasedAt;

    /** The state for which {@link #wasClean} is the answer: it is asked for at every step. */
    private @Nullable GroupState judgedIn;

    private boolean wasClean;

    /** When this peer learnt of the first end that made the epoch unclean; soft ends only? */
    @Nullable Tick uncleanSince;

    boolean isSoftlyUnclean;

    /** Members contradict it, and nobody can tell who is right. */
    boolean isDoubted;

    /** Whether the bytes were checked against the Rekey's commitment, not just told by a member. */
    final boolean isProved;

    Held(FactId epoch, EpochSecret secret, boolean isProved) {
      this.epoch = epoch;
      this.secret = secret;
      this.isProved = isProved;
      this.installedFrom = secret.revision();
      this.installedTo = secret.revision() - 1;
    }

    /** A better copy of a key that is due to go is due to go as soon. */
    private void isDueAs(Held old) {
      goesAt.putAll(old.goesAt);
      erasedBelow = old.erasedBelow;
      erasedAt = old.erasedAt;
      uncleanSince = old.uncleanSince;
      isSoftlyUnclean = old.isSoftlyUnclean;
    }

    /** Whether it is the same key, told from an earlier revision on. */
    private boolean reachesBackFrom(Held old) {
      if (lowestRevision() > old.lowestRevision()) {
        return false;
      }
      try (EpochSecret later = secret.at(old.lowestRevision())) {
        return later.holdsTheSameAs(old.secret);
      }
    }

    int lowestRevision() {
      return secret.revision();
    }

    /** Whether the epoch is clean in the state, which knows it. */
    boolean isClean(Ledger ledger, GroupState state, Known known) {
      if (judgedIn != state) {
        wasClean = ledger.isClean(state, known);
        judgedIn = state;
      }
      return wasClean;
    }

    /** Not a copy: for use at once. */
    EpochSecret lowest() {
      return secret;
    }
  }

  private final Map<FactId, Held> held = new TreeMap<>();
  private final List<FactId> erased = new ArrayList<>();

  /** All that were ever erased, until they are too many. */
  private final Set<FactId> gone = new TreeSet<>();

  private boolean hasErasedMany;
  private @Nullable List<Held> all;
  private long changes;

  Optional<Held> get(FactId epoch) {
    return Optional.ofNullable(held.get(epoch));
  }

  /** As they are now, whatever is put or dropped while the caller goes through them. */
  List<Held> all() {
    List<Held> known = all;
    if (known == null) {
      known = List.copyOf(held.values());
      all = known;
    }
    return known;
  }

  /** Counts on whenever something else is held than before. */
  long changes() {
    return changes;
  }

  /** Whether the epoch can be used as the state stands: some revision up to r_x(S) is held. */
  boolean holds(FactId epoch, GroupState state) {
    Held it = held.get(epoch);
    return it != null && it.lowestRevision() <= state.revision(epoch);
  }

  boolean holdsUsable(GroupState state) {
    for (Known epoch : state.usable()) {
      if (holds(epoch.id(), state)) {
        return true;
      }
    }
    return false;
  }

  /** Whether it is certain that it was not erased here. */
  boolean mayStillCome(FactId epoch) {
    return !hasErasedMany && !gone.contains(epoch);
  }

  /**
   * Takes the secret over; one that adds nothing to what is held is wiped. What was proved is
   * replaced only by what is: a member's word for an earlier revision does not undo a proof. What
   * was erased does not come back, or whoever plays a Give back would keep it here.
   */
  boolean put(FactId epoch, EpochSecret given, boolean isProved, List<Effect> out) {
    Held old = held.get(epoch);
    EpochSecret secret = given;
    if (old != null && given.revision() < old.erasedBelow) {
      secret = given.at(old.erasedBelow);
      given.close();
    }
    boolean better =
        old == null
            || (isProved && !old.isProved && secret.revision() <= old.lowestRevision())
            || (isProved == old.isProved && secret.revision() < old.lowestRevision());
    if (!better) {
      secret.close();
      return false;
    }
    Held fresh = new Held(epoch, secret, isProved);
    if (old != null) {
      fresh.isDueAs(old);
      if (fresh.reachesBackFrom(old)) {
        // Who installed a key and retired it does not take it again: its replay windows are gone.
        fresh.installedFrom = old.installedFrom;
        fresh.installedTo = old.installedTo;
        old.secret.close();
      } else {
        drop(old, out);
      }
    }
    held.put(epoch, fresh);
    all = null;
    changes++;
    return true;
  }

  void drop(FactId epoch, List<Effect> out) {
    Held it = held.remove(epoch);
    if (it != null) {
      all = null;
      drop(it, out);
      changes++;
    }
  }

  private static void drop(Held it, List<Effect> out) {
    for (int revision = it.installedFrom; revision <= it.installedTo; revision++) {
      out.add(new Effect.Retire(it.epoch, revision));
    }
    it.secret.close();
  }

  /** Installs what frames may need: every revision kept, and two ahead of the running one. */
  void install(GroupId group, GroupState state, Tick now, List<Effect> out) {
    for (Held it : held.values()) {
      int running = Math.max(state.revision(it.epoch), it.lowestRevision());
      int ahead = running + Limits.REVISIONS_AHEAD;
      for (int revision = it.lowestRevision(); revision <= ahead; revision++) {
        if (revision < it.installedFrom || revision > it.installedTo) {
          try (EpochSecret at = it.secret.at(revision)) {
            out.add(new Effect.Install(at.tek(group, it.epoch)));
          }
        }
      }
      it.installedFrom = Math.min(it.installedFrom, it.lowestRevision());
      it.installedTo = Math.max(it.installedTo, ahead);
      letOldRevisionsGo(it, running, now);
    }
  }

  /** None later than the one after it, which follows from it: an earlier one may come late. */
  private static void letOldRevisionsGo(Held it, int running, Tick now) {
    Tick due = now.plusMillis(Limits.GRACE_MILLIS);
    for (int revision = running - 1; revision >= it.lowestRevision(); revision--) {
      Tick its = it.goesAt.get(revision);
      due = its != null && its.isBefore(due) ? its : due;
      it.goesAt.put(revision, due);
    }
  }

  /**
   * Superseded: not usable, while this peer holds one that is. That is for good: a moment in which
   * it holds none must not put off what is due, or a steady stream of leaves would do so for ever.
   */
  void markSuperseded(GroupState state, boolean holdsUsable, Tick now) {
    boolean hard = isAnyUncleanByForce();
    for (Held it : held.values()) {
      if (state.isUsable(it.epoch)) {
        it.erasedAt = null;
      } else if (holdsUsable) {
        Tick due = now.plusMillis(hard ? Limits.GRACE_AFTER_EXPULSION_MILLIS : Limits.GRACE_MILLIS);
        Tick old = it.erasedAt;
        it.erasedAt = old == null || due.isBefore(old) ? due : old;
      }
    }
  }

  /** Whether somebody was put out who may have one of those that are held. */
  private boolean isAnyUncleanByForce() {
    for (Held it : held.values()) {
      if (it.uncleanSince != null && !it.isSoftlyUnclean) {
        return true;
      }
    }
    return false;
  }

  void erase(Tick now, List<Effect> out) {
    for (Held it : all()) {
      Tick end = it.erasedAt;
      if (end != null && !now.isBefore(end)) {
        drop(it.epoch, out);
        erased.add(it.epoch);
        hasErasedMany |= gone.size() == Limits.ERASED_REMEMBERED;
        if (!hasErasedMany) {
          gone.add(it.epoch);
        }
        continue;
      }
      while (!it.goesAt.isEmpty() && !now.isBefore(it.goesAt.firstEntry().getValue())) {
        int old = it.goesAt.firstEntry().getKey();
        it.goesAt.remove(old);
        if (it.lowestRevision() <= old) {
          EpochSecret next = it.secret.at(old + 1);
          it.secret.close();
          it.secret = next;
          it.erasedBelow = old + 1;
          changes++;
        }
        while (it.installedFrom <= old) {
          out.add(new Effect.Retire(it.epoch, it.installedFrom));
          it.installedFrom++;
        }
      }
    }
  }

  /** The epochs erased since this was last asked: their covers go too. */
  List<FactId> takeErased() {
    List<FactId> taken = List.copyOf(erased);
    erased.clear();
    return taken;
  }

  Optional<Tick> nextErasure() {
    Tick next = null;
    for (Held it : held.values()) {
      next = Tick.earlier(next, it.erasedAt);
      next = Tick.earlier(next, it.goesAt.isEmpty() ? null : it.goesAt.firstEntry().getValue());
    }
    return Optional.ofNullable(next);
  }

  @Override
  public void close() {
    held.values().forEach(it -> it.secret.close());
    held.clear();
    all = null;
  }
}
