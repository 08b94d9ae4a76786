package io.keymoot.heartbeat;

/**
 * Every bound and pace of this core in one place, times in milliseconds. Part one is the
 * protocol's: changing one is a new version. Bounds of messages that others share are in {@link
 * io.keymoot.flatkeying.Limits}.
 */
final class HeartbeatLimits {
  private HeartbeatLimits() {}

  // ---- the protocol's: all peers must agree on these

  /** Heartbeats a second of the whole group, however large. */
  static final int GROUP_BEATS_A_SECOND = 20;

  /** No member beats more often. */
  static final long SHORTEST_INTERVAL = 1_000;

  /** Of so many beats one is signed even if it says nothing new. */
  static final int SIGNED_EVERY = 2;

  static final int ADDRESS_BYTES = 64;

  /** Who is heard in this time, or in three intervals if that is longer, is there. */
  static final long PRESENT_FOR = 15_000;

  static final int PRESENT_FOR_INTERVALS = 3;

  /** Who is silent for this time, and six intervals, may be suspended. */
  static final long PATIENCE = 600_000;

  static final int PATIENCE_INTERVALS = 6;

  /** The author repeats its own fact so long after it first said it. */
  static final long[] REPEATS = {500, 2_000, 8_000};

  /** A duty waits this times log2(1 + rank). */
  static final double RANK_STEP = 500;

  static final long RESEAL_BASE = 1_000;

  /** After a Rekey the next waits so long, the longer the more Rekeys came close together. */
  static final long[] REKEY_GAPS = {500, 1_000, 2_000};

  /** Where Rekeys are made side by side later ranks wait twice as long, and so often doubled. */
  static final int SLOWER_TIMES = 2;

  /** After so long without a Rekey the next goes out at once. */
  static final long REKEY_CALM = 4_000;

  // ---- ours: what this implementation keeps at most, and how eager it is

  /**
   * A hint's counter may be so far ahead of the last signed one: a forged one does no more harm.
   */
  static final int HINTS_AHEAD = 64;

  /** Facts wanted at a time. */
  static final int WANTS = 1_024;

  /** Of these parents, which a member can make up: heads that others name find room beside them. */
  static final int PARENT_WANTS = 896;

  /** Members remembered to have announced a fact, and to be ahead at all. */
  static final int HOLDERS_OF_A_WANT = 8;

  static final int AHEAD = 16;

  /**
   * Facts wanted because strangers named them, and strangers remembered for each, and at all: an
   * outsider can invent any number.
   */
  static final int STRANGE_WANTS = 32;

  static final int STRANGERS_OF_A_WANT = 4;
  static final int STRANGERS = 8;

  /** Fetches sent in one go, each to somebody else; then none for {@link #FETCH_BREATH}. */
  static final int FETCHES_AT_ONCE = 4;

  static final long FETCH_BREATH = 50;

  /**
   * Who was asked so often in vain is asked once more after {@link #FETCH_PAUSE}, then seldomer: it
   * may have made up what it names, and an address that is not its own. What comes of what it was
   * asked for makes up for some of these.
   */
  static final int FETCHES_IN_VAIN = 16;

  static final int FETCH_MAKES_UP_FOR = 4;
  static final long FETCH_PAUSE = 1_000;
  static final long FETCH_PAUSE_MOST = 8_000;

  /** Members of whom it is remembered that they were asked lately and what came of it. */
  static final int FETCHED_OF = 128;

  /** A head heard of is asked for after this, and up to as much more as the group is large. */
  static final long FETCH_DELAY = 50;

  static final long FETCH_SPREAD = 1_000;
  static final int FETCH_SPREAD_PER_TEN_MEMBERS = 1;

  static final long FETCH_RETRY = 200;
  static final long FETCH_RETRY_MOST = 1_000;

  /** Parents, of those that come first, that go with any question to one who may have them. */
  static final int LONG_LACKED = 8;

  /** After so many tries asking slows to {@link #FETCH_RETRY_SLOW}; a head is given up. */
  static final int FETCH_TRIES = 16;

  static final long FETCH_RETRY_SLOW = 30_000;

  /** Own facts still to be repeated. */
  static final int REPEATING = 256;

  /** Duties owed at a time: every slot of the largest table, and the REKEY. */
  static final int DUTIES = 1_024;

  /** A duty done that is still owed is done again after this, doubling. */
  static final long ACT_AGAIN = 2_000;

  static final long ACT_AGAIN_MOST = 60_000;

  /** Members suspected of absence at a time. */
  static final int SUSPICIONS = 64;

  static final long SECOND_AGAIN = 30_000;

  /** Silent members looked at in one check. */
  static final int SILENT_LOOKED_AT = 1_024;

  /** Members whose other idea of the roster was reported lately. */
  static final int DISAGREEMENTS = 64;

  static final long DISAGREEMENT_AGAIN = 60_000;

  static final long SHORTEST_CHECK = 2_000;
  static final int CHECKS_PER_PRESENCE = 4;

  /** Colours: fresh up to here, quiet up to there, or so many intervals; then silent. */
  static final long FRESH_FOR = 5_000;

  static final double FRESH_FOR_INTERVALS = 3;
  static final long QUIET_FOR = 30_000;
  static final double QUIET_FOR_INTERVALS = 4.5;

  /** Rosters that the peers of one process share: known here as long as one of them holds it. */
  static final int ROSTERS = 64;

  /** Who is in line for a slot's keys: the key holder and those who follow. */
  static final int LINE = 3;

  /** Mean time between two beats of one member. */
  static long interval(int members) {
    return Math.max(SHORTEST_INTERVAL, members * 1_000L / GROUP_BEATS_A_SECOND);
  }

  static long presence(int members) {
    return Math.max(PRESENT_FOR, PRESENT_FOR_INTERVALS * interval(members));
  }

  static long patience(int members) {
    return Math.max(PATIENCE, PATIENCE_INTERVALS * interval(members));
  }
}
