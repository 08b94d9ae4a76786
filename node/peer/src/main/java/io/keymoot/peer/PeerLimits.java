package io.keymoot.peer;

/** Every bound of this room in one place: ours, all of them. */
final class PeerLimits {
  private PeerLimits() {}

  /** Names read out of credentials, remembered for all peers of a process. */
  static final int IDENTITIES = 4_096;

  /** Heartbeats kept decoded: those that are on the wire at one moment. */
  static final int BEATS_READ = 16;

  /**
   * Of whom no signed word is at hand, and whose heartbeats came lately: anybody can make them up.
   * More than heartbeat may want to ask at once.
   */
  static final int STRANGERS = 160;

  /** Members that are to be asked something once they are heard, and the last so many questions. */
  static final int UNHEARD_MEMBERS = 64;

  static final int QUESTIONS_TO_ONE = 4;

  /** Words of members for somebody's coming or going: of one member, and of all. */
  static final int WORDS_OF_ONE = 64;

  static final int WORDS_IN_ALL = 4_096;

  /** A word that was weighed is weighed again, if it is said again, after this. */
  static final long LISTEN_AGAIN_MILLIS = 10_000;

  /** Members that let this newcomer in, and wait together for what its policy says to one. */
  static final int BELIEFS = 16;

  /** Refusals told to people, so that one repeated is not told again. */
  static final int TOLD = 64;

  /** Who is of another version was told so lately, and how lately. */
  static final int OTHER_VERSIONS = 64;

  /** And so many in all in that time. */
  static final int OTHER_VERSIONS_TOLD = 16;

  static final long OTHER_VERSION_AGAIN_MILLIS = 60_000;

  /** Who helped to put somebody out says so again, when asked again, after this. */
  static final long HELP_AGAIN_MILLIS = 10_000;

  /** Helping to put somebody out waits this times log2(1 + rank), as duties do. */
  static final double RANK_STEP_MILLIS = 500;

  /**
   * Frames stay so long under the epoch before, while that may be used: nearly for the second that
   * an epoch serves after a leave, so that a key which comes slowly holds no frame up.
   */
  static final long TAKE_UP_MILLIS = 900;

  /** Frames open for so long after their sender left by itself. */
  static final long AFTER_LEAVING_MILLIS = 2_000;
}
