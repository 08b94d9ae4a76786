package io.keymoot.simulator.result;

/**
 * What one change of the membership cost.
 *
 * @param atMillis when it was asked for
 * @param settledMillis from then until it had taken effect: for a join, until the newcomer could
 *     send; else until everybody who is up sent under an epoch that the leaver has no part in;
 *     negative if never
 * @param bytes of the facts and side messages sent meanwhile for it: for a join the request, the
 *     Admit, the Grant and what the newcomer fetched; else the Rekeys and what was asked for after
 * @param cpuMicros of all peers, likewise; depends on the machine
 * @param members at that time
 * @param coverBytes of the Rekey; 0 for a join
 */
public record Change(
    Kind kind,
    long atMillis,
    long settledMillis,
    long bytes,
    long cpuMicros,
    int members,
    int coverBytes) {
  public enum Kind {
    JOIN,
    LEAVE,
    EXPULSION
  }
}
