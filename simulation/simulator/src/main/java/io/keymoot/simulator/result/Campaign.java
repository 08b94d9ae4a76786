package io.keymoot.simulator.result;

import java.util.List;
import java.util.Map;

/**
 * What many runs of one plan come to.
 *
 * @param next the first seed of which nothing is known yet: whoever is interrupted goes on there
 * @param failing the seeds that broke something, the first of them
 * @param failsAtMost the share of such runs that would fail, at 95 % confidence: 3 / N if none of N
 *     did; 1, which says nothing, if one did
 * @param converged after the faults had stopped, until all knew the same facts and could send
 * @param joined from asking until the newcomer could send; who was not let in counts as a minute
 * @param readable from an expulsion until the last frame that the expelled could read
 * @param tricks of liars: how often each was played; none if nobody lied
 * @param leavesAtOnce the most leaves within one second, the Rekeys that these took, and those that
 *     only took fresh keys of slots in afterwards
 */
public record Campaign(
    Plan plan,
    long runs,
    long failed,
    long next,
    List<Long> failing,
    double failsAtMost,
    long virtualMillis,
    long steps,
    long keysTried,
    long framesOpened,
    Share converged,
    Share joined,
    Share readable,
    Map<String, Long> tricks,
    int leavesAtOnce,
    long rekeysThen,
    long refreshesThen,
    double runsPerSecond) {

  /** Milliseconds within which half, 99 % and all of so many had it; negative where none did. */
  public record Share(long count, long half, long ninetyNine, long all) {}
}
