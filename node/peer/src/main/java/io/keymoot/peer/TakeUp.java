package io.keymoot.peer;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.peer.Peer.KeyName;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When frames follow to a new epoch. Whoever makes it has its key some time before the others, who
 * could not open what it seals so soon. So frames stay under the epoch before for nine tenths of a
 * second, if nobody was put out: while that one is clean, or since a leave, an absence or a Here
 * made it unclean no longer than it may be used anyway. An expulsion is followed at once; and so is
 * an admission, because a newcomer has the new key alone, also where the key comes after it. But
 * who was let in beside the new key has the one before alone, a step on, and that is sealed under.
 */
final class TakeUp {
  private @Nullable KeyName wanted;
  private @Nullable KeyName sealing;
  private @Nullable Tick pendingSince;
  private @Nullable Tick uncleanSince;
  private boolean isTaken;

  /** Another epoch was taken up, and nobody has looked at it since. */
  private boolean isAnother;

  /** This key is to be sent under. */
  void activate(KeyName key, Tick now) {
    KeyName old = sealing;
    wanted = key;
    if (old == null || old.epoch().equals(key.epoch())) {
      take(key);
    } else if (pendingSince == null) {
      pendingSince = now;
    }
  }

  void holdBack() {
    wanted = null;
    sealing = null;
    pendingSince = null;
    uncleanSince = null;
    isTaken = false;
  }

  /** What frames are sealed under. */
  @Nullable KeyName sealing() {
    return sealing;
  }

  /** Whether another key is to be followed to. */
  boolean isWaiting() {
    return pendingSince != null;
  }

  /** Not each member has the key that is sealed under, or may be given it. */
  void epochIsNotForAll() {
    takeNow();
  }

  /** The facts changed. */
  void epochIs(boolean isClean, boolean isHeld, boolean isOnlySoftlyUnclean, Tick now) {
    if (!isClean && uncleanSince == null) {
      uncleanSince = isAnother ? Tick.ZERO : now;
    }
    isAnother = false;
    if (!isHeld || !(isClean || isOnlySoftlyUnclean)) {
      takeNow();
    }
  }

  /** The epoch that is sealed under was stepped for somebody who was let in on it. */
  void stepped(KeyName key) {
    sealing = key;
    isTaken = true;
  }

  /**
   * What was taken up had become unclean while it was waited with: how long it may be used is
   * counted since then by whoever chose it, so another is followed to at once.
   */
  void wasUncleanAlready() {
    if (uncleanSince == null) {
      uncleanSince = Tick.ZERO;
    }
  }

  /** A stay of this peer's own: keys are activated for each anew. */
  void stayBegan() {
    isTaken = sealing != null;
  }

  void review(Tick now) {
    if (nextDeadline().filter(at -> !now.isBefore(at)).isPresent()) {
      takeNow();
    }
  }

  private void takeNow() {
    KeyName key = wanted;
    if (key != null && pendingSince != null) {
      take(key);
    }
  }

  private void take(KeyName key) {
    if (sealing == null || !sealing.epoch().equals(key.epoch())) {
      uncleanSince = null;
      isAnother = true;
    }
    sealing = key;
    pendingSince = null;
    isTaken = true;
  }

  /** The key that frames are sealed under from now on, told once. */
  Optional<KeyName> taken() {
    Optional<KeyName> key = isTaken ? Optional.ofNullable(sealing) : Optional.empty();
    isTaken = false;
    isAnother = false;
    return key;
  }

  Optional<Tick> nextDeadline() {
    Tick since = pendingSince;
    if (since == null) {
      return Optional.empty();
    }
    Tick at = since.plusMillis(PeerLimits.TAKE_UP_MILLIS);
    Tick end = uncleanSince == null ? at : uncleanSince.plusMillis(Limits.DELAYED_USE_MILLIS);
    return Optional.of(end.isBefore(at) ? end : at);
  }
}
