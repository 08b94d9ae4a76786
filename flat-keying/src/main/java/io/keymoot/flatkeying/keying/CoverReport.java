package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Slot;
import java.util.List;
import java.util.Optional;

/**
 * What a Rekey cost and whom each entry of its cover reaches, and why: the plan explains itself.
 *
 * @param bytes of the whole message as it was sent
 * @param unreached members whom no entry can reach: they will ask
 */
public record CoverReport(int bytes, List<Line> lines, List<MemberId> unreached) {
  static final String REFRESHED =
      "nobody is out since the epoch before: its running key reaches all who hold it";
  static final String WRAPPED = "nobody who is out ever held the key of this slot";
  static final String RELAYED =
      "a survivor that shares this slot with them, and is reached, wraps it on";
  static final String SEALED = "one seal each, under a session at hand";
  static final String OFFERED = "a first seal each, with the handshake of a new session";
  static final String HANDED_DOWN =
      "seals to all would not fit: each who reads it hands it to its eight";
  static final String RESTS_ON_IT =
      "the right to do this rests on it, and somebody came in since it was last said to all";

  /** The kinds of entry, cheapest for the group first; and what goes with the fact. */
  public enum Kind {
    REFRESH,
    WRAP,
    RELAY,
    SEAL,
    OFFER_AND_SEAL,
    TREE,
    CREDENTIAL
  }

  /**
   * One entry, or all seals of one kind.
   *
   * @param slot under whose KEK it is wrapped
   * @param relay who wraps it on
   * @param bytes that it costs the group, a Relay's message included
   * @param members who read it by this entry first
   */
  public record Line(
      Kind kind,
      Optional<Slot> slot,
      Optional<MemberId> relay,
      int bytes,
      List<MemberId> members,
      String why) {

    /** How many members read it by this entry first. */
    public int reaches() {
      return members.size();
    }
  }

  /** All that the group carries for it: this message, and the Relays it orders. */
  public int multicastBytes() {
    int relayed = 0;
    for (Line line : lines) {
      relayed += line.kind == Kind.RELAY ? line.bytes - Cover.Order.BYTES : 0;
    }
    return bytes + relayed;
  }
}
