package io.keymoot.heartbeat;

import io.keymoot.flatkeying.fact.MemberId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Turns a duty that all see owed into the moment at which this peer does it: base + 0.5 s · log2(1
 * + rank), so that one acts soon, the next only if it did not, and still, when 99 of 100 cannot,
 * the wait is seconds. Each rank doubled waits half a second more, so few act within the time that
 * the news of the first takes.
 */
final class Duties {
  private static final class Due {
    final long since;

    /** The same for the life of the duty, so that a change of the roster moves all alike. */
    final double wobble;

    boolean urgent;
    Set<MemberId> unable = Set.of();
    int acts;
    long lastAct;
    long at;

    Due(long since, double wobble) {
      this.since = since;
      this.wobble = wobble;
    }
  }

  private final MemberId me;
  private final Jitter jitter;
  private final RekeyPace pace;
  private final Map<Duty, Due> owed = new LinkedHashMap<>(4);

  Duties(MemberId me, Jitter jitter, RekeyPace pace) {
    this.me = me;
    this.jitter = jitter;
    this.pace = pace;
  }

  void owe(Duty duty, boolean urgent, Set<MemberId> unable, Roster roster, long now) {
    Due due = owed.get(duty);
    if (due == null) {
      if (owed.size() >= HeartbeatLimits.DUTIES) {
        return;
      }
      due = new Due(now, wobble(jitter));
      owed.put(duty, due);
    }
    due.urgent |= urgent;
    due.unable = unable;
    plan(duty, due, roster);
  }

  void done(Duty duty) {
    owed.remove(duty);
  }

  /** The roster changed, or the pace did: everybody's turn is another. */
  void plan(Roster roster) {
    owed.forEach((duty, due) -> plan(duty, due, roster));
  }

  private void plan(Duty duty, Due due, Roster roster) {
    Optional<Integer> rank = roster.rank(duty, me, due.unable);
    if (rank.isEmpty()) {
      due.at = Timers.NEVER;
      return;
    }
    long start = due.urgent || !(duty instanceof Duty.Rekey) ? due.since : pace.earliest(due.since);
    long base = duty instanceof Duty.Reseal ? HeartbeatLimits.RESEAL_BASE : 0;
    int slower = due.urgent ? 1 : pace.slower(due.since);
    due.at = start + base + slower * delay(rank.get(), due.wobble);
    if (due.acts > 0) {
      due.at = Math.max(due.at, due.lastAct + again(due.acts, due.wobble));
    }
  }

  long next() {
    long next = Timers.NEVER;
    for (Due due : owed.values()) {
      next = Math.min(next, due.at);
    }
    return next;
  }

  void act(Roster roster, long now, List<Effect> out) {
    List<Duty> turns = new ArrayList<>();
    owed.forEach(
        (duty, due) -> {
          if (due.at <= now) {
            turns.add(duty);
          }
        });
    if (turns.stream().anyMatch(Duty.Reseal.class::isInstance)) {
      turns.addAll(alsoReseal(roster, turns));
    }
    for (Duty duty : turns) {
      act(duty, now, out);
    }
  }

  /** One Reseal takes all the slots whose key holder this peer is, if they are owed at all. */
  private List<Duty> alsoReseal(Roster roster, List<Duty> already) {
    return owed.entrySet().stream()
        .filter(each -> each.getValue().acts == 0 && each.getKey() instanceof Duty.Reseal)
        .map(Map.Entry::getKey)
        .filter(duty -> !already.contains(duty))
        .filter(duty -> roster.rank(duty, me).equals(Optional.of(0)))
        .toList();
  }

  private void act(Duty duty, long now, List<Effect> out) {
    Due due = owed.get(duty);
    if (due != null) {
      due.acts++;
      due.lastAct = now;
      due.at = now + again(due.acts, due.wobble);
      out.add(new Effect.Act(duty));
    }
  }

  // ---- delays

  static double wobble(Jitter jitter) {
    return jitter.between(0.95, 1.05);
  }

  static long delay(int rank, double wobble) {
    return Math.round(
        HeartbeatLimits.RANK_STEP * StrictMath.log(1.0 + rank) / StrictMath.log(2) * wobble);
  }

  static long again(int acts, double wobble) {
    long doubled = HeartbeatLimits.ACT_AGAIN << Math.min(acts - 1, 8);
    return Math.round(Math.min(doubled, HeartbeatLimits.ACT_AGAIN_MOST) * wobble);
  }
}
