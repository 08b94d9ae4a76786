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
import io.keymoot.flatkeying.fact.MessageType;
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

  private static final int PATIENCE_SECONDS = 180;
  private static final int GRACE_MILLIS = 31_000;

  /** Keys of slots are renewed when nobody has said a word about them for so long, and more. */
  private static final int REST_SECONDS = 15;

  /** For each member, as they ask the less often the more they are. */
  private static final double REST_SECONDS_A_MEMBER = 0.1;

  /** A slot that stays owed for longer has no member who could renew it. */
  private static final int RESEALS_SECONDS = 60;

  /** Who has come and gone since stays in the facts: a group of so few has no such history. */
  private static final int ROUNDS_OF_A_GROUP = 4;

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
    private Hash32 place = Hash32.ZERO;
    private long cpuNanos;
    private boolean isGone;

    Node(FlatKeying core, SigningKey key, Bytes address, Part part) {
      this.core = core;
      this.key = key;
      this.address = address;
      this.part = part;
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

  /** What each says in its heartbeats of the keys that it holds: all hear it. */
  private final Map<MemberId, Said.Word> said = new HashMap<>();

  private final Node founder;
  private long now;
  private long order;
  private int named;

  // since the last reset
  private long multicast;
  private long unicast;
  private long slots;
  private long resetAt;
  private long grantBytes;
  private long toNewcomer;

  /** When somebody last said anything about keys of slots. */
  private long slotsAt;

  private Bytes newest = Bytes.EMPTY;

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
    listens(core);
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
    listens(core);
    nodes.put(node.address, node);
    newest = node.address;
    step(node, new Input.Start());
    byMember.put(core.self(), node);
    node.place = Rendezvous.place(group, Rendezvous.RESEAL, node.core.self());
    facts.forEach(fact -> step(node, new Input.Received(founder.address, fact)));
    step(node, new Input.IntroducerSeen(founder.address));
    return node;
  }

  private void listens(FlatKeying core) {
    core.readFrom(member -> member.equals(core.self()) ? null : said.get(member));
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

  /**
   * The same, and until slots have been renewed and all have their keys.
   *
   * @return whether it came to that
   */
  private boolean settle() {
    double rest = REST_SECONDS + REST_SECONDS_A_MEMBER * nodes.size();
    long since = now;
    for (int i = 0; i < PATIENCE_SECONDS + nodes.size(); i++) {
      run(1_000);
      tellWhatIsHeld();
      int owing = reseal();
      boolean isQuiet = now - Math.max(slotsAt, since) >= 1_000 * rest;
      if (isQuiet && (owing == 0 || i >= RESEALS_SECONDS) && allHoldTheSame()) {
        return true;
      }
    }
    if (!allHoldTheSame()) {
      throw unsettled();
    }
    return false;
  }

  private IllegalStateException unsettled() {
    long others =
        nodes.values().stream()
            .filter(node -> !node.isGone)
            .filter(node -> !node.core.sendingEpoch().equals(founder.core.sendingEpoch()))
            .count();
    return new IllegalStateException(
        "the group of "
            + nodes.size()
            + " does not settle: "
            + others
            + " have another key, "
            + resealers.values().stream().filter(able -> !able.isEmpty()).count()
            + " slots are owed");
  }

  /**
   * What heartbeats say of slots, to all, as a table that all read; and of epochs, to the founder
   * all of it, to the others some.
   */
  private void tellWhatIsHeld() {
    List<Node> speakers =
        nodes.values().stream().filter(node -> !node.isGone && node.core.isMember()).toList();
    for (Node speaker : speakers) {
      FlatKeying core = speaker.core;
      core.sendingEpoch()
          .ifPresent(epoch -> said.put(core.self(), new Said.Word(epoch.hash(), core.haveMask())));
    }
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
        hear(founder, word);
      }
      for (int j = 1; j <= Math.min(EARS, speakers.size() - 1); j++) {
        hear(speakers.get((i + j * j) % speakers.size()), word);
      }
    }
  }

  private void hear(Node by, Input word) {
    long before = by.cpuNanos;
    step(by, word);
    // What heartbeats cost is not what is measured here.
    by.cpuNanos = before;
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
        note(it.message());
        for (Node other : nodes.values()) {
          if (other != node && !other.isGone) {
            carry(node, other, it.message());
          }
        }
      }
      case Effect.Authored it -> facts.addAll(factsIn(it.message()));
      case Effect.ToMember it -> {
        unicast += it.message().length();
        note(it.message());
        Node other = byMember.get(it.to());
        if (other != null) {
          toNewcomer += other.address.equals(newest) ? it.message().length() : 0;
          carry(node, other, it.message());
        }
      }
      case Effect.ToAddress it -> {
        unicast += it.message().length();
        note(it.message());
        toNewcomer += it.to().equals(newest) ? it.message().length() : 0;
        if (it.to().equals(newest)
            && SideCodec.typeOf(it.message()).equals(Optional.of(MessageType.GRANT))) {
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

  private void note(Bytes message) {
    if (ByteCount.trafficOf(message) == ByteCount.Traffic.SLOTS) {
      slots += message.length();
      slotsAt = now;
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
    unicast = 0;
    slots = 0;
    resetAt = now;
    grantBytes = 0;
    toNewcomer = 0;
    nodes.values().forEach(node -> node.cpuNanos = 0);
  }

  private void addFollowers(Figures figures, String who, What what, int n) {
    for (Node node : nodes.values()) {
      if (node.isMeasured() && !node.isGone) {
        figures.add(who, what, n, node.cpuNanos / 1e3);
      }
    }
  }

  /** Of whom rounds are measured under this name. */
  static Turns.Player turns(int members, Figures figures, String who) {
    return new Turns.Player() {
      private CoreGroup group = of(members, Membership.profile(members), 1);
      private int rounds;

      @Override
      public void turn() {
        if (rounds > 0 && rounds % ROUNDS_OF_A_GROUP == 0) {
          group = of(members, Membership.profile(members), 1 + rounds);
        }
        rounds++;
        group.measure(figures, who);
      }
    };
  }

  /** One comes, the key is renewed, another goes: the group is as large as before. */
  void measure(Figures figures, String who) {
    int n = size();
    long factsBefore = factBytes();
    reset();
    Node newcomer = join(Part.COMES);
    run(1_000);
    if (grantBytes == 0) {
      throw new IllegalStateException("nobody let the newcomer in");
    }
    figures.add(who, What.ADMIT_AUTHOR, n, founder.cpuNanos / 1e3);
    figures.add(who, What.ADMIT_MULTICAST, n, multicast);
    figures.add(who, What.WELCOME_BYTES, n, grantBytes);
    // What it was handed, and what it asked for besides.
    figures.add(who, What.WELCOME_WITH_FACTS, n, factsBefore + toNewcomer);
    figures.add(who, What.WELCOME_CPU, n, newcomer.cpuNanos / 1e3);
    addFollowers(figures, who, What.ADMIT_FOLLOW, n);
    calm();

    reset();
    step(founder, new Input.Refresh());
    figures.add(who, What.REFRESH_AUTHOR, n, founder.cpuNanos / 1e3);
    figures.add(who, What.REFRESH_BYTES, n, multicast);
    run(100);
    addFollowers(figures, who, What.REFRESH_FOLLOW, n);
    settle();

    remove(figures, who, n);
    figures.add(who, What.HISTORY, n, factBytes() - factsBefore);
  }

  private void remove(Figures figures, String who, int n) {
    List<Node> candidates =
        nodes.values().stream()
            .filter(node -> node != founder && !node.isMeasured() && !node.isGone)
            .toList();
    Node leaver = candidates.get(random.nextInt(candidates.size()));
    reset();
    Fingerprint device = new Fingerprint(Hash32.sha256(leaver.key.spki().toArray()));
    step(founder, new Input.Expel(device));
    figures.add(who, What.REMOVE_AUTHOR, n, founder.cpuNanos / 1e3);
    figures.add(who, What.REMOVE_MULTICAST, n, multicast);
    leaver.isGone = true;
    int delays = 0;
    while (delays < 1_000 && !allHoldTheSame()) {
      run(DELAY_MILLIS);
      delays++;
    }
    figures.add(who, What.REMOVE_DELAYS, n, delays);
    run(1_000 - (long) delays * DELAY_MILLIS);
    figures.add(who, What.REMOVE_ALL_BYTES, n, multicast + unicast - slots);
    addFollowers(figures, who, What.REMOVE_FOLLOW, n);
    nodes.values().forEach(node -> node.cpuNanos = 0);
    nodes.remove(leaver.address);
    byMember.remove(leaver.core.self());
    said.remove(leaver.core.self());
    if (!settle()) {
      figures.fails(who, What.REMOVE_IN_ALL, n, "keys of slots do not come to rest");
      return;
    }
    figures.add(who, What.REMOVE_IN_ALL, n, multicast + unicast);
    addFollowers(figures, who, What.RENEWAL_CPU, n);
    if (slots > 0) {
      figures.add(who, What.RENEWAL_TIME, n, (slotsAt - resetAt) / 1e3);
    }
  }
}
