package io.keymoot.simulator.result;

/**
 * A property that did not hold.
 *
 * @param property P1 to P12, I1 to I8 or L1 to L3
 * @param what broke, in one sentence
 * @param step how many inputs peers had taken by then
 */
public record Violation(String property, String what, long step, long atMillis) {
  @Override
  public String toString() {
    return property + " at step " + step + " (" + atMillis + " ms): " + what;
  }
}
