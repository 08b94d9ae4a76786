package io.keymoot.benchmarks.compare;

import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactVerifier;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rights;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.fact.VerifiedOnce;
import io.keymoot.flatkeying.group.CredentialCheck;
import io.keymoot.flatkeying.group.CredentialVerdict;
import io.keymoot.flatkeying.group.Lore;
import io.keymoot.flatkeying.group.Rendezvous;
import io.keymoot.flatkeying.keying.Effect;
import io.keymoot.flatkeying.keying.FlatKeying;
import io.keymoot.flatkeying.keying.Input;
import io.keymoot.flatkeying.keying.Said;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.message.SyncReply;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A group of our real cores, all of them, on a network that loses nothing and takes a millisecond.
 * The founder does what is owed. It, the newcomer and those who are <i>measured</i> as they follow
 * share nothing with anybody: they check every signature and make every state themselves. The
 * others share states, which makes no difference to anyone.
 *
 * <p>A newcomer is handed the facts that were multicast before it came, as it would fetch them.
 *
 * <p>Whole, though it is long: the clock, the network and the members of one small world, each a
 * few lines that mean nothing without the others.
 */
final class CoreGroup {
  /** How many are measured as those who follow. */
  static final int MEASURED = 5;

  /**
   * So many come at once, as when machines are started; who is in meanwhile admits them together.
   */
  private static final int BURST = Limits.ADMIT_ROWS;

  /** What each message takes. */
  private static final int DELAY_MILLIS = 1;

  private static final int PATIENCE_SECONDS = 90;
  private static final int GRACE_MILLIS = 31_000;
  private static final int RESEALS_SECONDS = 20;

  /** A refresh follows newcomers within these. */
  private static final int CALM_SECONDS = 3;

  /** So many others hear each one's word on what it holds. */
  private static final int EARS = 6;

  private static final CredentialCheck ANYBODY =
      (found, key, credential) -> {
        TreeSet<String> roles = new TreeSet<>();
        if (new String(credential.toArray(), StandardCharsets.UTF_8).startsWith("chair")) {
          roles.add("chair");
        }
        return new CredentialVerdict.Accepted(roles);
      };

  private static final Rights CHAIR_EXPELS =
      new Rights(new Rights.AnyMember(), Optional.of("chair"), 2);

  /** What a device is for. */
  private enum Part {
    FOUNDS,
    /** Measured as one of those who follow, for good. */
    FOLLOWS,
    /** Measured while it comes, and then one of the others. */
    COMES,
    /** One of the crowd, with which it shares states and what was checked. */
    CROWD
  }

  /** One device with its core. */
  static final class Node {
    final FlatKeying core;
    final SigningKey key;
    final Bytes address;
    final Part part;
    private final Map<MemberId, Said.Word> said = new HashMap<>();
    private Hash32 place = Hash32.ZERO;
    private long cpuNanos;
    private boolean isGone;

    Node(FlatKeying core, SigningKey key, Bytes address, Part part) {
      this.core = core;
      this.key = key;
      this.address = address;
      this.part = part;
      core.readFrom(said::get);
    }

    boolean isMeasured() {
      return part == Part.FOLLOWS;
    }
  }

  /** Whose turn it is to give a slot a fresh key: the first, of those who say that it needs one. */
  private final Map<Slot, TreeMap<Hash32, Node>> resealers = new TreeMap<>();

