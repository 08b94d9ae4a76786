package io.keymoot.simulator.world;

import io.keymoot.admission.AdmissionPolicy;
import io.keymoot.admission.PolicyFile;
import io.keymoot.admission.PolicyRules;
import io.keymoot.admission.WallTime;
import io.keymoot.admission.certificate.Credential;
import io.keymoot.admission.certificate.CredentialChecker;
import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactVerifier;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rights;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.fact.VerifiedOnce;
import io.keymoot.flatkeying.fact.VerifyMemory;
import io.keymoot.flatkeying.frame.FrameEpoch;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Lore;
import io.keymoot.flatkeying.keying.FlatKeying;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.heartbeat.Rosters;
import io.keymoot.peer.Address;
import io.keymoot.peer.BeatsRead;
import io.keymoot.peer.Identities;
import io.keymoot.peer.Peer;
import io.keymoot.peer.PeerEffect;
import io.keymoot.simulator.result.Violation;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * One group on a virtual network: its people, what passes between them, and who watches.
 *
 * <p>Long because it is a list: each thing that faults, churn and judges may ask of it is one
 * method.
 */
public final class World {
  /** What a slow node has not got to after so long is lost to it. */
  static final long SLOWEST_MILLIS = 30_000;

  private static final long SOME_DAY = 1_800_000_000L;

  /** Signature checks remembered by all together: a large group has more in the air than one. */
  private static final int CHECKS_REMEMBERED = 1 << 17;

  private static final int SECOND_LORE_ONE_IN = 64;

  private static final Rights TWO_EXPEL =
      new Rights(new Rights.AnyMember(), Optional.empty(), Rights.DEFAULT_EXPEL_APPROVALS);
  private static final String OPEN_HOUSE =
      """
      version: 1
      admit: anybody
      expel: anybody
      founder: anybody
      introducer: anybody
      """;

  /**
   * @param everySignature every peer checks every signature and heartbeat itself, and decides every
   *     fact
   * @param entropy a source of randomness for a device, from a seed
   * @param certified the group lets in nobody without a certificate, and dates are told
   */
  public record Setup(
      long seed,
      Profile profile,
      boolean everySignature,
      LongFunction<Entropy> entropy,
      boolean certified) {
    public Setup(
        long seed, Profile profile, boolean everySignature, LongFunction<Entropy> entropy) {
      this(seed, profile, everySignature, entropy, false);
    }
  }

  /** What went over the network so far, a multicast counting once. */
  public record Traffic(Map<String, Long> messages, Map<String, Long> bytes) {}

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** Draws of somebody outside change nothing of what the peers draw. */
  private static final long OUTSIDE = 0x0DD5EEDL;

  private static final long CERTIFIER = 0xCE47L;
  private static final long DATE_TOLD_EVERY_MILLIS = 1_000;

  private final Setup setup;
  private final Random random;
  private final Timeline timeline = new Timeline();
  private final Network network;
  private final Entropy outside;
  private final Trace trace;
  private final List<Watcher> watchers = new ArrayList<>();
  private final List<Node> nodes = new ArrayList<>();
  private final Map<Address, Node> byAddress = new TreeMap<>();
  private final FactVerifier verifier;
  private final Lore lore = Lore.shared();

  /** Made by few, of facts that come to them in an order of their own: to be held against it. */
  private final Lore secondLore = Lore.shared();

  private final Rosters rosters = new Rosters();
  private final Identities identities = new Identities();
  private final BeatsRead beats = new BeatsRead();
  private final @Nullable Certifier certifier;
  private final PolicyRules policy;

  /** What each device shows when it starts. */
  private final Map<Fingerprint, Certifier.Paper> papers = new TreeMap<>();

  private final List<Violation> violations = new ArrayList<>();
  private final Map<String, Long> messages = new TreeMap<>();
  private final Map<String, Long> bytes = new TreeMap<>();
  private final Map<String, Long> injected = new LinkedHashMap<>();
  private @Nullable GroupId group;
  private @Nullable Forming forming;
  private long steps;
  private long framesSealed;
  private long framesOpened;
  private long framesOpenedLate;
  private long watchingNanos;
  private boolean somebodyLies;

  public World(Setup setup, Trace trace) {
    this.setup = setup;
    this.trace = trace;
    this.random = new Random(setup.seed);
    this.network = new Network(this, random.nextLong());
    this.outside = setup.entropy.apply(setup.seed ^ OUTSIDE);
    this.verifier =
        new FactVerifier(
            setup.everySignature ? VerifyMemory.NONE : new VerifiedOnce(CHECKS_REMEMBERED));
    this.certifier =
        setup.certified
            ? new Certifier(setup.entropy.apply(setup.seed ^ CERTIFIER), wallTime())
            : null;
    this.policy = setup.certified ? Certifier.policy() : rules(OPEN_HOUSE);
  }

