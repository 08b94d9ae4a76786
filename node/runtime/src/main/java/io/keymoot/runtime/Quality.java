package io.keymoot.runtime;

/** What a message is for, which says how it travels and what gives way when a queue is full. */
enum Quality {
  /**
   * Unreliable, out of band, past flow control. Old ones are worthless: the first to be dropped.
   */
  HEARTBEAT,

  /** A word of who is in no group yet, to others like it; like a heartbeat. */
  PRESENCE,

  /**
   * Facts and side messages: reliable as far as the network allows, and never dropped for others.
   */
  CONTROL,

  /** Sealed media: a late frame is worth nothing, so none is ever sent again. */
  FRAME,

  /** Sealed messages that are worth sending again until they arrive. */
  RELIABLE_FRAME;

  boolean isFrame() {
    return this == FRAME || this == RELIABLE_FRAME;
  }

  boolean isReliable() {
    return this == CONTROL || this == RELIABLE_FRAME;
  }
}
