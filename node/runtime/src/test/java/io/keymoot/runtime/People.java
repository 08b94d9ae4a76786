package io.keymoot.runtime;

import static org.awaitility.Awaitility.await;

import io.keymoot.admission.PolicyFile;
import io.keymoot.admission.PolicyRules;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rights;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.keying.FlatKeying;
import io.keymoot.flatkeying.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jgroups.JChannel;

/** Nodes in this JVM, over the local stack unless told otherwise, and what each of them saw. */
final class People implements AutoCloseable {
  static final Duration SOON = Patience.SOON;

  /** For what has no time of its own to keep to: a test that waits so long hangs. */
  static final Duration IN_THE_END = Duration.ofMinutes(3);

  private static final AtomicInteger COUNT = new AtomicInteger();

  static final String OPEN_HOUSE =
      """
      version: 1
      admit: anybody
      expel: anybody
      founder: anybody
      introducer: anybody
      """;

  /** Each test has a cluster of its own: the local stack is one for the whole JVM. */
  final String name = "test " + COUNT.incrementAndGet();

  private final List<AutoCloseable> open = new ArrayList<>();
  PolicyRules policy = rules(OPEN_HOUSE);

  static PolicyRules rules(String policy) {
    return switch (PolicyFile.parse(policy)) {
      case PolicyFile.Parsed.Good good -> good.rules();
      case PolicyFile.Parsed.Faulty faulty ->
          throw new IllegalStateException("the test's policy: " + faulty.errors());
    };
  }

  FlatKeying.Founding plan() {
    return new FlatKeying.Founding(
        name,
        Profile.CONFERENCE,
        new Rights(new Rights.AnyMember(), Optional.empty(), Rights.DEFAULT_EXPEL_APPROVALS),
        Trust.OPEN);
  }

  Network network() {
    return network(ClusterStack.local());
  }

  Network network(ClusterStack stack) {
    Network network = Network.of(stack, Deserialisation.FORBIDDEN_IN_JGROUPS);
    open.add(network);
    return network;
  }

  /** What looks at a channel before it is used. */
  interface Watcher {
    void see(JChannel channel) throws Exception;
  }

  /** Of which the channels are seen; it is its caller's to close. */
  static Network watched(ClusterStack stack, Watcher watcher) {
    return Network.of(
        stack,
        Deserialisation.FORBIDDEN_IN_JGROUPS,
        (over, cluster, deserialisation, receiver) -> {
          JGroupsTransport opened = JGroupsTransport.open(over, cluster, deserialisation, receiver);
          watcher.see(opened.channel());
          return opened;
        });
  }

  GroupNode.Builder builder(Identity identity) {
    return GroupNode.of(network(), identity, policy);
  }

  Someone founder(String who) {
    return founder(who, ClusterStack.local());
  }

  Someone founder(String who, ClusterStack stack) {
    return founder(who, network(stack));
  }

  Someone founder(String who, Network over) {
    Identity identity = Identity.selfMade();
    return add(who, identity, GroupNode.of(over, identity, policy).found(plan()));
  }

  Someone joiner(String who) {
    return joiner(who, ClusterStack.local());
  }

  Someone joiner(String who, ClusterStack stack) {
    Identity identity = Identity.selfMade();
    return add(who, identity, GroupNode.of(network(stack), identity, policy).join(name));
  }

  Someone add(String who, Identity identity, GroupNode node) {
    Someone someone = new Someone(who, identity, node);
    open.add(identity);
    open.add(node);
    return someone;
  }

  /**
   * All are in one group of exactly these, under a key all may hold: what most tests begin with.
   */
  void settled(Someone... all) {
    await()
        .atMost(IN_THE_END)
        .untilAsserted(
            () -> {
              for (Someone each : all) {
                org.assertj.core.api.Assertions.assertThat(each.node.status().state())
                    .as(each.who + ": " + each.node.status())
                    .isEqualTo(NodeState.SETTLED);
                org.assertj.core.api.Assertions.assertThat(
                        each.node.members().toCompletableFuture().join())
                    .as(each.who)
                    .hasSize(all.length);
              }
            });
  }

  static final class Someone {
    final String who;
    final Identity identity;
    final GroupNode node;
    final List<NodeEvent> saw = new CopyOnWriteArrayList<>();
    private final EventFeed.Subscription looking;

    Someone(String who, Identity identity, GroupNode node) {
      this.who = who;
      this.identity = identity;
      this.node = node;
      this.looking = node.listen(0, (id, event) -> saw.add(event));
    }

    /** What comes from now on is too much to be kept. */
    void stopLooking() {
      looking.close();
    }

    <E extends NodeEvent> List<E> saw(Class<E> kind) {
      return saw.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    List<String> read() {
      return saw(NodeEvent.Message.class).stream()
          .map(message -> new String(message.payload().toArray(), StandardCharsets.UTF_8))
          .toList();
    }

    void reads(String words) {
      await(who + " to read " + words).atMost(SOON).until(() -> read().contains(words));
    }

    From from(String words) {
      return saw(NodeEvent.Message.class).stream()
          .filter(message -> message.payload().equals(text(words)))
          .findFirst()
          .orElseThrow()
          .from();
    }

    /** The one under which it sends at this moment. */
    Stay stay() {
      return node.lookAt(peer -> peer.keying().stay().orElseThrow())
          .toCompletableFuture()
          .join()
          .orElseThrow();
    }

    Sent says(String words) {
      return node.send(text(words));
    }
  }

  static Bytes text(String words) {
    return Bytes.owning(words.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    for (AutoCloseable each : open.reversed()) {
      try {
        each.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
