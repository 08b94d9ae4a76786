package io.keymoot.simulator.result;

/**
 * @param fault its name
 * @param times it happened
 * @param source where the model of it comes from
 */
public record Injected(String fault, long times, String source) {
  /** Before the name of a liar's trick. */
  public static final String TRICK = "trick: ";
}
