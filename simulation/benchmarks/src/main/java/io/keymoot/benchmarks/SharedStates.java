package io.keymoot.benchmarks;

import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.group.Lore;
import io.keymoot.flatkeying.group.Membership;
import io.keymoot.flatkeying.wire.Bytes;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What many peers of one process take that have all learnt the same facts: each decodes them from
 * bytes and takes them, signatures having been checked once. Arguments: peers, members, facts more,
 * {@code shared} or {@code apart}.
 */
public final class SharedStates {
  private SharedStates() {}

  public static void main(String[] args) {
    int peers = Integer.parseInt(args[0]);
    int members = Integer.parseInt(args[1]);
    int more = Integer.parseInt(args[2]);
    boolean shared = args[3].equals("shared");

    Crowd crowd = new Crowd();
    crowd.growTo(members);
    for (int i = 0; i < more; i += 2) {
      crowd.learn(crowd.here());
      crowd.learn(crowd.rekey());
    }
    List<Bytes> messages = crowd.facts.stream().map(FactCodec::encode).toList();

    long before = heap();
    long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    Lore lore = Lore.shared();
    List<Membership> all = new ArrayList<>();
    for (int i = 0; i < peers; i++) {
      Membership peer = Membership.of(crowd.ledger(shared ? lore : Lore.ofOne()));
      for (Bytes message : messages) {
        Envelope fact = FactCodec.decode(message).orThrow();
        peer.offer(fact, "crowd");
      }
      if (peer.state().count() != messages.size()) {
        throw new IllegalStateException("a peer has not taken all");
      }
      all.add(peer);
    }
    long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
    long after = heap();
    System.out.printf(
        Locale.ROOT,
        "%d peers, %d members, %d facts, %s: %.1f MB, %.2f s; for one peer %.1f kB, %.1f ms%n",
        all.size(),
        members,
        messages.size(),
        args[3],
        (after - before) / 1e6,
        cpu / 1e9,
        (after - before) / 1e3 / peers,
        cpu / 1e6 / peers);
  }

  private static long heap() {
    var memory = ManagementFactory.getMemoryMXBean();
    for (int i = 0; i < 3; i++) {
      memory.gc();
    }
    return memory.getHeapMemoryUsage().getUsed();
  }
}
