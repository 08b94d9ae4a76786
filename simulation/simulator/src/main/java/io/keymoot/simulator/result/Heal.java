package io.keymoot.simulator.result;

/**
 * A fault ended.
 *
 * @param what ended
 * @param convergedMillis until all who are up had the same facts and could send; negative if
 *     something else broke first
 */
public record Heal(String what, long atMillis, long convergedMillis) {
  /** At the end of a run nothing goes wrong any more. */
  public static final String ALL = "all faults";
}
