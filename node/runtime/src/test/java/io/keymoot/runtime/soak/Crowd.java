package io.keymoot.runtime.soak;

import com.sun.management.OperatingSystemMXBean;
import io.keymoot.admission.PolicyFile;
import io.keymoot.admission.PolicyRules;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rights;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.frame.Authentication;
import io.keymoot.flatkeying.keying.FlatKeying;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.runtime.ClusterStack;
import io.keymoot.runtime.Delivery;
import io.keymoot.runtime.Deserialisation;
import io.keymoot.runtime.GroupNode;
import io.keymoot.runtime.GroupView;
import io.keymoot.runtime.Identity;
import io.keymoot.runtime.Insight;
import io.keymoot.runtime.Line;
import io.keymoot.runtime.Network;
import io.keymoot.runtime.NodeState;
import io.keymoot.runtime.Wiretap;
import io.keymoot.runtime.soak.Village.Failed;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Many members in one JVM: where JGroups' own encryption fails above about 114, evictions complete.
 */
final class Crowd {
  private static final int JOIN_MILLIS = 50;

  private static final String NAME = "crowd";
  private static final int VICTIMS = 4;

  /** What one keeps that should not. */
  private record Hoard(Hoarder keys, Line tap) {}

  private record Person(
      Identity identity, GroupNode node, Set<String> read, @Nullable Hoard hoard) {
    long readOf(String word) {
      return read.stream().filter(each -> each.startsWith(word)).count();
    }
  }

  private final int count;
  private final PrintStream out;
  private final List<Person> all = new ArrayList<>();
  private final long from = System.nanoTime();

  private Crowd(int count, PrintStream out) {
    this.count = count;
    this.out = out;
  }

