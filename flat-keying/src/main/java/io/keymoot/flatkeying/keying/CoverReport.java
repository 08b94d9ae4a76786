package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.fact.MemberId;
import java.util.List;

/**
 * What a Rekey cost and whom each entry of its cover reaches, and why: the plan explains itself.
 *
 * @param bytes of the whole message
 * @param unreached members whose leaf keys this peer lacks: they will ask
 */
public record CoverReport(int bytes, List<Line> lines, List<MemberId> unreached) {

  /** The kinds of entry, cheapest for the group first. */
  public enum Kind {
    REFRESH,
    SEAL,
    OFFER_AND_SEAL,
    TREE
  }

  /**
   * @param reaches how many members read it
   */
  public record Line(Kind kind, int bytes, int reaches, String why) {}
}
