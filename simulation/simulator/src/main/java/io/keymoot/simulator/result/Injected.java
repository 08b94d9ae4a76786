package io.keymoot.simulator.result;

/**
 * @param fault its name
 * @param times it happened
 * @param source where the model of it comes from
 */
public record Injected(String fault, long times, String source) {
  /** Before the name of a liar's trick. */
  public static final String TRICK = "trick: ";

  /** Not a fault: sides that were apart put each other out, and nobody is in by all the facts. */
  public static final String APART = "put each other out";
}
