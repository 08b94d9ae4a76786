package io.keymoot.simulator.result;

import java.util.Map;

/**
 * Sums over the whole run.
 *
 * @param messagesByType and bytesByType, a multicast counting once
 * @param deliveries messages that reached a peer
 * @param registeredAgain members whom nobody put out and who did not go, and that had to ask anew
 * @param coverLines entries of covers by kind: wraps, relays, seals and so on
 * @param epochsChecked keys in use that everybody not entitled tried to come to, by pooling all
 * @param framesOpenedLate of the frames opened, those that had come before their key
 * @param cpuMillis of the whole run; depends on the machine
 */
public record Totals(
    int admitted,
    int left,
    int expelled,
    int registeredAgain,
    int rekeys,
    int facts,
    Map<String, Long> messagesByType,
    Map<String, Long> bytesByType,
    long deliveries,
    Map<String, Long> coverLines,
    long epochsChecked,
    long framesSealed,
    long framesOpened,
    long framesOpenedLate,
    long cpuMillis) {
  static final Totals NONE =
      new Totals(0, 0, 0, 0, 0, 0, Map.of(), Map.of(), 0, Map.of(), 0, 0, 0, 0, 0);
}