  private record Event(long at, long order, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(at, other.at);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private final Random random;
  private final FlatKeying.Shared shared =
      FlatKeying.Shared.of(ANYBODY, new FactVerifier(new VerifiedOnce()), Lore.shared());
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final Map<Bytes, Node> nodes = new LinkedHashMap<>();
  private final Map<MemberId, Node> byMember = new HashMap<>();
  private final List<Bytes> facts = new ArrayList<>();
  private final Node founder;
  private long now;
  private long order;
  private int named;

  // since the last reset
  private long multicast;
  private long multicastByFounder;
  private long unicast;
  private long grantBytes;

  private CoreGroup(Profile profile, long seed) {
    random = new Random(seed);
    SigningKey key = SigningKey.generate(SignatureKind.ED25519, entropy());
    FlatKeying core =
        FlatKeying.found(
            new FlatKeying.Founding("compare", profile, CHAIR_EXPELS, Trust.OPEN),
            key,
            credential("chair"),
            entropy(),
            alone());
    founder = new Node(core, key, address(), Part.FOUNDS);
    nodes.put(founder.address, founder);
    step(founder, new Input.Start());
    byMember.put(core.self(), founder);
  }

  static CoreGroup of(int members, Profile profile, long seed) {
    CoreGroup group = new CoreGroup(profile, seed);
    for (int i = 1; i < members; i++) {
      group.join(i >= members - MEASURED ? Part.FOLLOWS : Part.CROWD);
      if (i % BURST == 0) {
        group.run(1_000);
      }
    }
    group.settle();
    return group;
  }

  /** What a newcomer fetches: all facts, without the covers. */
  private long factBytes() {
    long sum = 0;
    for (Bytes fact : facts) {
      if (FactCodec.decode(fact) instanceof Decoded.Ok<Envelope> ok) {
        sum += FactCodec.encodeWithoutCover(ok.value()).length();
      }
    }
    return sum;
  }

  /** Facts as they are, without the credentials that some are told with. */
  private static List<Bytes> factsIn(Bytes message) {
    return SideCodec.decode(message) instanceof Decoded.Ok<SideMessage>(SyncReply reply)
        ? reply.facts()
        : List.of(message);
  }

  int size() {
    return founder.core.state().memberCount();
  }

  private Entropy entropy() {
    Random own = new Random(random.nextLong());
    return own::nextBytes;
  }

  private Bytes address() {
    return Bytes.owning(("node " + named++).getBytes(StandardCharsets.UTF_8));
  }

  private Bytes credential(String role) {
    return Bytes.owning((role + named).getBytes(StandardCharsets.UTF_8));
  }

  private static FlatKeying.Shared alone() {
    return FlatKeying.Shared.of(ANYBODY, new FactVerifier(new VerifiedOnce()));
  }

  private Node join(Part part) {
    SigningKey key = SigningKey.generate(SignatureKind.ED25519, entropy());
    GroupId group = founder.core.group();
    FlatKeying core =
        FlatKeying.join(
            group, key, credential("guest"), entropy(), part == Part.CROWD ? shared : alone());
    Node node = new Node(core, key, address(), part);
    nodes.put(node.address, node);
    step(node, new Input.Start());
    byMember.put(core.self(), node);
    node.place = Rendezvous.place(group, "reseal", node.core.self());
    facts.forEach(fact -> step(node, new Input.Received(founder.address, fact)));
    step(node, new Input.IntroducerSeen(founder.address));
    return node;
  }

  // ---- time

  private void run(long millis) {
    long end = now + millis;
    while (!events.isEmpty() && events.peek().at <= end) {
      Event next = events.remove();
      now = Math.max(now, next.at);
      next.action.run();
    }
    now = end;
  }

  /** Until all who are in hold the same key. */
  private void calm() {
    for (int i = 0; i < PATIENCE_SECONDS; i++) {
      run(1_000);
      if (i >= CALM_SECONDS && allHoldTheSame()) {
        return;
      }
    }
    throw unsettled();
  }

  /** The same, and until slots have been renewed. */
  private void settle() {
    for (int i = 0; i < PATIENCE_SECONDS; i++) {
      run(1_000);
      tellWhatIsHeld();
      int resealed = reseal();
      // A slot that stays owed (its last Reseal is too fresh) is not waited for.
      if (i > 3 && (resealed == 0 || i >= RESEALS_SECONDS) && allHoldTheSame()) {
        return;
      }
    }
    throw unsettled();
  }

  private IllegalStateException unsettled() {
    long others =
        nodes.values().stream()
            .filter(node -> !node.isGone)
            .filter(node -> !node.core.sendingEpoch().equals(founder.core.sendingEpoch()))
            .count();
    return new IllegalStateException(
        "the group of " + nodes.size() + " does not settle: " + others + " have another key");
  }

  /** What heartbeats say of epochs and slots: to the founder all of it, to the others some. */
  private void tellWhatIsHeld() {
    List<Node> speakers =
        nodes.values().stream().filter(node -> !node.isGone && node.core.isMember()).toList();
    for (int i = 0; i < speakers.size(); i++) {
      Node speaker = speakers.get(i);
      Input word =
          new Input.Heard(
              speaker.core.self(),
              Optional.empty(),
              speaker.core.sendingEpoch(),
              Input.KeyCheck.UNTESTED,
              speaker.core.state().membersDigest());
      if (speaker != founder) {
        hear(founder, speaker, word);
      }
      for (int j = 1; j <= Math.min(EARS, speakers.size() - 1); j++) {
        hear(speakers.get((i + j * j) % speakers.size()), speaker, word);
      }
    }
  }

  private void hear(Node by, Node speaker, Input word) {
    speaker
        .core
        .sendingEpoch()
        .ifPresent(
            epoch ->
                by.said.put(
                    speaker.core.self(), new Said.Word(epoch.hash(), speaker.core.haveMask())));
    step(by, word);
  }

  private int reseal() {
    Map<Node, List<Slot>> turns = new LinkedHashMap<>();
    resealers.forEach(
        (slot, able) -> {
          able.values().removeIf(node -> node.isGone);
          if (!able.isEmpty()) {
            turns.computeIfAbsent(able.firstEntry().getValue(), n -> new ArrayList<>()).add(slot);
          }
        });
    turns.forEach((node, slots) -> slots.forEach(slot -> step(node, new Input.Reseal(slot))));
    return turns.size();
  }

  private boolean allHoldTheSame() {
    var epoch = founder.core.sendingEpoch();
    return epoch.isPresent()
        && nodes.values().stream()
            .filter(node -> !node.isGone)
            .allMatch(node -> node.core.isMember() && node.core.sendingEpoch().equals(epoch));
  }

  private void at(long when, Runnable action) {
    events.add(new Event(when, order++, action));
  }

  private void step(Node node, Input shared) {
    if (node.isGone) {
      return;
    }
    Input input = node.part == Part.CROWD ? shared : ownCopy(shared);
    long before = Cpu.nanos();
    List<Effect> effects = node.core.step(new Tick(now), input);
    node.cpuNanos += Cpu.nanos() - before;
    effects.forEach(effect -> perform(node, effect));
    node.core
        .nextDeadline()
        .ifPresent(due -> at(Math.max(due.millis(), now), () -> passTime(node)));
  }

  /** So that what it keeps of a message is its own memory. */
  private static Input ownCopy(Input input) {
    return input instanceof Input.Received received
        ? new Input.Received(received.from(), Bytes.owning(received.message().toArray()))
        : input;
  }

  private void passTime(Node node) {
    boolean isDue = node.core.nextDeadline().filter(due -> due.millis() <= now).isPresent();
    if (isDue) {
      step(node, new Input.TimePassed());
    }
  }

  private void perform(Node node, Effect effect) {
    switch (effect) {
      case Effect.Multicast it -> {
        multicast += it.message().length();
        multicastByFounder += node == founder ? it.message().length() : 0;
        for (Node other : nodes.values()) {
          if (other != node && !other.isGone) {
            carry(node, other, it.message());
          }
        }
      }
      case Effect.Authored it -> facts.addAll(factsIn(it.message()));
      case Effect.ToMember it -> {
        unicast += it.message().length();
        Node other = byMember.get(it.to());
        if (other != null) {
          carry(node, other, it.message());
        }
      }
      case Effect.ToAddress it -> {
        unicast += it.message().length();
        if (node == founder) {
          grantBytes = it.message().length();
        }
        Node other = nodes.get(it.to());
        if (other != null) {
          carry(node, other, it.message());
        }
      }
      case Effect.AskPolicy it ->
          at(now, () -> step(node, new Input.Decided(it.request().member(), true)));
      case Effect.AskBelief it ->
          at(now, () -> step(node, new Input.Believed(it.granter(), Input.Belief.YES)));
      case Effect.Install it -> it.tek().close();
      case Effect.Owed it -> {
        if (node == founder) {
          at(now + 100, () -> step(node, new Input.Act(it.duty())));
        }
      }
      case Effect.ResealOwed it -> {
        resealers.values().forEach(able -> able.values().remove(node));
        it.slots()
            .forEach(
                slot ->
                    resealers.computeIfAbsent(slot, s -> new TreeMap<>()).put(node.place, node));
      }
      default -> {} // what people are told, and what only heartbeats need
    }
  }

  private void carry(Node from, Node to, Bytes message) {
    at(now + DELAY_MILLIS, () -> step(to, new Input.Received(from.address, message)));
  }

  /** An epoch begins, and those before are past their grace. */
  void refreshAndForget() {
    step(founder, new Input.Refresh());
    run(GRACE_MILLIS);
    calm();
  }

  /** One of those who share nothing. */
  FlatKeying measuredCore() {
    return nodes.values().stream().filter(Node::isMeasured).findFirst().orElseThrow().core;
  }

  // ---- measuring

  private void reset() {
    multicast = 0;
    multicastByFounder = 0;
    unicast = 0;
    nodes.values().forEach(node -> node.cpuNanos = 0);
  }

  private void addFollowers(Figures figures, String who, What what, int n) {
    for (Node node : nodes.values()) {
      if (node.isMeasured() && !node.isGone) {
        figures.add(who, what, n, node.cpuNanos / 1e3);
      }
    }
  }

  /** Of whom rounds and memory are measured under this name. */
  Turns.Player as(Figures figures, String who) {
    return new Turns.Player() {
      @Override
      public void turn() {
        measure(figures, who);
      }

      @Override
      public void end() {
        measureMemory(figures, who);
      }
    };
  }

  /** One comes, the key is renewed, another goes: the group is as large as before. */
  void measure(Figures figures, String who) {
    int n = size();
    reset();
    Node newcomer = join(Part.COMES);
    run(1_000);
    figures.add(who, What.ADMIT_AUTHOR, n, founder.cpuNanos / 1e3);
    figures.add(who, What.ADMIT_MULTICAST, n, multicast);
    figures.add(who, What.WELCOME_BYTES, n, grantBytes);
    figures.add(who, What.WELCOME_WITH_FACTS, n, grantBytes + factBytes());
    figures.add(who, What.WELCOME_CPU, n, newcomer.cpuNanos / 1e3);
    addFollowers(figures, who, What.ADMIT_FOLLOW, n);
    calm();

    reset();
    step(founder, new Input.Refresh());
    figures.add(who, What.REFRESH_AUTHOR, n, founder.cpuNanos / 1e3);
    figures.add(who, What.REFRESH_BYTES, n, multicast);
    run(100);
    addFollowers(figures, who, What.REFRESH_FOLLOW, n);
    calm();
    tellWhatIsHeld();
    run(1_000);

    List<Node> candidates =
        nodes.values().stream()
            .filter(node -> node != founder && !node.isMeasured() && !node.isGone)
            .toList();
    Node leaver = candidates.get(random.nextInt(candidates.size()));
    reset();
    Fingerprint device = new Fingerprint(Hash32.sha256(leaver.key.spki().toArray()));
    step(founder, new Input.Expel(device));
    figures.add(who, What.REMOVE_AUTHOR, n, founder.cpuNanos / 1e3);
    leaver.isGone = true;
    int delays = 0;
    while (delays < 1_000 && !allHoldTheSame()) {
      run(DELAY_MILLIS);
      delays++;
    }
    figures.add(who, What.REMOVE_DELAYS, n, delays);
    run(1_000 - (long) delays * DELAY_MILLIS);
    figures.add(who, What.REMOVE_MULTICAST, n, multicastByFounder);
    figures.add(who, What.REMOVE_ALL_BYTES, n, multicast + unicast);
    addFollowers(figures, who, What.REMOVE_FOLLOW, n);
    nodes.remove(leaver.address);
    byMember.remove(leaver.core.self());
    settle();
  }

  /** Memory of each who is measured: what is free once they are gone. The group's last act. */
  void measureMemory(Figures figures, String who) {
    int n = size();
    events.clear();
    resealers.clear();
    long before = Cpu.heap();
    nodes.values().removeIf(Node::isMeasured);
    byMember.values().removeIf(Node::isMeasured);
    double each = (before - Cpu.heap()) / (double) MEASURED;
    figures.add(who, What.STATE_WITH_FACTS, n, each);
    figures.add(who, What.STATE, n, each - factBytes());
  }
}