  static PolicyRules rules() throws Failed {
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

  static FlatKeying.Founding plan(String name) {
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
        GroupNode node = i == 0 ? builder.found(plan(name)) : builder.join(name);
        all.add(new Person(identity, node, new HashSet<>(), null));
      }
      awaitSettled(all, 4, 60_000);
      Bytes words = Bytes.owning(new byte[100]);
      clock.scheduleAtFixedRate(
          () -> all.forEach(each -> each.node.send(words, Authentication.NONE, Delivery.RELIABLE)),
          5,
          5,
          TimeUnit.MILLISECONDS);
      List<Double> took = new ArrayList<>();
      List<String> inTurn = new ArrayList<>();
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
          double millis = (first.get() - connected) / 1e6;
          took.add(millis);
          inTurn.add(
              String.format(
                  Locale.ROOT,
                  "%.0f (%d)",
                  millis,
                  Insight.factsOf(all.get(0).node).toCompletableFuture().join()));
          node.closeAfterLeaving();
        }
        awaitSettled(all, 4, 30_000);
      }
      took.sort(null);
      out.printf(
          Locale.ROOT,
          "join-warm: connected to first opened frame, %d newcomers: p50 %.0f ms, least %.0f, most"
              + " %.0f; wanted: p50 of %d at most, %s; in turn, and how many facts each checked:"
              + " %s%n",
          newcomers,
          took.get(newcomers / 2),
          took.get(0),
          took.get(newcomers - 1),
          JOIN_MILLIS,
          took.get(newcomers / 2) <= JOIN_MILLIS ? "met" : "MISSED",
          inTurn);
      if (took.get(newcomers / 2) > JOIN_MILLIS) {
        throw new Failed("a newcomer waits longer than is wanted");
      }
    } finally {
      clock.shutdownNow();
      all.forEach(each -> each.node.close());
    }
  }

  /**
   * As an application would that starts many nodes: each when the one before it is in. Then all
   * read each other, and four are put out, one after the other, of whom each kept every key that it
   * was handed and every frame that it heard. Each must open frames from before, and none of those
   * that the others sent under the key without it.
   */
  static void run(int count, PrintStream out) throws Exception {
    new Crowd(count, out).run();
  }

  private void run() throws Exception {
    try (Network network = Network.of(ClusterStack.local(), Deserialisation.FORBIDDEN_IN_JVM)) {
      try {
        fill(network);
        awaitSettled(all, count, 120_000);
        tell("all have one key");
        awaitAllRead("greeting");
        tell("all have opened a frame of each");
        for (Person victim : all.stream().filter(each -> each.hoard != null).toList()) {
          putOut(victim);
        }
      } catch (Failed e) {
        throw new Failed(e.getMessage() + "; " + how());
      } finally {
        for (Person each : all) {
          Thread.ofVirtual().start(each.node::close);
        }
        TimeUnit.SECONDS.sleep(3);
      }
    }
  }

  private void fill(Network network) throws Exception {
    FlatKeying.Founding plan = plan(NAME);
    for (int i = 0; i < count; i++) {
      Identity identity = Identity.selfMade();
      GroupNode.Builder builder = GroupNode.of(network, identity, rules());
      GroupNode node =
          i == 0 ? builder.found(plan) : builder.join(NAME, all.get(0).node.group().orElseThrow());
      // Spread among the others, and not of the first two, who put them out.
      boolean isVictim = i > 1 && i % (count / VICTIMS) == count / VICTIMS / 2;
      Hoard hoard = null;
      if (isVictim) {
        Hoarder keys = new Hoarder(new Wiretap());
        node.keys(0, keys);
        hoard = new Hoard(keys, Line.open(ClusterStack.local(), NAME, keys));
      }
      Person person = new Person(identity, node, ConcurrentHashMap.newKeySet(), hoard);
      node.onMessage((from, payload) -> person.read.add(words(payload)));
      all.add(person);
      try {
        node.whenIn().toCompletableFuture().get(60, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        throw new Failed("the " + (i + 1) + "th is not in after 60 s: " + node.status());
      }
      if ((i + 1) % 16 == 0 || i + 1 == count) {
        tell("%d in, of whom %d are settled", i + 1, settled());
      }
    }
  }

  private void putOut(Person victim) throws Exception {
    all.remove(victim);
    long expelled = System.nanoTime();
    all.get(0).node.evict(victim.identity.device());
    all.get(1).node.evict(victim.identity.device());
    awaitSettled(all, all.size(), 60_000);
    double took = (System.nanoTime() - expelled) / 1e9;
    String word = "without " + victim.identity.device().hash().toHex().substring(0, 8);
    awaitAllRead(word);
    Hoard hoard = Objects.requireNonNull(victim.hoard);
    List<String> later = new ArrayList<>();
    Hoarder.Plunder plunder =
        hoard.keys.plunder(
            all.get(0).node.group().orElseThrow(),
            (sender, plain) -> {
              String said = words(plain);
              if (said.startsWith(word)) {
                later.add(said);
              }
            });
    if (plunder.opened() == 0 || !later.isEmpty()) {
      throw new Failed("the evicted opened " + plunder + ", of them sealed without it: " + later);
    }
    tell(
        "eviction complete, the %d others hold the new key after %.2f s and read each other under"
            + " it; the evicted tried %d keys on %d frames and opened %d, all from before",
        all.size(), took, plunder.keys(), plunder.frames(), plunder.opened());
    hoard.tap.close();
    victim.node.close();
  }

  /** Each says the word until all others have read it of it. */
  private void awaitAllRead(String word) throws Exception {
    long end = Village.in(60_000);
    long next = 0;
    while (all.stream().mapToLong(each -> each.readOf(word)).sum()
        < (long) all.size() * (all.size() - 1)) {
      if (System.nanoTime() > end) {
        throw new Failed(
            "not all have read all others: "
                + all.stream().map(each -> each.readOf(word)).toList());
      }
      if (System.nanoTime() > next) {
        next = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        for (int i = 0; i < all.size(); i++) {
          all.get(i).node.send(Bytes.owning((word + " " + i).getBytes(StandardCharsets.UTF_8)));
        }
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private long settled() {
    return all.stream().filter(each -> each.node.status().state() == NodeState.SETTLED).count();
  }

  /** How all are, for whoever reads why it failed. */
  private String how() {
    Map<String, Integer> states = new TreeMap<>();
    Map<String, Integer> inUse = new TreeMap<>();
    Map<Integer, Integer> members = new TreeMap<>();
    for (Person each : all) {
      states.merge(each.node.status().toString(), 1, Integer::sum);
      members.merge(each.node.members().toCompletableFuture().join().size(), 1, Integer::sum);
      each.node
          .view()
          .toCompletableFuture()
          .join()
          .flatMap(GroupView::inUse)
          .ifPresent(key -> inUse.merge(key.hash().toHex().substring(0, 8), 1, Integer::sum));
    }
    return "how many say so: " + states + ", have so many members: " + members + ", use: " + inUse;
  }

  private void tell(String format, Object... values) {
    double cpu =
        ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
            ? system.getProcessCpuTime() / 1e9
            : Double.NaN;
    out.printf(
        Locale.ROOT,
        "local-%d: %6.1f s, %.0f of CPU, %d facts: %s%n",
        count,
        (System.nanoTime() - from) / 1e9,
        cpu,
        Insight.factsOf(all.get(0).node).toCompletableFuture().join(),
        String.format(Locale.ROOT, format, values));
  }

  private static String words(Bytes payload) {
    return new String(payload.toArray(), StandardCharsets.UTF_8);
  }

  /** All of them settled, with so many members, under one key. */
  private static void awaitSettled(List<Person> all, int members, long millis) throws Exception {
    long end = Village.in(millis);
    Set<FactId> inUse = new HashSet<>();
    do {
      inUse.clear();
      for (Person each : all) {
        Village.await(
            () -> each.node.status().state() == NodeState.SETTLED,
            end,
            () -> "not settled: " + each.node.status() + ", of " + members);
        each.node
            .view()
            .toCompletableFuture()
            .join()
            .filter(view -> view.members().size() == members)
            .flatMap(GroupView::inUse)
            .ifPresentOrElse(inUse::add, () -> inUse.add(NONE));
      }
      if (System.nanoTime() > end) {
        throw new Failed(inUse.size() + " keys are in use, or some lack members");
      }
      TimeUnit.MILLISECONDS.sleep(20);
    } while (inUse.size() > 1 || inUse.contains(NONE));
  }

  /** Stands for whoever has no key, or other members. */
  private static final FactId NONE = new FactId(Hash32.fromHex("00".repeat(32)));
}
