package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How often who was let in already is granted again. Its request is public by then, and anybody can
 * play it back, from wherever it likes: so each newcomer has a measure of its own, of which one
 * place gets a part, and what is played back takes nothing from the others.
 */
final class GrantsAgain {
  private static final class Last {
    final Bucket bucket = new Bucket(Limits.GRANTS_AGAIN_PER_SECOND);
    Bytes to = Bytes.EMPTY;
    @Nullable Tick at;
  }

  /** Not of the members' Gives: who plays requests back takes nothing away from those. */
  private final Bucket inAll = new Bucket(Limits.GIVES_PER_SECOND);

  private final Map<MemberId, Last> granted =
      new LinkedHashMap<>(4, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<MemberId, Last> eldest) {
          return size() > Limits.GRANTED_AGAIN;
        }
      };

  /**
   * @param to where the request came from
   */
  boolean may(MemberId newcomer, Bytes to, Tick now) {
    Last its = granted.computeIfAbsent(newcomer, id -> new Last());
    Tick at = its.at;
    boolean wasJustThere =
        at != null && its.to.equals(to) && now.millisSince(at) < Limits.GRANT_AGAIN_MILLIS;
    if (wasJustThere || !its.bucket.take(now) || !inAll.take(now)) {
      return false;
    }
    its.to = to;
    its.at = now;
    return true;
  }
}
