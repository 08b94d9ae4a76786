package io.keymoot.simulator.result;

/**
 * What one change of the membership cost.
 *
 * @param atMillis when it was asked for
 * @param settledMillis from then until it had taken effect: for a join, until the newcomer could
 *     send; else until everybody who is up sent under an epoch that the leaver has no part in;
 *     negative if never. Who wants in and goes before is told of if it had waited for long
 * @param bytes of the facts and side messages sent meanwhile for it: for a join the request, the
 *     Admit, the Grant and what the newcomer fetched; else the Rekeys and what was asked for after
 * @param cpuMicros of all peers and their network, likewise, and not of whoever watches and judges;
 *     depends on the machine
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
  /** Nobody is waited for longer. */
  public static final long GIVEN_UP_MILLIS = 60_000;

  /** Until it took effect; what never did took as long as could be. */
  public long effectMillis() {
    return settledMillis < 0 ? GIVEN_UP_MILLIS : settledMillis;
  }

  public enum Kind {
    JOIN,
    LEAVE,
    EXPULSION
  }
}
