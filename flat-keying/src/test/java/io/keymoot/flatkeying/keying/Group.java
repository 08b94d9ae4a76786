package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Duty;
import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactVerifier;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rights;
import io.keymoot.flatkeying.fact.SignedHeader;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.fact.VerifiedOnce;
import io.keymoot.flatkeying.group.CredentialCheck;
import io.keymoot.flatkeying.group.CredentialVerdict;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Lore;
import io.keymoot.flatkeying.group.Rendezvous;
import io.keymoot.flatkeying.key.Tek;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A group of real cores on a virtual network, for small scenarios in Java. What the heartbeat does
 * in the product is done here in the plainest way: every half second everybody says what it has
 * learnt, asks whoever spoke for what it lacks, and does what is owed in the order of ranks.
 *
 * <p>A credential is the words "name role role …"; who is not named is refused.
 *
 * <p>In one file because its parts are of no use apart: the network, the heartbeat and the nodes
 * make one clock go.
 */
final class Group {
  static final CredentialCheck WORDS =
      (found, key, credential) -> {
        String[] words = new String(credential.toArray(), StandardCharsets.UTF_8).split(" ", -1);
        return words[0].isEmpty()
            ? new CredentialVerdict.Refused("it names nobody")
            : new CredentialVerdict.Accepted(
                new TreeSet<>(Arrays.asList(words).subList(1, words.length)));
      };

  static final Rights CHAIR_EXPELS = new Rights(new Rights.AnyMember(), Optional.of("chair"), 2);

  /** Who looks over everybody's shoulder. */
  interface Witness {
    Witness NOBODY =
        new Witness() {
          @Override
          public void said(Node from, Bytes message) {}

          @Override
          public void stepped(Node node) {}
        };

    /** The message goes onto the network, whether it arrives or not. */
    void said(Node from, Bytes message);

    void stepped(Node node);
  }

  /** One device with its core. */
  final class Node implements Adversary.Watched {
    final String name;
    final SigningKey key;
    final Bytes address;
    final FlatKeying core;

    /** All the randomness it ever had. */
    final Draws draws;

    final Map<String, Tek> keys = new TreeMap<>();

    /** What it heard others say of their KEKs. */
    final Map<MemberId, Said.Word> said = new TreeMap<>();

    final List<Effect> log = new ArrayList<>();
    Effect.Status status = new Effect.Status(Effect.State.SYNCING, "");
    boolean isDown;

    /** Whether it does what is owed when it is its turn. */
    boolean takesTurns = true;

    /** Whether its policy lets in whoever asks; else those wait here for a person's answer. */
    boolean letsIn = true;

    /** Whether its heartbeats' MACs are of no key. */
    boolean macsFalsely;

    final List<MemberId> knocking = new ArrayList<>();
    final List<MemberId> refusesToBeLetInBy = new ArrayList<>();
    private boolean owesRekey;
    private long owedSince;
    private final Map<Slot, Long> owesReseals = new TreeMap<>();
    private List<FactId> lacks = List.of();
    private @Nullable SignedHeader lastWord;

