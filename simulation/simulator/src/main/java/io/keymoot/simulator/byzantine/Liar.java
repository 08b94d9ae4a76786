package io.keymoot.simulator.byzantine;

import io.keymoot.admission.certificate.Credential;
import io.keymoot.flatkeying.crypto.LeafKey;
import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.Fact;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.JoinRequest;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.SignedJoinRequest;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Ledger;
import io.keymoot.flatkeying.group.Person;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.key.ResealKey;
import io.keymoot.flatkeying.keying.Draws;
import io.keymoot.flatkeying.keying.Eavesdropper;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.peer.Address;
import io.keymoot.simulator.result.Injected;
import io.keymoot.simulator.world.Certifier;
import io.keymoot.simulator.world.Frame;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Watcher;
import io.keymoot.simulator.world.World;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/** A member that turned: its keys, its friends, what it overhears, and its tricks. */
public final class Liar implements Watcher {
  private static final long ACTS_EVERY_MILLIS = 2_500;
  private static final long SPEAKS_EVERY_MILLIS = 500;
  private static final int MOST_KEPT = 64;
  private static final String SPEAKS_WHEN_OUT = Injected.TRICK + "speak-when-out";
  private static final int TRICKS = 4;
  private static final int LEAF_KEY_TRIES = 4;

  final Node node;
  final World world;
  final Random random;
  private final List<Trick> tricks;
  private final Optional<Eavesdropper> eavesdropper;
  private final List<Liar> friends;
  private final Deque<Frame> kept = new ArrayDeque<>();

  private Liar(
      Node node,
      World world,
      Random random,
      Optional<Eavesdropper> eavesdropper,
      List<Liar> friends,
      List<Trick> tricks) {
    this.node = node;
    this.world = world;
    this.random = random;
    this.eavesdropper = eavesdropper;
    this.friends = friends;
    this.tricks = tricks;
  }

  /** The node turns, and plays some tricks until {@code until}. */
  public static void turn(
      Node node,
      World world,
      Random random,
      Optional<Eavesdropper> eavesdropper,
      List<Liar> friends,
      long until) {
    List<Trick> all = new ArrayList<>(Trick.all());
    java.util.Collections.shuffle(all, random);
    turn(node, world, random, eavesdropper, friends, until, List.copyOf(all.subList(0, TRICKS)));
  }

  static void turn(
      Node node,
      World world,
      Random random,
      Optional<Eavesdropper> eavesdropper,
      List<Liar> friends,
      long until,
      List<Trick> tricks) {
    Liar liar = new Liar(node, world, random, eavesdropper, friends, tricks);
    friends.add(liar);
    world.injected("byzantine");
    liar.names().forEach(name -> world.expected(Injected.TRICK + name));
    eavesdropper.ifPresent(all -> all.lies(node.member()));
    world.trace().say(world.now(), node + " turns: " + liar.names());
    world.watch(liar);
    node.turn(liar::instead);
    liar.actOn(until);
    liar.speakOn(until);
  }

  /** All there are. */
  public static List<String> allTricks() {
    return Stream.concat(Trick.all().stream().map(Trick::name), Stream.of("speak-when-out"))
        .toList();
  }

  private List<String> names() {
    return tricks.stream().map(Trick::name).toList();
  }

  private void actOn(long until) {
    long next = world.now() + 1 + (long) (random.nextDouble() * 2 * ACTS_EVERY_MILLIS);
    if (next >= until) {
      return;
    }
    world
        .timeline()
        .at(
            next,
            () -> {
              if (node.isUp() && state().count() > 0) {
                act();
              }
              actOn(until);
            });
  }

  /**
   * What each of them does besides, and draws nothing for: it keeps what it sealed while it was in,
   * and says it once it is out.
   */
  private void speakOn(long until) {
    world
        .timeline()
        .in(
            SPEAKS_EVERY_MILLIS,
            () -> {
              if (world.now() < until && node.isUp()) {
                speak();
                speakOn(until);
              }
            });
  }

  private void speak() {
    if (node.isMember()) {
      world.sealed(node).ifPresent(kept::addLast);
      if (kept.size() > MOST_KEPT) {
        kept.removeFirst();
      }
    } else if (!kept.isEmpty()) {
      Frame frame = kept.removeLast();
      world.counted(SPEAKS_WHEN_OUT);
      world.up().stream().filter(reader -> reader != node).forEach(r -> world.hears(r, frame));
    }
  }

  /** The first of its tricks, in any order, for which there is something to be done. */
  private void act() {
    List<Trick> some = new ArrayList<>(tricks);
    java.util.Collections.shuffle(some, random);
    for (Trick trick : some) {
      if (trick.act(this)) {
        played(trick);
        return;
      }
    }
  }

  private void played(Trick trick) {
    world.counted(Injected.TRICK + trick.name());
  }

  private List<Bytes> instead(Node self, Optional<Address> to, Bytes message) {
    List<Bytes> said = List.of(message);
    for (Trick trick : tricks) {
      List<Bytes> changed = new ArrayList<>();
      said.forEach(each -> changed.addAll(trick.instead(this, to, each)));
      if (!changed.equals(said)) {
        played(trick);
      }
      said = changed;
    }
    return said;
  }

