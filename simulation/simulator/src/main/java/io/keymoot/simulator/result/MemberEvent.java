package io.keymoot.simulator.result;

/**
 * Somebody came or went.
 *
 * @param member a number of its own; a device that starts again is a new member
 */
public record MemberEvent(long atMillis, Kind kind, int member) {
  public enum Kind {
    /** Founded, or was let in. */
    JOINED,
    LEFT,
    EXPELLED,
    /** Went without a word. */
    VANISHED
  }
}
