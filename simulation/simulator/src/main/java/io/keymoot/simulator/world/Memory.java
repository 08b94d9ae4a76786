package io.keymoot.simulator.world;

import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Ledger;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * What a device keeps on its disk for its next start, as the runtime does: the facts that put
 * somebody out and all their past, as they were signed, with the certificates they rest on. Chosen
 * here once more, for the runtime keeps its choosing to itself, and comes with JGroups, sockets and
 * files, which the simulator is not to depend on.
 *
 * @param facts parents first
 * @param expulsions those of them that put somebody out
 */
public record Memory(List<Bytes> facts, List<Expulsion> expulsions) {
  public static final Memory NOTHING = new Memory(List.of(), List.of());

  public record Expulsion(FactId id, MemberId by) {}

  public Memory {
    facts = List.copyOf(facts);
    expulsions = List.copyOf(expulsions);
  }

  /** What the device would keep now. */
  public static Memory of(Node node) {
    List<Known> expulsions =
        withPasts(heads(node)).stream().filter(Memory::putsSomebodyOut).toList();
    return new Memory(
        withPasts(expulsions).stream().map(node.peer().keying()::told).toList(),
        expulsions.stream().map(fact -> new Expulsion(fact.id(), fact.author())).toList());
  }

  /** All that the node knows, as it would tell it, parents first. */
  static List<Bytes> allKnownTo(Node node) {
    return withPasts(heads(node)).stream().map(fact -> FactCodec.encode(fact.envelope())).toList();
  }

  private static List<Known> heads(Node node) {
    Ledger ledger = node.peer().keying().ledger();
    return node.known().heads().stream()
        .map(head -> Objects.requireNonNull(ledger.get(head)))
        .toList();
  }

  private static boolean putsSomebodyOut(Known fact) {
    return fact.fact() instanceof Rekey rekey
        && rekey.targets().stream()
            .anyMatch(
                target -> target instanceof Target.Expelled || target instanceof Target.Faulty);
  }

  /** These and all below them, parents first. */
  private static List<Known> withPasts(List<Known> some) {
    Set<Known> seen = new LinkedHashSet<>();
    Set<Known> done = new LinkedHashSet<>();
    Deque<Known> path = new ArrayDeque<>(some);
    while (!path.isEmpty()) {
      Known next = path.peek();
      if (seen.add(next)) {
        next.parents().stream().filter(parent -> !seen.contains(parent)).forEach(path::push);
      } else {
        done.add(path.pop());
      }
    }
    return List.copyOf(done);
  }

  public boolean isEmpty() {
    return facts.isEmpty();
  }
}