  // ---- what others look at

  public Timeline timeline() {
    return timeline;
  }

  public long now() {
    return timeline.now();
  }

  public Weather weather() {
    return network.weather;
  }

  public Topology topology() {
    return network.topology;
  }

  public Trace trace() {
    return trace;
  }

  public Setup setup() {
    return setup;
  }

  public GroupId group() {
    if (group == null) {
      throw new IllegalStateException("no group was founded");
    }
    return group;
  }

  /** All there ever were, in the order in which they came. */
  public List<Node> nodes() {
    return nodes;
  }

  Node node(int index) {
    return nodes.get(index);
  }

  public List<Node> up() {
    return nodes.stream().filter(Node::isUp).toList();
  }

  /** Those that run and are members, as they see it themselves. */
  public List<Node> members() {
    return nodes.stream().filter(Node::isMember).toList();
  }

  /** Members that keep to the rules and are not stopped. */
  public List<Node> honest() {
    return nodes.stream()
        .filter(node -> node.isMember() && !node.isByzantine() && !node.isStopped())
        .toList();
  }

  public long steps() {
    return steps;
  }

  public long deliveries() {
    return network.deliveries();
  }

  public long framesSealed() {
    return framesSealed;
  }

  public long framesOpened() {
    return framesOpened;
  }

  /** Of these, so many had come before their key. */
  public long framesOpenedLate() {
    return framesOpenedLate;
  }

  /** The randomness of somebody who is no member and has no device here: a thief on the wire. */
  public Entropy outside() {
    return outside;
  }

  /** CPU of this thread so far. */
  public static long cpuNanos() {
    return THREADS.getCurrentThreadCpuTime();
  }

  /** So much of it was of whoever watches and judges: nobody's who takes part. */
  public long watchingNanos() {
    return watchingNanos;
  }

  /** Distinct epochs that members send under now. */
  public int epochs() {
    TreeSet<FactId> sending = new TreeSet<>();
    for (Node node : nodes) {
      if (node.isMember()) {
        node.peer().keying().sendingEpoch().ifPresent(sending::add);
      }
    }
    return sending.size();
  }

  public Traffic traffic() {
    return new Traffic(messages, bytes);
  }

  public void watch(Watcher watcher) {
    watchers.add(watcher);
  }

  // ---- what goes wrong

  /** A property does not hold. */
  public void violated(String property, String what) {
    boolean isNew = violations.stream().noneMatch(each -> each.property().equals(property));
    if (isNew) {
      violations.add(new Violation(property, what, steps, now()));
      trace.say(now(), "VIOLATED " + property + ": " + what);
    }
  }

  public List<Violation> violations() {
    return List.copyOf(violations);
  }

  public boolean isBroken() {
    return !violations.isEmpty();
  }

  /** A fault happened. */
  public void injected(String fault) {
    injected.merge(fault, 1L, Long::sum);
    trace.say(now(), "fault: " + fault);
  }

  /** The same, where it happens too often to be told each time. */
  public void counted(String fault) {
    injected.merge(fault, 1L, Long::sum);
  }

  /** Something that may happen, and is told of if it never does. */
  public void expected(String fault) {
    injected.putIfAbsent(fault, 0L);
  }

  /** A fault that kept peers apart is over. */
  public void mended(String fault) {
    trace.say(now(), "over: " + fault);
    watchers.forEach(watcher -> watcher.mended(fault));
  }

  public Map<String, Long> injected() {
    return injected;
  }

  void turned() {
    somebodyLies = true;
  }

  /** Whether any member has begun to keep to no rule. */
  public boolean somebodyLies() {
    return somebodyLies;
  }

  // ---- people

  public Node found(int person) {
    SigningKey key = newKey();
    Entropy entropy = newEntropy();
    Trust trust = certifier == null ? Trust.OPEN : certifier.trust();
    FlatKeying.Founding plan =
        new FlatKeying.Founding("simulated", setup.profile, TWO_EXPEL, trust);
    Peer peer =
        Peer.found(
            plan, key, credential(person, key), new AdmissionPolicy(policy), entropy, shared());
    group = peer.keying().group();
    if (setup.certified) {
      tellDates();
    }
    return add(person, peer, key, entropy);
  }

  /** Everybody else is in at once; see {@link Forming}. */
  public List<Node> form(Node founder, int members) {
    Forming itsForming = new Forming(this, founder);
    forming = itsForming;
    try {
      return itsForming.others(members - 1);
    } finally {
      forming = null;
    }
  }

  /** On the network, but not started yet. */
  public Node arrive(int person) {
    return arrive(person, newKey());
  }

