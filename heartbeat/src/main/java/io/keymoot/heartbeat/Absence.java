package io.keymoot.heartbeat;

import io.keymoot.flatkeying.fact.MemberId;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who is there, and the ABSENT duty of a watcher.
 *
 * <p>A member may be suspended when two of its watchers find it silent: for the whole patience, all
 * of which they spent hearing more than half the group. So the smaller side of a partition ends
 * nobody; a device that wakes up after an hour ends nobody before it listened for as long as the
 * patience; and what a cut swallowed is made up for by one beat heard after it.
 *
 * <p>The first watcher in line signs an approval. Whoever of the others then comes first writes the
 * Rekey with it.
 */
final class Absence {
  private static final class Suspicion {
    final int rank;
    final long since;
    final double wobble;
    final Set<MemberId> seconds = new LinkedHashSet<>();
    int seconded;
    int acts;
    long at;

    Suspicion(int rank, long since, double wobble) {
      this.rank = rank;
      this.since = since;
      this.wobble = wobble;
    }
  }

  private static final long NOT_NOW = Long.MAX_VALUE;

  private final MemberId me;
  private final Jitter jitter;
  private final RekeyPace pace;
  private final HeardTable heard;
  private final long start;
  private final Map<MemberId, Suspicion> suspicions = new LinkedHashMap<>(2);
  private Freshness freshness = Freshness.LISTENING;
  private long majoritySince = NOT_NOW;

  /** The last look around. */
  private long lookedAt;

  private int lookFrom;

  Absence(MemberId me, Jitter jitter, RekeyPace pace, HeardTable heard, long start) {
    this.me = me;
    this.jitter = jitter;
    this.pace = pace;
    this.heard = heard;
    this.start = start;
    this.lookedAt = start;
  }

  Freshness freshness() {
    return freshness;
  }

  // ---- looking around, now and then

  long nextCheck(Roster roster, long now) {
    long presence = HeartbeatLimits.presence(roster.size());
    double every =
        Math.max(
            HeartbeatLimits.SHORTEST_CHECK,
            (double) presence / HeartbeatLimits.CHECKS_PER_PRESENCE);
    return now + jitter.millis(0.9 * every, 1.1 * every);
  }

  void check(Roster roster, long now, List<Effect> out) {
    int members = roster.size();
    long presence = HeartbeatLimits.presence(members);
    int present = 1 + heard.signedSince(now - presence);
    // Who looks so late was asleep, and heard nobody between the two looks: what it hears now says
    // nothing of then. In a small group one beat alone makes a majority.
    boolean wasAway = now - lookedAt > presence;
    lookedAt = now;
    if (wasAway || 2 * present <= members) {
      majoritySince = NOT_NOW;
      suspicions.clear();
    }
    judge(present, members, now - start >= presence, out);
    if (2 * present <= members) {
      return;
    }
    if (majoritySince == NOT_NOW) {
      majoritySince = now;
    }
    if (members > 2 && now - majoritySince >= HeartbeatLimits.patience(members)) {
      lookForSilent(roster, now);
    }
  }

  private void judge(int present, int members, boolean listened, List<Effect> out) {
    Freshness is =
        2 * present >= members ? Freshness.FRESH : listened ? Freshness.STALE : Freshness.LISTENING;
    // Once fresh, what is too little is stale, not the silence of a beginning.
    if (is == Freshness.LISTENING && freshness != Freshness.LISTENING) {
      is = Freshness.STALE;
    }
    if (is != freshness) {
      freshness = is;
      out.add(new Effect.RosterIs(is, present, members));
    }
  }

  private void lookForSilent(Roster roster, long now) {
    long before = now - HeartbeatLimits.patience(roster.size());
    int looked = 0;
    int rows = heard.rows();
    for (int i = 0; i < rows && looked < HeartbeatLimits.SILENT_LOOKED_AT; i++) {
      int row = (lookFrom + i) % rows;
      if (!heard.isHeardSince(row, before)) {
        suspect(heard.member(row), roster, now);
        looked++;
        if (looked == HeartbeatLimits.SILENT_LOOKED_AT) {
          lookFrom = row + 1;
        }
      }
    }
    // Those of the first roster that were never heard have no row. All who came later have one.
    int never = roster.size() - 1 - rows;
    if (never > 0 && start <= before) {
      int from = jitter.below(roster.size());
      for (int i = 0; i < roster.size() && looked < HeartbeatLimits.SILENT_LOOKED_AT; i++) {
        MemberId member = roster.member((from + i) % roster.size());
        if (!member.equals(me) && heard.find(member) < 0) {
          suspect(member, roster, now);
          looked++;
        }
      }
    }
  }

