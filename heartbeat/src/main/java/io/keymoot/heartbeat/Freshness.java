package io.keymoot.heartbeat;

/** How much of the group this peer hears, so how much its roster is worth. */
public enum Freshness {
  /** It has not listened for long enough to say. */
  LISTENING,
  /** It has fresh signed heartbeats from half the members or more. */
  FRESH,
  /** It has not: others may have gone on without it. */
  STALE
}
