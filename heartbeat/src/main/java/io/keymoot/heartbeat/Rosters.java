package io.keymoot.heartbeat;

import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.wire.Hash32;
import java.lang.ref.WeakReference;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes one {@link Roster} for each set of members, from the one before it where it can. The peers
 * of one process may share one of these, on one thread: what it answers is a pure function.
 *
 * <p>A roster is as large as the group. So only the latest is held here; of those before it this
 * knows as long as a peer that still goes by one holds it.
 */
public final class Rosters {
  private final Map<Hash32, WeakReference<Roster>> made = new LinkedHashMap<>(16, 0.75f, true);
  private @Nullable Roster latest;

  public Roster of(GroupState state) {
    Hash32 digest = state.membersDigest();
    WeakReference<Roster> kept = made.get(digest);
    Roster known = kept == null ? null : kept.get();
    if (known != null && known.group().equals(state.group())) {
      return known;
    }
    Roster fresh =
        latest != null && latest.group().equals(state.group())
            ? latest.next(digest, Roster.seats(state))
            : new Roster(state.group(), state.found().profile(), digest, Roster.seats(state));
    latest = fresh;
    made.put(digest, new WeakReference<>(fresh));
    if (made.size() > HeartbeatLimits.ROSTERS) {
      made.remove(made.keySet().iterator().next());
    }
    return fresh;
  }
}