    Node(String name, SigningKey key, Draws draws, FlatKeying core) {
      this.name = name;
      this.key = key;
      this.draws = draws;
      this.address = Bytes.owning(name.getBytes(StandardCharsets.UTF_8));
      this.core = core;
      core.readFrom(said::get);
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public FlatKeying core() {
      return core;
    }

    @Override
    public Draws draws() {
      return draws;
    }

    Fingerprint device() {
      return new Fingerprint(Hash32.sha256(key.spki().toArray()));
    }

    void step(Input input) {
      if (isDown) {
        return;
      }
      List<Effect> effects = core.step(new Tick(now), input);
      log.addAll(effects);
      for (Effect effect : effects) {
        perform(this, effect);
      }
      core.nextDeadline().ifPresent(due -> at(Math.max(due.millis(), now), () -> passTime(this)));
      witness.stepped(this);
    }

    /** The key it sends under now, if it sends. */
    Optional<Tek> sendingKey() {
      return core.sendingEpoch().map(epoch -> keys.get(epoch + "/" + core.sendingRevision()));
    }

    /** What it has learnt, signed anew when there is something new to say. */
    private SignedHeader word() {
      SignedHeader last = lastWord;
      if (last == null || !last.header().heads().equals(core.signingHeads())) {
        last = core.signHeartbeat(Bytes.EMPTY);
        lastWord = last;
      }
      return last;
    }

    /** Whether it holds the key that the MAC was made with. */
    private Input.KeyCheck check(String key, Optional<Bytes> mac, Bytes message) {
      Tek own = keys.get(key);
      if (mac.isEmpty() || own == null || own.isClosed()) {
        return Input.KeyCheck.UNTESTED;
      }
      return own.checkMac(message, mac.get()) ? Input.KeyCheck.SAME : Input.KeyCheck.OTHER;
    }

    boolean canOpen(Tek sent) {
      Tek own = keys.get(sent.epoch() + "/" + sent.revision());
      return own != null && !own.isClosed() && own.holdsTheSameAs(sent);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private record Event(long at, long order, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(at, other.at);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  final Map<String, Node> nodes = new LinkedHashMap<>();
  final Random random;

  /**
   * What people's own randomness is drawn from: another, where two groups are of the same people.
   */
  Random people;

  final FlatKeying.Shared shared;
  private final Supplier<Lore> lores;

  /** Who can hear whom; a partition narrows it. */
  BiPredicate<Node, Node> hears = (from, to) -> true;

  /** What is lost whoever says it. */
  Predicate<Bytes> arrives = message -> true;

  /** Of a hundred messages so many are lost. */
  int lossPercent;

  int maxDelayMillis = 20;

  /** Of the groups founded from now on. */
  Profile profile = Profile.CONFERENCE;

  /** Off to compare: everybody is then reached as if there were no slots. */
  boolean slotsOn = true;

  long resealEachMillis = Limits.RESEAL_EACH_MILLIS;

  int heartbeatMillis = 500;
  Witness witness = Witness.NOBODY;

  long now;
  long bytesMulticast;

  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private long order;

  Group(long seed) {
    this(seed, Lore::ofOne);
  }

  private Group(long seed, Supplier<Lore> lores) {
    random = new Random(seed);
    people = random;
    shared = FlatKeying.Shared.of(WORDS, new FactVerifier(new VerifiedOnce()));
    this.lores = lores;
  }

  /** What follows from a set of facts is made once for all; much cheaper, and else the same. */
  static Group ofSharedLore(long seed) {
    Lore lore = Lore.shared();
    return new Group(seed, () -> lore);
  }

  // ---- people

  Node found(String name, String roles, Rights rights) {
    return start(foundLater(name, roles, rights, draws()));
  }

  /** Not yet started. */
  Node foundLater(String name, String roles, Rights rights, Draws draws) {
    SigningKey key = key();
    FlatKeying core =
        FlatKeying.found(
            new FlatKeying.Founding("test", profile, rights, Trust.OPEN),
            key,
            credential(name, roles),
            draws,
            shared());
    return new Node(name, key, draws, core);
  }

  Node join(String name, String roles) {
    Node first = nodes.values().iterator().next();
    return start(newcomer(name, roles, first.core.group(), key()));
  }

  /** The device starts again: a new member with the old key. */
  Node restart(Node old, String name) {
    old.isDown = true;
    return start(newcomer(name, "", old.core.group(), old.key));
  }

  /** The device gives its group up, and joins the first one. */
  Node move(Node old, String name) {
    old.isDown = true;
    return start(newcomer(name, "", nodes.values().iterator().next().core.group(), old.key));
  }

  private Node newcomer(String name, String roles, GroupId group, SigningKey key) {
    Draws draws = draws();
    return new Node(
        name, key, draws, FlatKeying.join(group, key, credential(name, roles), draws, shared()));
  }

  Node start(Node node) {
    nodes.put(node.name, node);
    node.core.core.slotsOn = slotsOn;
    node.core.core.resealEachMillis = resealEachMillis;
    node.step(new Input.Start());
    beat(node);
    return node;
  }

  /** Each has blobs of its own: what a peer lacks must come over the network. */
  private FlatKeying.Shared shared() {
    return FlatKeying.Shared.of(shared.check(), shared.verifier(), lores.get());
  }

  SigningKey key() {
    return SigningKey.generate(SignatureKind.ED25519, draws());
  }

  static Bytes credential(String name, String roles) {
    return Bytes.owning((name + " " + roles).trim().getBytes(StandardCharsets.UTF_8));
  }

  Draws draws() {
    return new Draws(people.nextLong());
  }

  Node node(String name) {
    Node node = nodes.get(name);
    if (node == null) {
      throw new IllegalArgumentException("nobody is called " + name);
    }
    return node;
  }

  /** For people. */
  String nameOf(MemberId member) {
    return nodes.values().stream()
        .filter(node -> node.id().equals(member))
        .map(node -> node.name)
        .findFirst()
        .orElse(member.toString());
  }

  // ---- time

  void run(long millis) {
    long end = now + millis;
    while (!events.isEmpty() && events.peek().at <= end) {
      Event next = events.remove();
      now = Math.max(now, next.at);
      next.action.run();
    }
    now = end;
  }

  void at(long when, Runnable action) {
    events.add(new Event(when, order++, action));
  }

  // ---- the plainest heartbeat

  private void beat(Node node) {
    at(now + heartbeatMillis / 2 + random.nextInt(heartbeatMillis), () -> beat(node));
    if (node.isDown) {
      return;
    }
    node.core
        .nextDeadline()
        .filter(due -> due.millis() <= now)
        .ifPresent(due -> node.step(new Input.TimePassed()));
    if (node.core.isMember()) {
      SignedHeader word = node.word();
      Hash32 digest = node.core.state().membersDigest();
      Optional<FactId> held = node.core.sendingEpoch();
      int have = node.core.haveMask();
      String key = held.map(FactId::toString).orElse("") + "/" + node.core.sendingRevision();
      // A liar's word is signed like anybody's, and its MAC is nobody's.
      Optional<Bytes> mac =
          node.macsFalsely
              ? Optional.of(Bytes.EMPTY)
              : node.sendingKey().map(tek -> tek.mac(word.signature()));
      for (Node other : nodes.values()) {
        if (other != node) {
          deliver(
              node,
              other,
              () -> {
                Input.KeyCheck check = other.check(key, mac, word.signature());
                held.ifPresentOrElse(
                    epoch -> other.said.put(node.id(), new Said.Word(epoch.hash(), have)),
                    () -> other.said.remove(node.id()));
                hear(
                    node,
                    other,
                    word,
                    new Input.Heard(node.id(), Optional.of(word), held, check, digest));
              });
        }
      }
    }
    actIfFirst(node);
  }

  private void hear(Node from, Node to, SignedHeader word, Input heard) {
    if (!word.header().group().equals(to.core.group())) {
      return;
    }
    to.step(new Input.IntroducerSeen(from.address));
    if (!to.core.isMember()) {
      return;
    }
    to.step(heard);
    SortedSet<FactId> wanted = new TreeSet<>(to.lacks);
    for (FactId head : word.header().heads()) {
      Known known = to.core.ledger().get(head);
      if (known == null || !to.core.state().contains(known)) {
        wanted.add(head);
      }
    }
    if (!wanted.isEmpty()) {
      to.step(new Input.Fetch(from.id(), List.copyOf(wanted)));
    }
  }

  /** One Reseal takes all slots whose turn it is by now. */
  private void resealIfFirst(Node node) {
    for (Slot slot : List.copyOf(node.owesReseals.keySet())) {
      long since = now - node.owesReseals.getOrDefault(slot, now);
      if (since < 1_000) {
        continue;
      }
      Hash32 own = Rendezvous.place(node.core.group(), Rendezvous.RESEAL, node.id());
      long rank =
          node.core.state().members().stream()
              .filter(person -> slot.isHeldBy(person.id(), profile))
              .filter(
                  person ->
                      Rendezvous.place(node.core.group(), Rendezvous.RESEAL, person.id())
                              .compareTo(own)
                          < 0)
              .count();
      if (since >= 1_000 + 500 * (63 - Long.numberOfLeadingZeros(1 + rank))) {
        node.step(new Input.Reseal(slot));
      }
    }
  }

  private void actIfFirst(Node node) {
    if (node.core.isMember()) {
      resealIfFirst(node);
    }
    if (!node.owesRekey || !node.takesTurns || !node.core.isMember()) {
      return;
    }
    Hash32 own = Rendezvous.place(node.core.group(), Rendezvous.REKEY, node.id());
    long rank =
        node.core.state().members().stream()
            .filter(
                person ->
                    Rendezvous.place(node.core.group(), Rendezvous.REKEY, person.id())
                            .compareTo(own)
                        < 0)
            .count();
    if (now - node.owedSince >= 500 * (63 - Long.numberOfLeadingZeros(1 + rank))) {
      node.step(new Input.Act(Duty.REKEY));
    }
  }

  // ---- effects

  private void perform(Node node, Effect effect) {
    switch (effect) {
      case Effect.Multicast multicast -> {
        bytesMulticast += multicast.message().length();
        witness.said(node, multicast.message());
        for (Node other : nodes.values()) {
          if (other != node) {
            send(node, other, multicast.message());
          }
        }
      }
      case Effect.ToMember to -> {
        witness.said(node, to.message());
        nodes.values().stream()
            .filter(other -> other.id().equals(to.to()))
            .forEach(other -> send(node, other, to.message()));
      }
      case Effect.ToAddress to -> {
        witness.said(node, to.message());
        nodes.values().stream()
            .filter(other -> other.address.equals(to.to()))
            .forEach(other -> send(node, other, to.message()));
      }
      case Effect.AskPolicy ask -> {
        if (node.letsIn) {
          at(now + 1, () -> node.step(new Input.Decided(ask.request().member(), true)));
        } else {
          node.knocking.add(ask.request().member());
        }
      }
      case Effect.AskBelief ask -> {
        boolean no = node.refusesToBeLetInBy.contains(ask.granter());
        Input.Belief belief = no ? Input.Belief.NOT_THIS_INTRODUCER : Input.Belief.YES;
        at(now + 1, () -> node.step(new Input.Believed(ask.granter(), belief)));
      }
      case Effect.Install install ->
          node.keys.put(install.tek().epoch() + "/" + install.tek().revision(), install.tek());
      case Effect.Retire retire -> {
        Tek gone = node.keys.remove(retire.epoch() + "/" + retire.revision());
        if (gone != null) {
          gone.close();
        }
      }
      case Effect.Owed owed -> {
        node.owedSince = node.owesRekey ? node.owedSince : now;
        node.owesRekey = true;
      }
      case Effect.NoLongerOwed done -> node.owesRekey = false;
      case Effect.ResealOwed owed -> {
        node.owesReseals.keySet().retainAll(owed.slots());
        owed.slots().forEach(slot -> node.owesReseals.putIfAbsent(slot, now));
      }
      case Effect.Lacks lacks -> node.lacks = lacks.facts();
      case Effect.Status status -> node.status = status;
      case Effect.Authored a -> {}
      case Effect.SendUnder s -> {}
      case Effect.HoldFrames h -> {}
      case Effect.Seconded s -> {}
      case Effect.Approved a -> {}
      case Effect.Approvals a -> {}
      case Effect.VouchedBy v -> {}
      case Effect.Taken t -> {}
      case Effect.Refused r -> {}
      case Effect.Rekeyed r -> {}
      case Effect.Ignored i -> {}
    }
  }

  private void passTime(Node node) {
    Optional<Tick> due = node.core.nextDeadline();
    if (due.isPresent() && due.get().millis() <= now) {
      node.step(new Input.TimePassed());
    }
  }

  private void send(Node from, Node to, Bytes message) {
    if (!arrives.test(message)) {
      return;
    }
    deliver(from, to, () -> to.step(new Input.Received(from.address, message)));
  }

  private void deliver(Node from, Node to, Runnable action) {
    if (random.nextInt(100) < lossPercent) {
      return;
    }
    at(
        now + 1 + random.nextInt(maxDelayMillis),
        () -> {
          if (hears.test(from, to)) {
            action.run();
          }
        });
  }

  // ---- what is checked

  List<Node> members() {
    return nodes.values().stream().filter(n -> !n.isDown && n.core.isMember()).toList();
  }

  /** Whether everybody who is in sends, and reads what every other sends. */
  boolean allReadAll() {
    for (Node sender : members()) {
      Optional<Tek> key = sender.sendingKey();
      if (key.isEmpty()) {
        return false;
      }
      for (Node reader : members()) {
        if (!reader.canOpen(key.get())) {
          return false;
        }
      }
    }
    return true;
  }

  String show() {
    StringBuilder out = new StringBuilder();
    for (Node node : nodes.values()) {
      out.append(node.name)
          .append(node.isDown ? " (down)" : "")
          .append(": ")
          .append(node.status.state())
          .append(" '")
          .append(node.status.cause())
          .append("' sends ")
          .append(node.core.sendingEpoch().map(FactId::toString).orElse("-"))
          .append("/")
          .append(node.core.sendingRevision())
          .append(", ")
          .append(node.core.state())
          .append("\n");
    }
    return out.toString();
  }
}