  /** The same device, started again: a new member. */
  public Node restart(Node before) {
    return restart(before, Memory.NOTHING);
  }

  /** With this on its disk. */
  public Node restart(Node before, Memory memory) {
    before.crash();
    Node again = arrive(before.person(), before.key());
    again.remembers(memory);
    start(again);
    return again;
  }

  /** Somebody new, on this side of a partition. */
  public Node join(int person, int side) {
    Node node = arrive(person);
    topology().side(node, side);
    start(node);
    return node;
  }

  private Node arrive(int person, SigningKey key) {
    Entropy entropy = newEntropy();
    Peer peer =
        Peer.join(
            group(), key, credential(person, key), new AdmissionPolicy(policy), entropy, shared());
    Node node = add(person, peer, key, entropy);
    List<Node> there = up();
    if (!there.isEmpty()) {
      topology().side(node, topology().side(there.get(random.nextInt(there.size()))));
    }
    return node;
  }

  private Node add(int person, Peer peer, SigningKey key, Entropy entropy) {
    int index = nodes.size();
    String name = "p" + person + (index == person ? "" : "." + index);
    Node node = new Node(this, index, name, person, peer, key, entropy);
    node.shows(Optional.ofNullable(papers.get(node.device())));
    nodes.add(node);
    byAddress.put(node.address(), node);
    return node;
  }

  public void start(Node node) {
    trace.say(now(), node + " starts");
    node.start();
    watchers.forEach(watcher -> watcher.cameUp(node));
  }

  public Node join(int person) {
    Node node = arrive(person);
    start(node);
    return node;
  }

  void down(Node node) {
    trace.say(now(), node + " is gone");
    watchers.forEach(watcher -> watcher.wentDown(node));
  }

  /** A device's key, made with the world's own randomness. */
  public SigningKey newKey() {
    return SigningKey.generate(SignatureKind.ED25519, newEntropy());
  }

  private Entropy newEntropy() {
    return setup.entropy.apply(random.nextLong());
  }

  static PolicyRules rules(String file) {
    return switch (PolicyFile.parse(file)) {
      case PolicyFile.Parsed.Good good -> good.rules();
      case PolicyFile.Parsed.Faulty faulty ->
          throw new IllegalStateException("a policy of the simulator's own: " + faulty);
    };
  }

  /**
   * Verdicts and rosters are shared, and what facts show, but by one in so many who make it anew;
   * what must be fetched over the network is not.
   */
  private Peer.Shared shared() {
    boolean isOfTheFew = nodes.size() % SECOND_LORE_ONE_IN == SECOND_LORE_ONE_IN - 1;
    Lore known = setup.everySignature ? Lore.ofOne() : isOfTheFew ? secondLore : lore;
    FlatKeying.Shared keying = FlatKeying.Shared.of(new CredentialChecker(), verifier, known);
    return setup.everySignature
        ? new Peer.Shared(keying, rosters)
        : new Peer.Shared(keying, rosters, identities, beats);
  }

  // ---- the date

  public WallTime wallTime() {
    return new WallTime(SOME_DAY + now() / 1000);
  }

  /** The date of this node is off. */
  public void setDate(Node node, long offMillis) {
    node.dateIs(new WallTime(SOME_DAY + (now() + offMillis) / 1000), offMillis);
  }

  /** A running clock of each device: where there are certificates, for nothing else asks. */
  private void tellDates() {
    timeline.in(
        DATE_TOLD_EVERY_MILLIS,
        () -> {
          up().forEach(node -> setDate(node, node.dateOffMillis()));
          tellDates();
        });
  }

  /** Where anybody asks for the date. */
  public void setDatesRight() {
    if (setup.certified) {
      up().forEach(node -> setDate(node, 0));
    }
  }

  // ---- certificates

  public boolean isCertified() {
    return setup.certified;
  }

  public Certifier certifier() {
    if (certifier == null) {
      throw new IllegalStateException("nobody has a certificate here");
    }
    return certifier;
  }

  /** What the device shows: a certificate once made, as long as it is not replaced. */
  private Bytes credential(int person, SigningKey key) {
    if (certifier == null) {
      return Credential.SELF_MADE.encode();
    }
    Certifier.Paper paper = papers.get(Fingerprint.of(key.spki()));
    return (paper == null ? newPaper(person, key) : paper).credential();
  }

  private Certifier.Paper newPaper(int person, SigningKey key) {
    Certifier.Paper paper = certifier().certify(key, "p" + person, wallTime());
    papers.put(Fingerprint.of(key.spki()), paper);
    watchers.forEach(watcher -> watcher.certified(paper.credential()));
    return paper;
  }

  /** The device has a new certificate; if it is in, it says so. */
  public void certify(Node node) {
    Certifier.Paper paper = newPaper(node.person(), node.key());
    if (node.isMember()) {
      node.renews(paper.credential());
    }
  }

