package io.keymoot.simulator.churn;

/**
 * One stay of one person, as planned.
 *
 * @param person a number; who comes back has the same
 * @param until when it goes; past the end of the run if it does not
 */
public record Visit(int person, long from, long until, Ending ending) {
  /** How a visit ends. */
  public enum Ending {
    LEAVES,
    VANISHES,
    EXPELLED,
    /** Crashes, and its device starts again soon. */
    DROPS
  }
}
