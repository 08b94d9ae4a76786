package io.keymoot.runtime.soak;

import io.keymoot.admission.PolicyFile;
import io.keymoot.admission.PolicyRules;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rights;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.keying.FlatKeying;
import io.keymoot.runtime.ClusterStack;
import io.keymoot.runtime.Deserialisation;
import io.keymoot.runtime.GroupNode;
import io.keymoot.runtime.Identity;
import io.keymoot.runtime.Network;
import io.keymoot.runtime.NodeState;
import io.keymoot.runtime.soak.Village.Failed;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Many members in one JVM: where JGroups' own encryption fails above about 114, evictions complete.
 */
final class Crowd {
  private Crowd() {}

  private record Person(Identity identity, GroupNode node) {}

  static void run(int count, PrintStream out) throws Exception {
    String name = "crowd";
    PolicyRules rules =
        switch (PolicyFile.parse(
            "version: 1\n"
                + "admit: anybody\n"
                + "expel: anybody\n"
                + "founder: anybody\n"
                + "introducer: anybody\n")) {
          case PolicyFile.Parsed.Good good -> good.rules();
          case PolicyFile.Parsed.Faulty faulty -> throw new Failed(faulty.errors().toString());
        };
    FlatKeying.Founding plan =
        new FlatKeying.Founding(
            name,
            Profile.CONFERENCE,
            new Rights(new Rights.AnyMember(), Optional.empty(), Rights.DEFAULT_EXPEL_APPROVALS),
            Trust.OPEN);
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