  /** What the device has now, be it that its process has not shown it yet. */
  public Optional<Certifier.Paper> paper(Node node) {
    return Optional.ofNullable(papers.get(node.device()));
  }

  /** What this newcomer asked with; empty for one that no device here is. */
  public Optional<Certifier.Paper> paperOf(MemberId newcomer) {
    return nodes.stream()
        .filter(node -> node.peer().heartbeat().isPresent() && node.member().equals(newcomer))
        .findFirst()
        .flatMap(Node::paper);
  }

  public void revoke(Node node) {
    paper(node).ifPresent(paper -> certifier().revoke(paper, wallTime()));
  }

  /** The node hears of all that was revoked until now. */
  public void tellRevoked(Node node) {
    node.hearsRevoked(certifier().revocationList(wallTime()), certifier().revoked());
  }

  // ---- what passes between them

  void say(Node from, Optional<Address> to, Bytes message) {
    if (!from.isUp()) {
      return; // what came before was its last
    }
    String type = SideCodec.typeOf(message).map(Enum::name).orElse("GARBAGE");
    messages.merge(type, 1L, Long::sum);
    bytes.merge(type, (long) message.length(), Long::sum);
    trace.add(now(), from.index(), 2, Trace.hashOf(message));
    if (trace.isWritten()) {
      trace.write(now(), from + " says " + type + to.map(it -> " to " + it).orElse(""));
    }
    long began = cpuNanos();
    for (int i = 0; i < watchers.size(); i++) {
      watchers.get(i).said(from, message);
    }
    watchingNanos += cpuNanos() - began;
    if (!from.isUp()) {
      return; // it crashed with this on its lips
    }
    if (forming != null) {
      forming.take(to, message);
    } else if (to.isEmpty()) {
      network.multicast(from, nodes, message);
    } else {
      Node receiver = byAddress.get(to.get());
      if (receiver != null) {
        network.unicast(from, receiver, message);
      }
    }
  }

  /** A peer wants to say this, whatever becomes of it. */
  void meant(Node from, Bytes message) {
    for (int i = 0; i < watchers.size(); i++) {
      watchers.get(i).meant(from, message);
    }
  }

  /** Puts a message onto the network that no peer made. */
  public void inject(Node from, Optional<Node> to, Bytes message) {
    if (from.isUp()) {
      say(from, to.map(Node::address), message);
    }
  }

  void stepped(Node node) {
    steps++;
    trace.add(now(), node.index(), 1, node.known().count());
  }

  void installed(Node node, FrameEpoch key) {
    watchers.forEach(watcher -> watcher.installed(node, key));
  }

  void watched(Node node, GroupState before, List<PeerEffect> effects) {
    long began = cpuNanos();
    watchers.forEach(watcher -> watcher.stepped(node, before, effects));
    watchingNanos += cpuNanos() - began;
  }

  // ---- frames

  /** The node says something to all of these. */
  public Optional<Frame> talk(Node from, List<Node> to) {
    Optional<Frame> sealed = from.seal(from.name() + " at " + now());
    sealed.ifPresent(
        frame -> {
          framesSealed++;
          watchers.forEach(watcher -> watcher.sealed(from, frame));
          for (Node reader : to) {
            if (reader != from && reader.isUp() && !weather().loses(random)) {
              timeline.in(weather().delay(random), () -> hears(reader, frame));
              if (weather().doubles(random)) {
                timeline.in(weather().delay(random), () -> hears(reader, frame));
              }
            }
          }
        });
    return sealed;
  }

  /** The frame reaches the reader now, if anything does; whoever said it, and however old it is. */
  public void hears(Node reader, Frame frame) {
    if (topology().reaches(frame.from(), reader) && reader.opens(frame)) {
      framesOpened++;
      watchers.forEach(watcher -> watcher.opened(reader, frame));
    }
  }

  /** A frame that came before its key was opened when that came. */
  void openedLate(Node reader, Frame frame, long afterMillis) {
    framesOpened++;
    framesOpenedLate++;
    if (afterMillis >= Limits.FRAME_WAIT_MILLIS) {
      violated("I8", reader + " kept a frame waiting for " + afterMillis + " ms, and opened it");
    }
    watchers.forEach(watcher -> watcher.opened(reader, frame));
  }

  /** Whether the reader opens what the sender seals now: asked without a network between. */
  public boolean understands(Node reader, Frame frame) {
    return reader.opens(frame);
  }

  /** What is sealed now, not said to anybody. */
  public Optional<Frame> sealed(Node from) {
    return from.seal(from.name() + " at " + now());
  }

  /** All is over. */
  public void finish() {
    watchers.forEach(Watcher::finished);
  }
}