  private Optional<Suspicion> suspect(MemberId target, Roster roster, long now) {
    Suspicion known = suspicions.get(target);
    if (known != null) {
      return Optional.of(known);
    }
    if (suspicions.size() >= HeartbeatLimits.SUSPICIONS) {
      return Optional.empty();
    }
    Optional<Integer> rank = roster.rank(new Duty.Absent(target), me);
    if (rank.isEmpty()) {
      return Optional.empty();
    }
    Suspicion fresh = new Suspicion(rank.get(), now, Duties.wobble(jitter));
    fresh.at = now + Duties.delay(fresh.rank, fresh.wobble);
    suspicions.put(target, fresh);
    return Optional.of(fresh);
  }

  private boolean isSilent(MemberId target, Roster roster, long now) {
    long patience = HeartbeatLimits.patience(roster.size());
    if (roster.size() <= 2 || majoritySince == NOT_NOW || now - majoritySince < patience) {
      return false;
    }
    int row = heard.find(target);
    return row < 0 ? now - start >= patience : !heard.isHeardSince(row, now - patience);
  }

  // ---- what changes a suspicion

  void heardOf(MemberId member) {
    if (!suspicions.isEmpty()) {
      suspicions.remove(member);
    }
  }

  void forget(List<MemberId> members) {
    suspicions.keySet().removeAll(members);
  }

  /** Another watcher says so too: it counts only with my own finding, and only if it watches. */
  void seconded(MemberId target, MemberId by, Roster roster, long now) {
    if (by.equals(me) || !isSilent(target, roster, now)) {
      return;
    }
    Optional<Suspicion> mine = suspect(target, roster, now);
    if (mine.isEmpty() || roster.rank(new Duty.Absent(target), by).isEmpty()) {
      return;
    }
    Suspicion suspicion = mine.get();
    if (suspicion.seconds.add(by) && suspicion.acts == 0) {
      suspicion.at =
          Math.max(now, pace.earliest(now)) + Duties.delay(suspicion.rank, suspicion.wobble);
    }
  }

  /** Somebody wrote a Rekey: who is about to write the next waits as all do. */
  void rekeyed(long now) {
    for (Suspicion each : suspicions.values()) {
      if (!each.seconds.isEmpty() && each.acts == 0) {
        each.at = Math.max(each.at, pace.earliest(now) + Duties.delay(each.rank, each.wobble));
      }
    }
  }

  // ---- acting

  long next() {
    long next = Timers.NEVER;
    for (Suspicion each : suspicions.values()) {
      next = Math.min(next, each.at);
    }
    return next;
  }

  void act(Roster roster, long now, List<Effect> out) {
    List<MemberId> ready = new ArrayList<>();
    for (Iterator<Map.Entry<MemberId, Suspicion>> each = suspicions.entrySet().iterator();
        each.hasNext(); ) {
      Map.Entry<MemberId, Suspicion> entry = each.next();
      Suspicion suspicion = entry.getValue();
      if (suspicion.at > now) {
        continue;
      }
      if (!isSilent(entry.getKey(), roster, now)) {
        each.remove();
      } else if (suspicion.seconds.isEmpty()) {
        out.add(new Effect.Second(entry.getKey()));
        suspicion.at = now + secondAgain(suspicion);
        suspicion.seconded++;
      } else {
        ready.add(entry.getKey());
      }
    }
    if (!ready.isEmpty()) {
      suspend(ready, now, out);
    }
  }

  /** One Rekey takes all whom it can: the next may not follow at once. */
  private void suspend(List<MemberId> ready, long now, List<Effect> out) {
    suspicions.forEach(
        (target, suspicion) -> {
          if (!suspicion.seconds.isEmpty() && (suspicion.acts == 0 || ready.contains(target))) {
            suspicion.acts++;
            suspicion.at = now + Duties.again(suspicion.acts, suspicion.wobble);
            out.add(new Effect.Act(new Duty.Absent(target)));
          }
        });
  }

  private static long secondAgain(Suspicion suspicion) {
    return Math.round(
        (HeartbeatLimits.SECOND_AGAIN << Math.min(suspicion.seconded, 4)) * suspicion.wobble);
  }
}
