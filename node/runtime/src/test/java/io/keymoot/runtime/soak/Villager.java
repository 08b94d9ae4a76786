package io.keymoot.runtime.soak;

import io.keymoot.admission.PolicyFile;
import io.keymoot.admission.PolicyRules;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
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
import io.keymoot.runtime.EventFeed;
import io.keymoot.runtime.GroupNode;
import io.keymoot.runtime.GroupView;
import io.keymoot.runtime.Identity;
import io.keymoot.runtime.Insight;
import io.keymoot.runtime.Line;
import io.keymoot.runtime.Network;
import io.keymoot.runtime.NodeEvent;
import io.keymoot.runtime.Wiretap;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One process of the village: orders on its standard input, what it sees on its standard output.
 * Times are of the machine's monotonic clock, which all its processes share.
 *
 * <pre>
 *   arguments: ADDRESS  udp PORT | tcp FOLDER  NAME HOME  found | either | join ID | plain  [hoard]
 *   orders:    say WORD | talk MILLIS BYTES | quiet | expel DEVICE | rekey | leave | again | part
 *              | found NAME | join NAME ID | reset | stats | plunder | handon | early | share | pool MEMBER HOME | heap | look | end
 *   says:      device ID | group ID | parted | connected T | first T | status STATE | members N
 *              | inuse EPOCH.REVISION T MEMBERS | read WORD | stats … | plundered MEMBER T
 *              | sealed MEMBER EPOCH | made EPOCH | derives EPOCH.REVISION | plunder … | handedon | early FRAMES OPENED KEYS OWN
 *              | pooled EPOCHS | comesto … | seen …
 * </pre>
 */
final class Villager {
  private static final String OPEN_HOUSE =
      """
      version: 1
      admit: anybody
      expel: anybody
      founder: anybody
      introducer: anybody
      """;

  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final Wiretap wiretap = new Wiretap();
  private final Hoarder hoarder = new Hoarder(wiretap);
  private final Heard heard = new Heard();

  /** Messages that others said and this one did not hear. */
  private final AtomicInteger unheard = new AtomicInteger();

  private boolean pools;
  private @Nullable ScheduledFuture<?> talking;
  private long sequence;
  private volatile @Nullable GroupNode current;
  private @Nullable AutoCloseable onlyIts;

  private Villager() {}

  public static void main(String[] args) throws Exception {
    new Villager().live(args);
    System.exit(0);
  }

  private void live(String[] args) throws Exception {
    InetAddress here = InetAddress.getByName(args[0]);
    ClusterStack stack =
        args[1].equals("udp")
            ? ClusterStack.udp(
                here,
                new InetSocketAddress(
                    InetAddress.getByName("239.75.77.9"), Integer.parseInt(args[2])))
            : ClusterStack.tcp(
                new InetSocketAddress(here, 0), ClusterStack.Discovery.files(Path.of(args[2])));
    String name = args[3];
    boolean hoards = args[args.length - 1].equals("hoard");
    if (args[5].equals("plain")) {
      plainly(stack, name);
      return;
    }
    Path home = Path.of(args[4]);
    try (Identity identity = Identity.loadOrMake(home);
        Recording recording = new Recording(home);
        Network network =
            hoards
                ? wiretap.network(stack, Deserialisation.FORBIDDEN_IN_JVM, recording::add)
                : Wiretap.recorded(stack, Deserialisation.FORBIDDEN_IN_JVM, recording::add)) {
      say("device " + identity.device().hash().toHex());
      GroupNode.Builder builder =
          GroupNode.of(network, identity, rules()).rememberingIn(home.resolve("memory"));
      if (hoards) {
        wiretap.drawingFor(builder);
      }
      try (GroupNode node =
          switch (args[5]) {
            case "found" -> builder.found(plan(name));
            case "either" -> builder.joinOrFound(plan(name));
            default -> builder.join(name, new GroupId(Hash32.fromHex(args[6])));
          }) {
        say("connected " + System.nanoTime());
        current = node;
        Runtime.getRuntime()
            .addShutdownHook(new Thread(() -> Objects.requireNonNull(current).closeAfterLeaving()));
        node.listen(0, listener(node));
        Line tap = null;
        if (hoards) {
          node.keys(0, hoarder);
          wiretap.watch(node);
          tap = Line.open(stack, name, hoarder);
        }
        obey(node, home, stack, name);
        if (tap != null) {
          tap.close();
        }
        wiretap.close();
        // Whoever watches this process has gone: as if the power had.
        Runtime.getRuntime().halt(0);
      }
    }
  }