  @Override
  public void said(Node from, Bytes message) {
    if (from != node && node.isUp() && state().count() > 0) {
      for (Trick trick : tricks) {
        if (trick.overhear(this, from, message)) {
          played(trick);
        }
      }
    }
  }

  // ---- what it is and has

  GroupState state() {
    return node.known();
  }

  Ledger ledger() {
    return node.peer().keying().ledger();
  }

  MemberId id() {
    return node.member();
  }

  FactWriter writer() {
    return writer(id());
  }

  /** Signs with its own key in any name. */
  FactWriter writer(MemberId as) {
    return new FactWriter(node.key(), world.group(), as);
  }

  List<Liar> friends() {
    return friends.stream().filter(friend -> friend != this).toList();
  }

  Bytes credential() {
    return node.paper().map(Certifier.Paper::credential).orElse(Credential.SELF_MADE.encode());
  }

  byte[] randomBytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  FactId randomId() {
    return new FactId(Hash32.sha256(randomBytes(16)));
  }

  boolean oneIn(int many) {
    return random.nextInt(many) == 0;
  }

  <T> T oneOf(List<T> some) {
    return some.get(random.nextInt(some.size()));
  }

  /** Some member but itself. */
  Optional<Person> somebody() {
    List<Person> others =
        state().members().stream().filter(person -> !person.id().equals(id())).toList();
    return others.isEmpty() ? Optional.empty() : Optional.of(oneOf(others));
  }

  /** Some fact it knows, old ones as likely as new. */
  Optional<Known> someFact() {
    List<Known> line = new ArrayList<>();
    for (FactId head : state().heads()) {
      if (ledger().get(head) instanceof Known fact) {
        Known at = fact;
        while (line.size() < 200) {
          line.add(at);
          if (at.parents().isEmpty()) {
            break;
          }
          at = oneOf(at.parents());
        }
      }
    }
    return line.isEmpty() ? Optional.empty() : Optional.of(oneOf(line));
  }

  /** A past in which it was a member. */
  Optional<GroupState> somePast() {
    for (int i = 0; i < 6; i++) {
      Optional<GroupState> past =
          someFact().map(fact -> ledger().after(fact)).filter(state -> state.isMember(id()));
      if (past.isPresent()) {
        return past;
      }
    }
    return Optional.empty();
  }

  LeafKeyPair leafKey() {
    return LeafKeyPair.generate(node.entropy());
  }

  /** A request of a device of its own making, whose address is near the one wanted. */
  SignedJoinRequest accomplice(MemberId near) {
    SigningKey key = world.newKey();
    LeafKey leaf = leafKey().publicKey();
    SignedJoinRequest best = null;
    for (int i = 0; i < LEAF_KEY_TRIES; i++) {
      SignedJoinRequest request =
          FactWriter.joinRequest(
              key,
              world.group(),
              credential().sha256(),
              leaf.hash(),
              Bytes.owning(randomBytes(JoinRequest.NONCE_BYTES)),
              new FactId(world.group().hash()));
      if (best == null || alike(request.member(), near) > alike(best.member(), near)) {
        best = request;
      }
    }
    SignedJoinRequest friend = java.util.Objects.requireNonNull(best);
    eavesdropper.ifPresent(all -> all.madeUp(friend.member(), (Draws) node.entropy()));
    return friend;
  }

  private static int alike(MemberId one, MemberId other) {
    int alike = 0;
    for (int position = 0; position < 32; position++) {
      alike += one.hash().symbol(position, 2) == other.hash().symbol(position, 2) ? 1 : 0;
    }
    return alike;
  }

  // ---- what it says

  void multicast(Bytes message) {
    world.inject(node, Optional.empty(), message);
  }

  void tell(Node to, Bytes message) {
    world.inject(node, Optional.of(to), message);
  }

  Envelope write(GroupState past, Fact fact) {
    return write(past, fact, Bytes.EMPTY);
  }

  Envelope write(GroupState past, Fact fact, Bytes cover) {
    List<FactId> heads = past.heads();
    return writer().write(heads.subList(0, Math.min(heads.size(), 32)), fact, cover);
  }

  void say(Envelope fact) {
    multicast(FactCodec.encode(fact));
  }

  /** A Rekey that keeps to the form, with a cover of the liar's choice. */
  Envelope rekey(GroupState past, List<Target> targets, Bytes cover) {
    EpochSecret secret = EpochSecret.fresh(node.entropy());
    Rekey draft =
        new Rekey(Optional.empty(), targets, secret.commitment(), Hash32.ZERO, Hash32.ZERO);
    Hash32 members = ledger().draft(past, id(), draft).membersDigest();
    Rekey rekey =
        new Rekey(
            Optional.empty(),
            targets,
            secret.commitment(),
            members,
            Hash32.sha256(cover.toArray()));
    Envelope fact = write(past, rekey, cover);
    knows(fact.id(), secret);
    return fact;
  }

  /** It made this secret up, so it has it. */
  void knows(FactId epoch, EpochSecret secret) {
    eavesdropper.ifPresent(all -> all.madeUp(id(), epoch, secret));
  }

  /** It made this up for a slot of another's. */
  void knows(MemberId whose, int position, FactId made, ResealKey key) {
    eavesdropper.ifPresent(all -> all.madeUp(id(), whose, position, made, key));
  }

  List<FactId> usable() {
    return state().usable().stream().map(Known::id).toList();
  }
}
