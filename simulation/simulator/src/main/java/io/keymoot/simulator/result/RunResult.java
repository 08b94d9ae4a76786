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
 * @param collusion what who was out came to by pooling, by how many were out; nothing in large
 *     groups, where it is not tried
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
    List<Collusion> collusion,
    Totals totals) {

  /** Of a run that could not even be told of. */
  public static RunResult broken(Plan plan, Violation violation) {
    return new RunResult(
        plan,
        "none",
        0,
        List.of(violation),
        new Series(List.of()),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        new SlotTable(0, List.of()),
        List.of(),
        Totals.NONE);
  }

  public boolean isGood() {
    return violations.isEmpty();
  }
}