  private static FlatKeying.Founding plan(String name) {
    return new FlatKeying.Founding(
        name,
        Profile.CONFERENCE,
        new Rights(new Rights.AnyMember(), Optional.empty(), Rights.DEFAULT_EXPEL_APPROVALS),
        Trust.OPEN);
  }

  private static PolicyRules rules() {
    return switch (PolicyFile.parse(OPEN_HOUSE)) {
      case PolicyFile.Parsed.Good good -> good.rules();
      case PolicyFile.Parsed.Faulty faulty ->
          throw new IllegalStateException("the village's policy: " + faulty.errors());
    };
  }

  // ---- orders

  private void obey(GroupNode first, Path home, ClusterStack stack, String name) throws Exception {
    GroupNode node = first;
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String order = orders.readLine(); order != null; order = orders.readLine()) {
      String[] words = order.split(" ");
      switch (words[0]) {
        case "say" -> node.send(text("w " + words[1]));
        case "talk" -> talk(node, Long.parseLong(words[1]), Integer.parseInt(words[2]));
        case "quiet" -> quiet();
        case "expel" -> node.evict(new Fingerprint(Hash32.fromHex(words[1])));
        case "rekey" -> node.rekey();
        case "leave" -> {
          quiet();
          node.leave();
        }
        case "again" -> {
          GroupId group = node.group().orElseThrow();
          part(node);
          node = anew(stack, its -> its.join(name, group));
        }
        case "part" -> {
          part(node);
          say("parted");
        }
        case "found" -> node = anew(stack, its -> its.found(plan(words[1])));
        case "join" -> {
          GroupId group = new GroupId(Hash32.fromHex(words[2]));
          node = anew(stack, its -> its.join(words[1], group));
        }
        case "reset" -> heard.reset();
        case "stats" -> say(heard.stats(System.nanoTime()));
        case "plunder" -> plunder(node, Objects.requireNonNull(home.getParent()));
        case "handon" -> {
          hoarder.handOn(handedOn(home));
          say("handedon");
        }
        case "early" -> {
          Hoarder.Plunder early = hoarder.plunder(node.group().orElseThrow(), handedOn(home));
          int own = hoarder.opened(node.group().orElseThrow());
          say("early " + early.frames() + " " + early.opened() + " " + early.keys() + " " + own);
        }
        case "share" -> {
          hoarder.share(shared(home));
          say("handedon");
        }
        case "pool" -> {
          MemberId other = new MemberId(Hash32.fromHex(words[1]));
          hoarder.poolWith(other, shared(Path.of(words[2])));
          pools = true;
        }
        case "heap" -> heap(node);
        case "look" -> look(node);
        case "end" -> {
          quiet();
          return;
        }
        default -> say("unknown order " + words[0]);
      }
    }
  }

  /** Frames that one hoarder recorded, for one that comes later. */
  private static Path handedOn(Path home) {
    return home.resolveSibling("frames");
  }

  /** All that one hoarder has, for another that is out as well. */
  private static Path shared(Path home) {
    return home.resolveSibling(home.getFileName() + ".hoard");
  }

  private void part(GroupNode node) throws Exception {
    quiet();
    node.closeAfterLeaving();
    AutoCloseable its = onlyIts;
    if (its != null) {
      its.close();
    }
  }

  private interface Start {
    GroupNode of(GroupNode.Builder builder) throws Exception;
  }

  /**
   * A new device: of what this process had verified nothing is kept, but its code is compiled. The
   * network that the first one used stays open, unused.
   */
  private GroupNode anew(ClusterStack stack, Start start) throws Exception {
    Identity identity = Identity.selfMade();
    Network network = Network.of(stack, Deserialisation.FORBIDDEN_IN_JVM);
    onlyIts =
        () -> {
          network.close();
          identity.close();
        };
    GroupNode node = start.of(GroupNode.of(network, identity, rules()));
    say("connected " + System.nanoTime());
    current = node;
    say("device " + identity.device().hash().toHex());
    node.listen(0, listener(node));
    return node;
  }

  private void talk(GroupNode node, long millis, int length) {
    talk(
        millis, () -> node.send(next(length, inUse(node)), Authentication.NONE, Delivery.RELIABLE));
  }

  private void talk(long millis, Runnable saying) {
    quiet();
    talking =
        clock.scheduleAtFixedRate(saying, millis * 1_000, millis * 1_000, TimeUnit.MICROSECONDS);
  }

  private void quiet() {
    ScheduledFuture<?> running = talking;
    if (running != null) {
      running.cancel(false);
    }
  }

  /** Said in each frame, so that whoever opens one knows under which key it was sealed at least. */
  private static String inUse(GroupNode node) {
    return Insight.epochInUse(node).map(Villager::shortly).orElse("-");
  }

  private Bytes next(int length, String epoch) {
    StringBuilder words = new StringBuilder();
    words.append("t ").append(sequence++).append(' ').append(System.nanoTime()).append(' ');
    words.append(epoch).append(' ');
    while (words.length() < length) {
      words.append('.');
    }
    return text(words.toString());
  }

  private static Bytes text(String words) {
    return Bytes.owning(words.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * @param village where all that the others said is
   */
  private void plunder(GroupNode node, Path village) throws IOException {
    Map<String, Long> latest = new TreeMap<>();
    Set<String> epochs = new TreeSet<>();
    Hoarder.Plunder all =
        hoarder.plunder(
            node.group().orElseThrow(),
            (sender, plain) -> {
              String[] words = words(plain);
              if (words[0].equals("t")) {
                String member = sender.member().hash().toHex();
                latest.merge(member, Long.parseLong(words[2]), Math::max);
                epochs.add(member + " " + words[3]);
              }
            });
    latest.forEach((member, sent) -> say("plundered " + member + " " + sent));
    epochs.forEach(each -> say("sealed " + each));
    Recording.all(
        village,
        message -> {
          if (wiretap.overhear(message)) {
            unheard.incrementAndGet();
          }
        });
    wiretap.derived().forEach((epoch, revision) -> say("derives " + shortly(epoch, revision)));
    if (pools) {
      Wiretap.Pooled pooled = wiretap.pooled();
      pooled.wrong().forEach(what -> say("comesto " + what));
      say("pooled " + pooled.epochs());
    }
    say("plunder " + all.frames() + " " + all.opened() + " " + all.keys() + " " + unheard);
  }

  private void heap(GroupNode node) {
    int facts = Insight.factsOf(node).toCompletableFuture().join();
    System.gc();
    Runtime jvm = Runtime.getRuntime();
    say("heap " + (jvm.totalMemory() - jvm.freeMemory()) / 1024 + " " + facts);
  }

  // ---- what it sees

  private EventFeed.Listener<NodeEvent> listener(GroupNode node) {
    return new EventFeed.Listener<>() {
      private boolean hasRead;

      @Override
      public void event(long id, NodeEvent event) {
        if (event instanceof NodeEvent.Message && !hasRead) {
          hasRead = true;
          say("first " + System.nanoTime());
        }
        tell(event);
        if (event instanceof NodeEvent.KeyInUse) {
          // By this name the expelled knows whose frames it opened.
          node.self()
              .thenAccept(self -> self.ifPresent(me -> say("member " + me.id().hash().toHex())));
        }
      }

      /** On a busy machine this thread may be slow; what the events told is then to be asked. */
      @Override
      public void missed(long firstId, long lastId) {
        look(node);
      }
    };
  }

  /** How it is now, whatever was told before; and what explains it. */
  private void look(GroupNode node) {
    GroupView view = node.view().toCompletableFuture().join().orElse(null);
    say("status " + node.status().state() + " " + node.status().cause());
    if (view == null) {
      return;
    }
    say("members " + view.members().size());
    List<String> usable = new ArrayList<>();
    for (GroupView.Epoch epoch : view.epochs()) {
      String name = shortly(epoch.id(), epoch.revision());
      usable.add(name + " held by " + epoch.held());
      if (view.inUse().equals(Optional.of(epoch.id()))) {
        say("inuse " + name + " " + System.nanoTime() + " " + view.members().size());
      }
    }
    say(
        "seen usable "
            + usable
            + " heard, ms ago "
            + view.members().stream().map(Villager::heard).toList()
            + " "
            + node.counts());
  }

  /** A member, and how many milliseconds ago it was heard. */
  private static String heard(GroupView.Presence member) {
    return member.member().hash().toHex().substring(0, 8)
        + " "
        + member.heardMillisAgo().map(Object::toString).orElse("never");
  }

  private void tell(NodeEvent event) {
    switch (event) {
      case NodeEvent.Message message ->
          read(message.from().sender().hash().toHex(), message.payload());
      case NodeEvent.Met met -> say("group " + met.group().hash().toHex());
      case NodeEvent.Status status -> say("status " + status.state() + " " + status.cause());
      case NodeEvent.RosterChanged changed -> say("members " + changed.members());
      case NodeEvent.KeyInUse key ->
          say(
              "inuse "
                  + shortly(key.epoch(), key.revision())
                  + " "
                  + System.nanoTime()
                  + " "
                  + key.members());
      case NodeEvent.Rekeyed rekeyed -> say("made " + shortly(rekeyed.epoch()));
      case NodeEvent.Refused refused -> say("refused " + refused.why());
      case NodeEvent.RosterDisagrees disagrees -> say("disagrees " + disagrees.with());
      default -> {}
    }
  }

  static String shortly(FactId epoch, int revision) {
    return shortly(epoch) + "." + revision;
  }

  private static String shortly(FactId epoch) {
    return epoch.hash().toHex().substring(0, 8);
  }

  private void read(String from, Bytes payload) {
    long now = System.nanoTime();
    String[] words = words(payload);
    if (words[0].equals("w")) {
      say("read " + words[1]);
    } else {
      heard.take(from, Long.parseLong(words[1]), Long.parseLong(words[2]), now);
    }
  }

  private static String[] words(Bytes payload) {
    return new String(payload.toArray(), StandardCharsets.UTF_8).split(" ");
  }

  /** Latencies, and numbers that never came; and who is still heard, which neither would tell. */
  static final class Heard {
    /** Whoever talks is heard more often. */
    private static final long FRESH_NANOS = 200_000_000;

    private final Map<String, Long> next = new HashMap<>();
    private final Map<String, Long> last = new HashMap<>();

    /** Of each sender, what did not come since the last reset; what comes late is taken out. */
    private final Map<String, Set<Long>> missing = new HashMap<>();

    private long count;
    private long worst;
    private long late;

    synchronized void take(String from, long number, long sent, long now) {
      long nanos = now - sent;
      last.put(from, now);
      Set<Long> gaps = missing.computeIfAbsent(from, unseen -> new HashSet<>());
      long expected = next.getOrDefault(from, number);
      for (long each = expected; each < number; each++) {
        gaps.add(each);
      }
      gaps.remove(number);
      next.merge(from, number + 1, Math::max);
      count++;
      worst = Math.max(worst, nanos);
      if (nanos > 100_000_000) {
        late++;
      }
    }

    synchronized void reset() {
      count = 0;
      missing.clear();
      worst = 0;
      late = 0;
    }

    synchronized String stats(long now) {
      int lost = missing.values().stream().mapToInt(Set::size).sum();
      long fresh = last.values().stream().filter(at -> now - at < FRESH_NANOS).count();
      return "stats " + count + " " + worst / 1_000 + " " + late + " " + lost + " " + fresh;
    }
  }

  // ---- without encryption, to compare with

  private void plainly(ClusterStack stack, String name) throws Exception {
    Line.Ear ear =
        new Line.Ear() {
          @Override
          public void control(Bytes message) {}

          @Override
          public void frame(String from, Bytes frame) {
            read(from, frame);
          }
        };
    try (Line line = Line.open(stack, name, ear)) {
      say("connected " + System.nanoTime());
      clock.scheduleWithFixedDelay(
          () -> say("members " + line.members()), 0, 500, TimeUnit.MILLISECONDS);
      BufferedReader orders =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String order = orders.readLine(); order != null; order = orders.readLine()) {
        String[] words = order.split(" ");
        switch (words[0]) {
          case "say" -> line.say(text("w " + words[1]));
          case "talk" -> {
            int length = Integer.parseInt(words[2]);
            talk(Long.parseLong(words[1]), () -> line.say(next(length, "-")));
          }
          case "reset" -> heard.reset();
          case "stats" -> say(heard.stats(System.nanoTime()));
          case "leave", "end" -> {
            quiet();
            return;
          }
          default -> quiet();
        }
      }
    }
  }

  private synchronized void say(String line) {
    out.println(line);
  }
}
