package io.keymoot.simulator.result;

import java.util.List;

/** How the run went, one sample a second (or a 600th of the run, if that is longer). */
public record Series(List<Sample> samples) {

  /**
   * All but the first five are sums since the start.
   *
   * @param up peers that run
   * @param members in the largest roster
   * @param epochs distinct epochs that are sent under
   * @param ableToSend members that may send
   * @param agreeing members whose facts are those of the largest party
   * @param rekeys made
   * @param refreshes of these, so many put nobody out, and everybody who held the epoch before
   *     reads them by one wrap: they take newcomers and fresh keys of slots in
   * @param facts written
   * @param messages put onto the network, a multicast counting once
   * @param controlBytes of facts and side messages, a multicast counting once
   * @param heartbeatBytes likewise
   * @param frames that were opened
   */
  public record Sample(
      long atMillis,
      int up,
      int members,
      int epochs,
      int ableToSend,
      int agreeing,
      long rekeys,
      long refreshes,
      long facts,
      long messages,
      long controlBytes,
      long heartbeatBytes,
      long frames) {}
}
