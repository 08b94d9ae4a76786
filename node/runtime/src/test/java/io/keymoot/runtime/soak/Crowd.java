package io.keymoot.runtime.soak;

import io.keymoot.admission.PolicyFile;
import io.keymoot.admission.PolicyRules;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rights;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.frame.Authentication;
import io.keymoot.flatkeying.keying.FlatKeying;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.runtime.ClusterStack;
import io.keymoot.runtime.Delivery;
import io.keymoot.runtime.Deserialisation;
import io.keymoot.runtime.GroupNode;
import io.keymoot.runtime.Identity;
import io.keymoot.runtime.Network;
import io.keymoot.runtime.NodeState;
import io.keymoot.runtime.soak.Village.Failed;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Many members in one JVM: where JGroups' own encryption fails above about 114, evictions complete.
 */
final class Crowd {
  private static final int JOIN_MILLIS = 50;

  private Crowd() {}

  private record Person(Identity identity, GroupNode node) {}

  private static PolicyRules rules() throws Failed {
    return switch (PolicyFile.parse(
        "version: 1\n"
            + "admit: anybody\n"
            + "expel: anybody\n"
            + "founder: anybody\n"
            + "introducer: anybody\n")) {
      case PolicyFile.Parsed.Good good -> good.rules();
      case PolicyFile.Parsed.Faulty faulty -> throw new Failed(faulty.errors().toString());
    };
  }

  private static FlatKeying.Founding plan(String name) {
    return new FlatKeying.Founding(
        name,
        Profile.CONFERENCE,
        new Rights(new Rights.AnyMember(), Optional.empty(), Rights.DEFAULT_EXPEL_APPROVALS),
        Trust.OPEN);
  }

  /**
   * Newcomers to four who talk, all in one warm JVM over UDP on the loopback address: what joining
   * costs beside starting a JVM.
   */
  static void join(int newcomers, PrintStream out) throws Exception {
    String name = "warm " + ProcessHandle.current().pid();
    ClusterStack stack =
        ClusterStack.udp(
            InetAddress.getLoopbackAddress(), new InetSocketAddress("239.75.77.9", 41_234));
    List<Person> all = new ArrayList<>();
    ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    try (Network network = Network.of(stack, Deserialisation.FORBIDDEN_IN_JVM)) {
      for (int i = 0; i < 4; i++) {
        Identity identity = Identity.selfMade();
        GroupNode.Builder builder = GroupNode.of(network, identity, rules());
        all.add(new Person(identity, i == 0 ? builder.found(plan(name)) : builder.join(name)));
      }
      awaitSettled(all, 4, 60_000);
      Bytes words = Bytes.owning(new byte[100]);
      clock.scheduleAtFixedRate(
          () -> all.forEach(each -> each.node.send(words, Authentication.NONE, Delivery.RELIABLE)),
          5,
          5,
          TimeUnit.MILLISECONDS);
      List<Double> took = new ArrayList<>();
      for (int i = 0; i < newcomers; i++) {
        Identity identity = Identity.selfMade();
        // A network of its own: what the four have verified it must verify itself.
        try (Network own = Network.of(stack, Deserialisation.FORBIDDEN_IN_JVM)) {
          GroupNode node =
              GroupNode.of(own, identity, rules())
                  .join(name, all.get(0).node.group().orElseThrow());
          long connected = System.nanoTime();
          AtomicLong first = new AtomicLong();
          node.onMessage((from, payload) -> first.compareAndSet(0, System.nanoTime()));
          Village.await(
              () -> first.get() > 0, Village.in(30_000), () -> "not in: " + node.status());
          took.add((first.get() - connected) / 1e6);
          node.closeAfterLeaving();
        }
        awaitSettled(all, 4, 30_000);
      }
      took.sort(null);
      out.printf(
          Locale.ROOT,
          "join-warm: connected to first opened frame, %d newcomers: p50 %.0f ms, least %.0f, most"
              + " %.0f; wanted: p50 of %d at most, %s%n",
          newcomers,
          took.get(newcomers / 2),
          took.get(0),
          took.get(newcomers - 1),
          JOIN_MILLIS,
          took.get(newcomers / 2) <= JOIN_MILLIS ? "met" : "MISSED");
    } finally {
      clock.shutdownNow();
      all.forEach(each -> each.node.close());
    }
  }

  static void run(int count, PrintStream out) throws Exception {
    String name = "crowd";
    PolicyRules rules = rules();
    FlatKeying.Founding plan = plan(name);
    List<Person> all = new ArrayList<>();
    try (Network network = Network.of(ClusterStack.local(), Deserialisation.FORBIDDEN_IN_JVM)) {
      try {
        long from = System.nanoTime();
        for (int i = 0; i < count; i++) {
          Identity identity = Identity.selfMade();
          GroupNode.Builder builder = GroupNode.of(network, identity, rules);
          all.add(new Person(identity, i == 0 ? builder.found(plan) : builder.join(name)));
        }
        awaitSettled(all, count, 240_000);
        out.printf(Locale.ROOT, "local-%d: all in after %.1f s%n", count, seconds(from));
        for (int i = 0; i < 4; i++) {
          Person victim = all.remove(all.size() / 2);
          long expelled = System.nanoTime();
          all.get(0).node.evict(victim.identity.device());
          all.get(1).node.evict(victim.identity.device());
          awaitSettled(all, all.size(), 60_000);
          out.printf(
              Locale.ROOT,
              "local-%d: eviction %d complete, the %d others hold the new key after %.2f s%n",
              count,
              i + 1,
              all.size(),
              seconds(expelled));
          victim.node.close();
        }
      } finally {
        for (Person each : all) {
          Thread.ofVirtual().start(each.node::close);
        }
        TimeUnit.SECONDS.sleep(3);
      }
    }
  }

  private static void awaitSettled(List<Person> all, int members, long millis) throws Exception {
    long end = Village.in(millis);
    for (Person each : all) {
      Village.await(
          () ->
              each.node.status().state() == NodeState.SETTLED
                  && each.node.members().toCompletableFuture().join().size() == members,
          end,
          () -> "not settled: " + each.node.status() + ", of " + members);
    }
  }

  private static double seconds(long from) {
    return (System.nanoTime() - from) / 1e9;
  }
}
