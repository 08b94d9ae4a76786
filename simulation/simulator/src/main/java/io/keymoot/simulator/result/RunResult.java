package io.keymoot.simulator.result;

import java.util.List;

/**
 * One run.
 *
 * @param traceHash of every message and every step, in order: two runs are the same if it is
 * @param steps inputs that peers took
 * @param events who came and went, in order: the same for whoever compares another scheme
 * @param heals how long it took to agree again after each partition or other fault that ended
 * @param injected what was done to the network and its people
 * @param slots who holds which slots at the end
 */
public record RunResult(
    Plan plan,
    String traceHash,
    long steps,
    List<Violation> violations,
    Series series,
    List<MemberEvent> events,
    List<Change> changes,
    List<Expulsion> expulsions,
    List<Heal> heals,
    List<Injected> injected,
    SlotTable slots,
    Totals totals) {

  public boolean isGood() {
    return violations.isEmpty();
  }
}
