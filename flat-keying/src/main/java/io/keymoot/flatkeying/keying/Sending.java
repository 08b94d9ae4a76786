package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Stay;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The sending rule (section 6): under the clean epoch I hold with no clean descendant I hold; of
 * several, the highest id. Holding none, for a moment under the latest that only soft ends made
 * unclean; otherwise frames are held.
 */
final class Sending {
  private final Core core;

  /** When this peer learnt that stays were over, for as long as that allows anything. */
  private final Map<StayId, Tick> learntLately = new LinkedHashMap<>();

  private @Nullable FactId epoch;
  private KeyStore.@Nullable Held held;
  private int revision;
  private boolean holding;
  private boolean toldHolding;
  private Effect.@Nullable Status told;

  Sending(Core core) {
    this.core = core;
  }

  /**
   * Notes which epochs became unclean with the facts just taken, or came with them unclean, and
   * since when: an epoch's key may come long after an end that whoever made it did not know.
   */
  void noteUnclean(List<Stay> newlyOver) {
    GroupState state = core.state();
    learntLately.values().removeIf(at -> core.now.millisSince(at) >= Limits.DELAYED_USE_MILLIS);
    newlyOver.forEach(stay -> learntLately.put(stay.id(), core.now));
    for (KeyStore.Held held : core.keys.all()) {
      Known known = core.ledger.get(held.epoch);
      boolean isHardUnclean = held.uncleanSince != null && !held.isSoftlyUnclean;
      if (isHardUnclean
          || known == null
          || !state.contains(known)
          || held.isClean(core.ledger, state, known)) {
        continue;
      }
      boolean soft = core.ledger.isOnlySoftlyUnclean(state, known);
      if (held.uncleanSince == null) {
        held.uncleanSince = earliestLearnt(core.ledger.endsLacked(state, known));
        held.isSoftlyUnclean = soft;
      } else if (!soft) {
        held.isSoftlyUnclean = false;
      }
    }
  }

  private Tick earliestLearnt(List<Stay> ends) {
    Tick earliest = core.now;
    for (Stay end : ends) {
      Tick at = learntLately.getOrDefault(end.id(), Tick.ZERO);
      earliest = at.isBefore(earliest) ? at : earliest;
    }
    return earliest;
  }

  /** The epoch to send under, if there is one. */
  Optional<Known> choice() {
    GroupState state = core.state();
    List<Known> clean = new ArrayList<>();
    Known soft = null;
    for (KeyStore.Held held : core.keys.all()) {
      Known known = core.ledger.get(held.epoch);
      if (known == null
          || held.isDoubted
          || !core.keys.holds(held.epoch, state)
          || !state.contains(known)) {
        continue;
      }
      if (isClean(held, known)) {
        clean.add(known);
      } else if (mayStillUse(held) && (soft == null || core.ledger.isAfter(known, soft))) {
        soft = known;
      }
    }
    Known best = null;
    for (Known each : core.ledger.latest(clean)) {
      best = best == null || each.id().compareTo(best.id()) > 0 ? each : best;
    }
    if (best == null && soft != null) {
      // This epoch's own second: another one's may have begun, and ended, before.
      core.keys
          .get(soft.id())
          .map(held -> held.uncleanSince)
          .ifPresent(
              since ->
                  core.timers.set(
                      Timers.Name.DELAYED_USE_ENDS, since.plusMillis(Limits.DELAYED_USE_MILLIS)));
    }
    return Optional.ofNullable(best != null ? best : soft);
  }

  /** What was unclean once is so for good. */
  private boolean isClean(KeyStore.Held held, Known known) {
    return held.uncleanSince == null && held.isClean(core.ledger, core.state(), known);
  }

  private boolean mayStillUse(KeyStore.Held held) {
    return held.isSoftlyUnclean
        && held.uncleanSince != null
        && core.now.millisSince(held.uncleanSince) < Limits.DELAYED_USE_MILLIS;
  }

  void review() {
    Known chosen = core.isMember() ? choice().orElse(null) : null;
    if (chosen == null) {
      if (!holding || epoch != null) {
        core.out.add(new Effect.HoldFrames());
        core.timers.setIfUnset(
            Timers.Name.HOLDING_TOO_LONG, core.now.plusMillis(Limits.HOLDING_TOLD_MILLIS));
      }
      holding = true;
      epoch = null;
      held = null;
      return;
    }
    holding = false;
    toldHolding = false;
    core.timers.clear(Timers.Name.HOLDING_TOO_LONG);
    int running = core.state().revision(chosen.id());
    KeyStore.Held now = core.keys.get(chosen.id()).orElseThrow();
    // What was told falsely may have given way to the true key of the same name.
    if (!chosen.id().equals(epoch) || running != revision || now != held) {
      held = now;
      epoch = chosen.id();
      revision = running;
      core.out.add(new Effect.SendUnder(chosen.id(), running));
    }
  }

  void holdingTooLong() {
    toldHolding = holding;
  }

  Optional<FactId> epoch() {
    return Optional.ofNullable(epoch);
  }

  int revision() {
    return revision;
  }

  // ---- what others see

  void tell(Optional<String> waitingToJoin, Optional<String> owed, Optional<String> doubt) {
    Effect.Status now = status(waitingToJoin, owed, doubt);
    if (!now.equals(told)) {
      told = now;
      core.out.add(now);
    }
  }

  private Effect.Status status(
      Optional<String> waitingToJoin, Optional<String> owed, Optional<String> doubt) {
    if (waitingToJoin.isPresent()) {
      return new Effect.Status(Effect.State.SYNCING, waitingToJoin.get());
    }
    if (!core.isMember()) {
      return new Effect.Status(Effect.State.OUT, "this stay is over");
    }
    if (toldHolding) {
      return new Effect.Status(
          Effect.State.HOLDING,
          owed.orElse("the key of the group is on its way: nobody has given it yet"));
    }
    return owed.isPresent()
        ? new Effect.Status(Effect.State.REKEYING, owed.get())
        : new Effect.Status(Effect.State.SETTLED, doubt.orElse(""));
  }
}
