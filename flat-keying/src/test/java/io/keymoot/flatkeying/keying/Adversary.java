package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.crypto.LeafKey;
import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.crypto.SealContext;
import io.keymoot.flatkeying.fact.Admit;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Found;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Reseal;
import io.keymoot.flatkeying.fact.SignedJoinRequest;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.frame.SFrameSuite;
import io.keymoot.flatkeying.frame.SeizedFrames;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Ledger;
import io.keymoot.flatkeying.group.Person;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.key.Handshake;
import io.keymoot.flatkeying.key.Kek;
import io.keymoot.flatkeying.key.SecretReader;
import io.keymoot.flatkeying.key.SeizedEpochs;
import io.keymoot.flatkeying.key.SeizedKeks;
import io.keymoot.flatkeying.key.SeizedSessions;
import io.keymoot.flatkeying.key.Session;
import io.keymoot.flatkeying.key.Tek;
import io.keymoot.flatkeying.key.Unwrapped;
import io.keymoot.flatkeying.message.Give;
import io.keymoot.flatkeying.message.Grant;
import io.keymoot.flatkeying.message.JoinAsk;
import io.keymoot.flatkeying.message.Need;
import io.keymoot.flatkeying.message.Relay;
import io.keymoot.flatkeying.message.SessionAnswer;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.message.SyncReply;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Records every byte that crosses the network, all randomness every device ever had and every epoch
 * secret every device ever held; and asks, for each honest view, whether everybody who is out there
 * could by pooling all of it come to a key that is used there.
 *
 * <p>Nothing is assumed about what a message gives: each is opened, or not, with the bytes the
 * thieves have. Only the question who is out is answered without keys ({@link WhoIsOut}).
 *
 * <p>Long because it is one closure: each kind of message has its one place here where it is
 * opened, and what is opened opens the next.
 */
final class Adversary {

  /** Somebody whose shoulder it looks over. */
  interface Watched {
    String name();

    FlatKeying core();

    /** All the randomness it ever had. */
    Draws draws();

    default MemberId id() {
      return core().self();
    }
  }

  /** An epoch's secret at some revision, as somebody had it; false ones, that liars told, too. */
  final class Piece {
    final FactId epoch;
    final EpochSecret secret;

    /** What it opened, or nothing, by Rekey. */
    private final Map<FactId, Optional<Piece>> opened = new HashMap<>();

    private @Nullable Boolean isTrue;
    private @Nullable Optional<Piece> earlier;
    private @Nullable Tek tek;

    Piece(FactId epoch, EpochSecret secret) {
      this.epoch = epoch;
      this.secret = secret;
    }

    Tek tek() {
      Tek known = tek;
      return known != null ? known : (tek = secret.tek(group, epoch));
    }

    /** Whether it follows from the secret that the Rekey committed to. */
    boolean isTrue() {
      Boolean known = isTrue;
      EpochSecret original = originals.get(epoch);
      if (known == null && original != null) {
        try (EpochSecret at = original.at(secret.revision())) {
          known = at.holdsTheSameAs(secret);
        }
        isTrue = known;
      }
      return known != null && known;
    }

    /**
     * The same bytes as of the first revision that has them: what revision a secret is of is only
     * said. None while nobody has the epoch's first secret, to compare.
     */
    Optional<Piece> earlier() {
      Optional<Piece> known = earlier;
      EpochSecret original = originals.get(epoch);
      if (known == null && original != null) {
        known = Optional.empty();
        EpochSecret at = original;
        int last = Math.min(secret.revision(), MOST_REVISIONS) + REVISIONS_BEYOND;
        for (int i = 0; i < last && known.isEmpty(); i++) {
          if (i != secret.revision() && SeizedEpochs.haveTheSameBytes(at, secret)) {
            known = Optional.of(piece(epoch, SeizedEpochs.asOf(secret, i)));
          }
          at = at.step();
        }
        earlier = known;
      }
      return known == null ? Optional.empty() : known;
    }

    boolean isCompared() {
      return earlier != null;
    }
  }

  /** A slot's key, as somebody had it; false ones too. */
  final class Loot {
    final Kek kek;

    /** What it became with an epoch's secret, and what it opened, or nothing. */
    private final Map<Piece, Loot> steps = new IdentityHashMap<>();

    private final Map<Wrapped, Optional<Piece>> opened = new IdentityHashMap<>();

    /** How many steps ago it left the way that the rules take; 0 if it never did. */
    private int astray;

    Loot(Kek kek, int astray) {
      this.kek = kek;
      this.astray = astray;
    }

    /** The epoch, or the Reseal, that made it; or so it was said. */
    FactId made() {
      return kek.epoch();
    }
  }

  /**
   * Some thieves, and all it comes to, as far as they were read: it only grows, so what is new is
   * tried with everything, and what was tried is not tried again.
   */
  private final class Pool {
    final List<Device> thieves;
    final Map<FactId, List<Piece>> pieces = new LinkedHashMap<>();
    final Map<Slot, List<Loot>> loot = new LinkedHashMap<>();
    private final Map<FactId, List<Loot>> lootByMaker = new LinkedHashMap<>();
    private final IdentityHashMap<Object, Boolean> had;
    private final Deque<Piece> freshPieces = new ArrayDeque<>();
    private final Deque<Loot> freshLoot = new ArrayDeque<>();
    private final Map<Device, int[]> read = new IdentityHashMap<>();
    private List<Piece> uncompared = new ArrayList<>();
    private int factsRead;
    private int coversRead;
    private int wrapsRead;

    Pool(List<Device> thieves) {
      this(thieves, new IdentityHashMap<>());
    }

    private Pool(List<Device> thieves, IdentityHashMap<Object, Boolean> had) {
      this.thieves = thieves;
      this.had = had;
    }

    /** The same and more thieves. */
    @SuppressWarnings("unchecked") // a clone has the types of what it is cloned from
    Pool with(List<Device> more) {
      Pool copy = new Pool(more, (IdentityHashMap<Object, Boolean>) had.clone());
      pieces.forEach((epoch, each) -> copy.pieces.put(epoch, new ArrayList<>(each)));
      loot.forEach((slot, each) -> copy.loot.put(slot, new ArrayList<>(each)));
      lootByMaker.forEach((made, each) -> copy.lootByMaker.put(made, new ArrayList<>(each)));
      copy.uncompared.addAll(uncompared);
      read.forEach((device, at) -> copy.read.put(device, at.clone()));
      copy.factsRead = factsRead;
      copy.coversRead = coversRead;
      copy.wrapsRead = wrapsRead;
      return copy;
    }

    /** Reads on, and follows all that comes of it. */
    Pool brought() {
      while (factsRead < world.facts().size()) {
        Known fact = world.facts().get(factsRead++).known();
        pieces.getOrDefault(fact.id(), List.of()).forEach(this::stepKeysWith);
        lootByMaker.getOrDefault(fact.id(), List.of()).forEach(this::stepWithSecrets);
      }
      for (; coversRead < refreshes.size(); coversRead++) {
        Covered each = refreshes.get(coversRead);
        each.rekey
            .prev()
            .map(prev -> pieces.getOrDefault(prev, List.of()))
            .ifPresent(
                held -> held.forEach(piece -> unwrapped(piece, each).ifPresent(freshPieces::add)));
      }
      for (; wrapsRead < allWraps.size(); wrapsRead++) {
        Wrapped each = allWraps.get(wrapsRead);
        for (Loot key : loot.getOrDefault(each.slot, List.of())) {
          opened(key, each).ifPresent(freshPieces::add);
        }
      }
      for (Device each : thieves) {
        int[] at = read.computeIfAbsent(each, device -> new int[2]);
        List<Piece> its = each.pieces();
        freshPieces.addAll(its.subList(at[0], its.size()));
        at[0] = its.size();
        List<Loot> keys = each.allLoot();
        freshLoot.addAll(keys.subList(at[1], keys.size()));
        at[1] = keys.size();
      }
      List<Piece> before = uncompared;
      uncompared = new ArrayList<>();
      before.forEach(this::compare);
      while (!freshPieces.isEmpty() || !freshLoot.isEmpty()) {
        Piece piece = freshPieces.poll();
        if (piece != null && had.put(piece, true) == null) {
          add(piece);
        }
        Loot key = freshLoot.poll();
        if (key != null && had.put(key, true) == null) {
          add(key);
        }
      }
      return this;
    }

    /** Who has an epoch's running key opens every refresh made under it. */
    private void add(Piece piece) {
      pieces.computeIfAbsent(piece.epoch, id -> new ArrayList<>()).add(piece);
      for (Covered each : refreshesUnder.getOrDefault(piece.epoch, List.of())) {
        unwrapped(piece, each).ifPresent(freshPieces::add);
      }
      stepKeysWith(piece);
      compare(piece);
    }

    private void compare(Piece piece) {
      piece.earlier().ifPresent(freshPieces::add);
      if (!piece.isCompared()) {
        uncompared.add(piece);
      }
    }

    /** Who has a key of a slot tries the wraps that were made under that slot. */
    private void add(Loot key) {
      loot.computeIfAbsent(key.kek.slot(), slot -> new ArrayList<>()).add(key);
      lootByMaker.computeIfAbsent(key.made(), made -> new ArrayList<>()).add(key);
      List<Wrapped> fitting =
          isThorough
              ? wraps.getOrDefault(key.kek.slot(), List.of())
              : wrapsUnder.getOrDefault(new LootName(key.kek.slot(), key.made()), List.of());
      for (Wrapped each : fitting) {
        opened(key, each).ifPresent(freshPieces::add);
      }
      stepWithSecrets(key);
    }

    /** Who has an epoch's first secret steps the keys of slots: of the epoch before, of Reseals. */
    private void stepKeysWith(Piece piece) {
      if (piece.secret.revision() == 0) {
        for (FactId made : stepsFrom.getOrDefault(piece.epoch, List.of())) {
          lootByMaker.getOrDefault(made, List.of()).forEach(key -> step(key, piece));
        }
      }
    }

    private void stepWithSecrets(Loot key) {
      for (FactId epoch : stepsTo.getOrDefault(key.made(), List.of())) {
        for (Piece piece : pieces.getOrDefault(epoch, List.of())) {
          if (piece.secret.revision() == 0) {
            step(key, piece);
          }
        }
      }
    }

    private void step(Loot key, Piece piece) {
      boolean goesAstray = stepsAstray.contains(new Step(key.made(), piece.epoch));
      // Each secret that a liar made up would make of each key another: of those two in all.
      int further = piece.isTrue() ? 1 : MOST_ASTRAY / 2;
      int astray = goesAstray || key.astray > 0 || further > 1 ? key.astray + further : 0;
      if (astray <= MOST_ASTRAY) {
        freshLoot.add(
            key.steps.computeIfAbsent(
                piece, with -> loot(key.kek.step(piece.secret, piece.epoch), astray)));
      }
    }
  }

  /**
   * @param made a Reseal, or an epoch
   */
  private record Step(FactId made, FactId epoch) {}

  // ---- what crossed the network

  private sealed interface Message {}

  /** One wrap under a KEK of a slot, in a cover or a Relay. */
  private record Wrapped(Slot slot, MemberId wrapper, Bytes wrap, Covered of) {}

  /**
   * @param members of P(it), as the cover counts them
   */
  private record Covered(
      FactId id, MemberId author, Rekey rekey, Cover cover, Hash32 context, List<MemberId> members)
      implements Message {}

  private record Answered(StayId from, StayId to, Handshake.Answer answer) implements Message {}

  private record Handed(SealContext context, Bytes sealed) implements Message {}

  // ---- who had what

  /** One device with all it ever had; or, as a thief copied it once, all it had then. */
  final class Device {
    final MemberId member;
    final Draws draws;
    private final List<Piece> pieces = new ArrayList<>();
    private final List<Loot> loot = new ArrayList<>();
    private final Set<Object> had = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<Held> held = new HashSet<>();
    private final Set<Object> seized = Collections.newSetFromMap(new IdentityHashMap<>());
    private final SeizedSessions sessions;

    /** It is nobody's: it was never let in, and opens what opens, whoever it is for. */
    private boolean isStranger;

    /** Another device made it up, whose randomness is all that it has. */
    private boolean isMadeUp;

    private final Map<Hash32, LeafKeyPair> pairs = new TreeMap<>();

    /** Of leaf keys that nobody asked for yet: what they grow from. */
    private final Map<Hash32, byte[]> ungrown = new TreeMap<>();

    private final Map<Bytes, byte[]> seeds = new HashMap<>();
    private int tried;
    private int drawsRead;
    private int messagesRead;

    Device(MemberId member, Draws draws) {
      this(member, draws, new SeizedSessions(group));
    }

    private Device(MemberId member, Draws draws, SeizedSessions sessions) {
      this.member = member;
      this.draws = draws;
      this.sessions = sessions;
    }

    /** Everything this device alone could ever read off the network or out of its memory. */
    List<Piece> pieces() {
      readDraws();
      while (messagesRead < messages.size()) {
        switch (messages.get(messagesRead++)) {
          case Covered covered -> read(covered);
          case Answered answered -> read(answered);
          case Handed handed -> read(handed);
        }
      }
      return pieces;
    }

    /** And all the keys of slots it ever had. */
    List<Loot> allLoot() {
      pieces();
      return loot;
    }

    Device copied() {
      // What was read so far need not be read again.
      pieces();
      Device copy = new Device(member, draws.copied(), sessions.copied());
      pieces.forEach(copy::has);
      loot.forEach(copy::has);
      copy.pairs.putAll(pairs);
      copy.ungrown.putAll(ungrown);
      copy.seeds.putAll(seeds);
      copy.drawsRead = drawsRead;
      copy.messagesRead = messagesRead;
      return copy;
    }

    boolean hasLeafKey(Hash32 hash) {
      readDraws();
      return pairs.containsKey(hash) || ungrown.containsKey(hash);
    }

    Optional<LeafKeyPair> leafKey(Hash32 hash) {
      readDraws();
      byte[] seed = ungrown.remove(hash);
      if (seed != null) {
        pairs.put(hash, LeafKeyPair.generate(SeizedSessions.replay(seed)));
      }
      return Optional.ofNullable(pairs.get(hash));
    }

    /** All the leaf keys that it ever had. */
    private Collection<LeafKeyPair> leafKeys() {
      readDraws();
      List.copyOf(ungrown.keySet()).forEach(this::leafKey);
      return List.copyOf(pairs.values());
    }

    void has(Piece piece) {
      if (had.add(piece)) {
        pieces.add(piece);
      }
    }

    void has(Loot key) {
      if (had.add(key)) {
        loot.add(key);
      }
    }

    private void readDraws() {
      while (drawsRead < draws.given().size()) {
        byte[] draw = draws.given().get(drawsRead++);
        if (draws.isNoted()) {
          draws.keyFrom(draw).ifPresent(key -> ungrown.put(key.hash(), draw));
          draws
              .encapsulationFrom(draw)
              .ifPresent(its -> seeds.put(SeizedSessions.markOf(its), draw));
        } else if (draw.length == 32) {
          LeafKeyPair pair = LeafKeyPair.generate(SeizedSessions.replay(draw));
          pairs.put(pair.publicKey().hash(), pair);
        } else if (draw.length == 64) {
          seeds.put(SeizedSessions.mark(draw), draw);
        }
      }
    }

    private Optional<byte[]> seedOf(Bytes encapsulation) {
      return Optional.ofNullable(seeds.get(SeizedSessions.markOf(encapsulation)));
    }

    private void read(Covered covered) {
      boolean isIn = covered.members.contains(member);
      for (Cover.Sealed sealed : covered.cover.seals()) {
        Optional<MemberId> to =
            sealed.place() < covered.members.size()
                ? Optional.of(covered.members.get(sealed.place()))
                : Optional.empty();
        if (covered.author.equals(member)) {
          sealed.offer().ifPresent(offer -> madeOffer(offer, to));
        } else if (!isIn || to.equals(Optional.of(member))) {
          // Who is not meant by any seal tries all of them.
          sealed.offer().ifPresent(offer -> gotOffer(offer, covered.author));
          sessions
              .open(sealed.seal(), covered.context, covered.rekey.commitment())
              .ifPresent(secret -> has(piece(covered.id, secret)));
        }
      }
    }

    private void madeOffer(Handshake.Offer offer, Optional<MemberId> to) {
      Optional<byte[]> seed = seedOf(offer.encapsulation());
      Optional<LeafKeyPair> ephemeral = leafKey(Hash32.sha256(offer.ephemeral().toArray()));
      if (seed.isEmpty() || ephemeral.isEmpty() || to.isEmpty()) {
        return;
      }
      for (Stay own : newestFirst(world.staysOf(member))) {
        for (Stay its : newestFirst(world.staysOf(to.get()))) {
          Optional<LeafKey> leaf = publicLeafKey(to.get(), its.leafKey());
          if (leaf.isPresent()
              && sessions.made(
                  offer, own.id(), its.id(), leaf.get(), seed.get(), ephemeral.get())) {
            return;
          }
        }
      }
    }

    private void gotOffer(Handshake.Offer offer, MemberId author) {
      // The newest first: it is mostly the one that is meant.
      for (Stay own : newestFirst(world.staysOf(member))) {
        Optional<LeafKeyPair> leaf = leafKey(own.leafKey());
        for (Stay its : leaf.isPresent() ? newestFirst(world.staysOf(author)) : List.<Stay>of()) {
          tried++;
          if (sessions.received(offer, its.id(), own.id(), leaf.get())) {
            return;
          }
        }
      }
    }

    private void read(Answered answered) {
      List<StayId> own = world.staysOf(member).stream().map(Stay::id).toList();
      if (own.contains(answered.from) || own.contains(answered.to)) {
        sessions.answered(
            answered.answer, answered.from, answered.to, seedOf(answered.answer.encapsulation()));
      }
    }

    private void read(Handed handed) {
      if (!isStranger && !handed.context.to().equals(member)) {
        return;
      }
      if (isStranger || world.staysOf(member).isEmpty()) {
        // What a liar gives away was not the group's to keep.
        boolean isLeak = liars.contains(handed.context.from());
        for (LeafKeyPair each : isLeak ? List.<LeafKeyPair>of() : leafKeys()) {
          tried++;
          if (read(handed, each)) {
            return;
          }
        }
        return;
      }
      for (Stay own : newestFirst(world.staysOf(member))) {
        Optional<LeafKeyPair> leaf = leafKey(own.leafKey());
        tried += leaf.isPresent() ? 1 : 0;
        if (leaf.isPresent() && read(handed, leaf.get())) {
          return;
        }
      }
    }

    private boolean read(Handed handed, LeafKeyPair leaf) {
      if (handed.context.kind() == MessageType.GRANT) {
        if (SecretReader.open(leaf, handed.context, handed.sealed, NeedGive::secrets)
            instanceof SecretReader.Read.Ok<Map<FactId, EpochSecret>> ok) {
          ok.value().forEach((epoch, secret) -> has(piece(epoch, secret)));
          return true;
        }
        return false;
      }
      if (SecretReader.open(
              leaf,
              handed.context,
              handed.sealed,
              in -> GivenKeys.read(in, position -> slotOf(handed.context.to(), position)))
          instanceof SecretReader.Read.Ok<GivenKeys> ok) {
        ok.value().epochs().forEach((epoch, secret) -> has(piece(epoch, secret)));
        ok.value().keks().forEach(kek -> has(kek, handed.context.from()));
        for (GivenKeys.OfReseal each : ok.value().reseals()) {
          Slot slot = slotOf(handed.context.to(), each.position());
          has(SeizedKeks.copy(each.key(), slot, each.reseal()), handed.context.from());
        }
        return true;
      }
      return false;
    }

    /** A careless giver may have handed over what its own address shows, not the asker's. */
    private void has(Kek kek, MemberId giver) {
      has(loot(kek));
      Slot its = slotOf(giver, kek.slot().position());
      if (!its.equals(kek.slot())) {
        has(loot(SeizedKeks.asOf(kek, its)));
      }
    }
  }

  /**
   * @param tried so many seals with a key of its own
   */
  record Outsider(Set<FactId> epochsRead, int tried) {}

  /**
   * P6: somebody who was never in, listened to all of it, and has every leaf key and ephemeral key
   * there ever was as {@code broken} leaves it; or none.
   */
  Outsider outsider(Optional<UnaryOperator<LeafKeyPair>> broken) {
    List<Device> ears = new ArrayList<>();
    for (Device device : devices.values()) {
      if (device.isMadeUp && world.staysOf(device.member).isEmpty()) {
        continue;
      }
      device.readDraws();
      Device ear = new Device(device.member, new Draws(0));
      broken.ifPresent(
          by ->
              device
                  .leafKeys()
                  .forEach(its -> ear.pairs.put(its.publicKey().hash(), by.apply(its))));
      ears.add(ear);
    }
    Set<FactId> read = new TreeSet<>();
    closure(ears).forEach((epoch, some) -> read.addAll(some.isEmpty() ? Set.of() : Set.of(epoch)));
    return new Outsider(read, ears.stream().mapToInt(ear -> ear.tried).sum());
  }

  /**
   * Of the leaf keys of all stays and of what covers and answers are sealed with, so many are known
   * by the randomness that they were made of.
   */
  int accountedFor() {
    int many = 0;
    for (Device device : devices.values()) {
      for (Stay stay : world.staysOf(device.member)) {
        many += device.hasLeafKey(stay.leafKey()) ? 1 : 0;
      }
      for (Message message : messages) {
        if (message instanceof Covered of && of.author.equals(device.member)) {
          for (Cover.Sealed each : of.cover.seals()) {
            many +=
                each.offer().flatMap(its -> device.seedOf(its.encapsulation())).isPresent() ? 1 : 0;
            many +=
                each.offer()
                        .filter(its -> device.hasLeafKey(Hash32.sha256(its.ephemeral().toArray())))
                        .isPresent()
                    ? 1
                    : 0;
          }
        } else if (message instanceof Answered answered) {
          many += device.seedOf(answered.answer.encapsulation()).isPresent() ? 1 : 0;
        }
      }
    }
    return many;
  }

  /** How many there were. */
  int epochs() {
    return originals.size();
  }

  private static List<Stay> newestFirst(List<Stay> stays) {
    List<Stay> turned = new ArrayList<>(stays);
    Collections.reverse(turned);
    return turned;
  }

  /** What a device was seen to hold. */
  private record Held(FactId epoch, int revision, boolean isProved) {}

  /** A leak that a Here is to heal. */
  private record Leak(Device copy, int factsThen) {}

  private record LootName(Slot slot, FactId made) implements Comparable<LootName> {
    @Override
    public int compareTo(LootName other) {
      int bySlot = slot.compareTo(other.slot);
      return bySlot != 0 ? bySlot : made.compareTo(other.made);
    }
  }

  /**
   * A slot's key that left the way of the rules is followed for so many steps: who takes one in by
   * mistake goes on with it, and is found by what it wraps next. Without an end, each Reseal would
   * have a chain of its own from each later epoch.
   */
  private static final int MOST_ASTRAY = 8;

  /** A secret's bytes are looked for among so many revisions beyond the one that was said. */
  private static final int REVISIONS_BEYOND = 3;

  private static final int MOST_REVISIONS = 64;

  /** The last coalitions: views that know the same ends ask for the same one. */
  private static final int POOLS = 16;

  final GroupId group;
  final Blobs blobs;
  final Ledger ledger;

  /** Every key is tried on everything of its slot, not only where the rules let it fit. */
  private final boolean isThorough;

  private final List<Pool> pools = new ArrayList<>();
  final WhoIsOut world = new WhoIsOut();
  final List<SignedJoinRequest> requests = new ArrayList<>();
  final List<Need> needs = new ArrayList<>();

  private final List<Message> messages = new ArrayList<>();
  private final Map<Slot, List<Wrapped>> wraps = new HashMap<>();
  private final List<Relay> relays = new ArrayList<>();
  private final List<Wrapped> allWraps = new ArrayList<>();
  private final Map<LootName, List<Wrapped>> wrapsUnder = new HashMap<>();
  private final List<Covered> refreshes = new ArrayList<>();
  private final Map<FactId, List<Covered>> refreshesUnder = new HashMap<>();

  /** By epoch: what gave the keys of slots that step with its secret, and the other way about. */
  private final Map<FactId, List<FactId>> stepsFrom = new HashMap<>();

  private final Map<FactId, List<FactId>> stepsTo = new HashMap<>();

  /** Steps that the rules do not make: a Reseal is taken in by an epoch whose prev knew it. */
  private final Set<Step> stepsAstray = new HashSet<>();

  private final BitSet reseals = new BitSet();
  private final Map<LootName, List<Loot>> allLoot = new HashMap<>();
  private final Map<FactId, Covered> covered = new TreeMap<>();
  private final Map<MemberId, Device> devices = new TreeMap<>();
  private final Map<FactId, List<Piece>> pieces = new HashMap<>();
  private final Map<FactId, EpochSecret> originals = new HashMap<>();
  private final Map<FactId, Envelope> undecided = new LinkedHashMap<>();
  private boolean someHangOnCredentials;
  private final Set<Bytes> seen = new HashSet<>();
  private final List<Leak> leaks = new ArrayList<>();
  private final Map<String, Long> softlyUnclean = new TreeMap<>();
  private List<Device> thieves = List.of();
  private final Set<FactId> refused = new TreeSet<>();

  /** Members that give away what they have. */
  final Set<MemberId> liars = new TreeSet<>();

  /** Whether who was never let in pools with who is out. */
  boolean outsidersToo;

  private final List<Device> strangers = new ArrayList<>();

  /** How many were out in the view that was checked last. */
  int outThen;

  /** How many epochs of honest views were tried. */
  int checked;

  /** How many Relays there were, and how many wraps under slots' keys thieves opened. */
  int relaysTold;

  int wrapsOpened;

  /** Of the pieces that thieves of one view pooled, so many were of epochs not usable there. */
  int piecesPooled;

  Adversary(GroupId group, FlatKeying.Shared shared) {
    this(group, shared, true);
  }

  /**
   * @param isThorough whether keys of slots are tried also where only a mistake of another kind
   *     would let them open: it takes several times as long
   */
  Adversary(GroupId group, FlatKeying.Shared shared, boolean isThorough) {
    this.isThorough = isThorough;
    this.group = group;
    this.blobs = new Blobs(shared.check(), 100_000);
    this.ledger = new Ledger(group, blobs, shared.check(), shared.verifier());
  }

  // ---- recording

  Device device(MemberId member, Draws draws) {
    return devices.computeIfAbsent(member, id -> new Device(id, draws));
  }

  /** Somebody on the wire who is no member: its leaf keys are tried on all that is handed over. */
  void stranger(Draws draws) {
    MemberId nobody = new MemberId(Hash32.sha256(new byte[] {(byte) strangers.size()}));
    Device stranger = new Device(nobody, draws);
    stranger.isStranger = true;
    strangers.add(stranger);
  }

  /** Somebody that a device made up. */
  void madeUp(MemberId friend, Draws draws) {
    device(friend, draws).isMadeUp = true;
  }

  /** Who was never let in by any fact that anybody made, and yet opened something. */
  private List<Device> neverIn() {
    List<Device> never = new ArrayList<>(strangers);
    for (Device each : devices.values()) {
      if (!each.isMadeUp && world.staysOf(each.member).isEmpty()) {
        never.add(each);
      }
    }
    never.removeIf(each -> each.allLoot().isEmpty() && each.pieces().isEmpty());
    return never;
  }

  Device device(MemberId member) {
    Device device = devices.get(member);
    if (device == null) {
      throw new IllegalArgumentException("no device of " + member);
    }
    return device;
  }

  /** One copy of all this device has: a thief reads along from then on, until it is shut out. */
  void leak(Watched node) {
    leaks.add(new Leak(device(node.id()).copied(), world.facts().size()));
  }

  void stepped(Watched node) {
    Device device = device(node.id(), node.draws());
    for (KeyStore.Held held : node.core().core.keys.all()) {
      int revision = held.lowestRevision();
      if (device.held.add(new Held(held.epoch, revision, held.isProved))) {
        device.has(piece(held.epoch, held.lowest().at(revision)));
      }
    }
    seize(device, node.core().core.slots);
  }

  private void seize(Device device, SlotKeys slots) {
    for (Kek kek : slots.allKeks()) {
      if (device.seized.add(kek)) {
        device.has(loot(SeizedKeks.copy(kek)));
      }
    }
    for (GivenKeys.OfReseal each : slots.allResealKeys()) {
      if (device.seized.add(each.key())) {
        Slot slot = slotOf(device.member, each.position());
        device.has(loot(SeizedKeks.copy(each.key(), slot, each.reseal())));
      }
    }
  }

  Slot slotOf(MemberId member, int position) {
    return new Slot(position, member.hash().symbol(position, profile().symbolBits()));
  }

  private Profile profile() {
    return ledger.after(world.facts().get(0).known()).found().profile();
  }

  Loot loot(Kek kek) {
    return loot(kek, 0);
  }

  /** One object for the same key of the same slot, whoever has it. */
  private Loot loot(Kek kek, int astray) {
    List<Loot> known =
        allLoot.computeIfAbsent(new LootName(kek.slot(), kek.epoch()), name -> new ArrayList<>());
    for (Loot each : known) {
      if (each.kek.holdsTheSameAs(kek)) {
        each.astray = Math.min(each.astray, astray);
        return each;
      }
    }
    Loot loot = new Loot(kek, astray);
    known.add(loot);
    return loot;
  }

  void said(Watched from, Bytes message) {
    device(from.id(), from.draws());
    heard(message);
  }

  void heard(Bytes message) {
    if (!seen.add(message)) {
      return;
    }
    MessageType type = SideCodec.typeOf(message).orElse(null);
    if (type != null && type.isFact()) {
      fact(message);
    } else if (SideCodec.decode(message) instanceof Decoded.Ok<SideMessage> ok) {
      side(ok.value());
    }
  }

  private void side(SideMessage message) {
    if (message instanceof JoinAsk ask) {
      blobs.put(ask.credential());
      requests.add(ask.request());
    } else if (message instanceof SyncReply reply) {
      reply.facts().forEach(this::heard);
    } else if (message instanceof SessionAnswer answer) {
      messages.add(new Answered(answer.from(), answer.to(), answer.answer()));
    } else if (message instanceof Grant grant) {
      MemberId from = grant.signed().header().author();
      messages.add(
          new Handed(
              new SealContext(group, from, grant.to(), MessageType.GRANT, grant.admit().hash()),
              grant.sealed()));
    } else if (message instanceof Give give) {
      MemberId from = give.signed().header().author();
      messages.add(
          new Handed(
              new SealContext(group, from, give.to(), MessageType.GIVE, give.need()),
              give.sealed()));
    } else if (message instanceof Need need) {
      needs.add(need);
    } else if (message instanceof Relay relay) {
      relays.add(relay);
      covered.values().forEach(each -> wrapped(relay, each));
    }
  }

  private void fact(Bytes message) {
    if (FactCodec.decode(message) instanceof Decoded.Ok<Envelope> ok
        && !world.knows(ok.value().id())
        && !refused.contains(ok.value().id())) {
      undecided.put(ok.value().id(), ok.value());
      // A flood of facts that hang on nothing costs no look at all the others.
      boolean moved = isDecided(ok.value()) || someHangOnCredentials;
      while (moved && !undecided.isEmpty()) {
        moved = decideOthers();
      }
    }
  }

  private boolean decideOthers() {
    someHangOnCredentials = false;
    boolean moved = false;
    for (Envelope each : List.copyOf(undecided.values())) {
      moved |= isDecided(each);
    }
    return moved;
  }

  private boolean isDecided(Envelope each) {
    return switch (ledger.decide(each)) {
      case Ledger.Decision.Valid valid -> {
        undecided.remove(each.id());
        taken(valid.fact());
        yield true;
      }
      case Ledger.Decision.Refused no -> {
        undecided.remove(each.id());
        refused.add(each.id());
        yield true;
      }
      case Ledger.Decision.LacksParents orphan -> false;
      case Ledger.Decision.LacksCredential hangs -> {
        someHangOnCredentials = true;
        yield false;
      }
    };
  }

  private void taken(Known fact) {
    world.add(fact);
    noteSteps(world.fact(fact.id()));
    if (fact.fact() instanceof Found found) {
      blobs.judgeAgainst(found);
    }
    if (fact.fact() instanceof Rekey) {
      // Its author may have been seen to have it before anybody heard of the fact.
      pieces.getOrDefault(fact.id(), List.of()).forEach(piece -> prove(piece, fact));
    }
    if (fact.fact() instanceof Rekey rekey
        && Cover.decode(ledger.envelope(fact).cover()) instanceof Decoded.Ok<Cover> cover) {
      List<MemberId> members = ledger.after(fact).members().stream().map(Person::id).toList();
      Hash32 context = FactCodec.coverContext(group, fact.author(), rekey);
      Covered of = new Covered(fact.id(), fact.author(), rekey, cover.value(), context, members);
      messages.add(of);
      covered.put(fact.id(), of);
      if (of.cover.refresh().isPresent()) {
        refreshes.add(of);
        rekey
            .prev()
            .ifPresent(
                prev -> refreshesUnder.computeIfAbsent(prev, p -> new ArrayList<>()).add(of));
      }
      for (Cover.SlotWrap each : cover.value().wraps()) {
        wrapped(fact.author(), each.position(), each.wrap(), of);
      }
      relays.forEach(relay -> wrapped(relay, of));
    }
  }

  private void wrapped(Relay relay, Covered of) {
    if (relay.epoch() == Relays.prefix(of.id) && relay.place() < of.members.size()) {
      relaysTold++;
      for (Relay.SlotWrap each : relay.wraps()) {
        wrapped(of.members.get(relay.place()), each.position(), each.wrap(), of);
      }
    }
  }

  private void wrapped(MemberId wrapper, int position, Bytes wrap, Covered of) {
    Slot slot = slotOf(wrapper, position);
    Wrapped wrapped = new Wrapped(slot, wrapper, wrap, of);
    allWraps.add(wrapped);
    wraps.computeIfAbsent(slot, s -> new ArrayList<>()).add(wrapped);
    of.rekey
        .prev()
        .ifPresent(
            prev ->
                wrapsUnder
                    .computeIfAbsent(new LootName(slot, prev), s -> new ArrayList<>())
                    .add(wrapped));
  }

  private Optional<LeafKey> publicLeafKey(MemberId member, Hash32 hash) {
    return Optional.ofNullable(devices.get(member))
        .flatMap(device -> device.leafKey(hash))
        .map(LeafKeyPair::publicKey);
  }

  /** One object for the same bytes, whoever has them. */
  Piece piece(FactId epoch, EpochSecret secret) {
    List<Piece> known = pieces.computeIfAbsent(epoch, id -> new ArrayList<>());
    for (Piece each : known) {
      if (each.secret.holdsTheSameAs(secret)) {
        return each;
      }
    }
    Piece piece = new Piece(epoch, secret);
    known.add(piece);
    if (ledger.get(epoch) instanceof Known fact) {
      prove(piece, fact);
    }
    return piece;
  }

  private void prove(Piece piece, Known fact) {
    if (piece.secret.revision() == 0 && Rekeying.isProved(fact, piece.secret)) {
      originals.put(piece.epoch, piece.secret);
    }
  }

  // ---- pooling

  /** All that follows from what these have, of whom each is there once. */
  private Map<FactId, List<Piece>> closure(List<Device> thieves) {
    return pool(thieves).pieces;
  }

  private Pool pool(List<Device> thieves) {
    Set<Device> all = Collections.newSetFromMap(new IdentityHashMap<>());
    all.addAll(thieves);
    Pool best = null;
    for (Pool each : pools) {
      if (all.containsAll(each.thieves)
          && (best == null || each.thieves.size() > best.thieves.size())) {
        best = each;
      }
    }
    Pool pool =
        best == null
            ? new Pool(thieves)
            : best.thieves.size() == all.size() ? best : best.with(thieves);
    pools.remove(pool);
    pools.add(0, pool);
    if (pools.size() > POOLS) {
      pools.remove(POOLS);
    }
    return pool.brought();
  }

  /**
   * The rules make a slot's key of an epoch out of the epoch's before, or out of a Reseal's that is
   * in its past and was not in that one's.
   */
  private void noteSteps(WhoIsOut.Fact fact) {
    if (fact.content() instanceof Reseal) {
      reseals.set(fact.index());
    }
    if (!(fact.content() instanceof Rekey rekey)) {
      return;
    }
    Optional<WhoIsOut.Fact> prev = rekey.prev().filter(world::knows).map(world::fact);
    rekey.prev().ifPresent(made -> noteStep(made, fact.known().id()));
    BitSet fresh = (BitSet) fact.past().clone();
    fresh.and(reseals);
    if (!isThorough) {
      prev.ifPresent(before -> fresh.andNot(before.past()));
    }
    for (int i = fresh.nextSetBit(0); i >= 0; i = fresh.nextSetBit(i + 1)) {
      FactId reseal = world.facts().get(i).known().id();
      noteStep(reseal, fact.known().id());
      if (prev.isPresent() && prev.get().past().get(i)) {
        stepsAstray.add(new Step(reseal, fact.known().id()));
      }
    }
  }

  private void noteStep(FactId made, FactId epoch) {
    stepsFrom.computeIfAbsent(epoch, e -> new ArrayList<>()).add(made);
    stepsTo.computeIfAbsent(made, m -> new ArrayList<>()).add(epoch);
  }

  private Optional<Piece> opened(Loot key, Wrapped wrapped) {
    if (!isThorough && !wrapped.of.rekey.prev().equals(Optional.of(key.made()))) {
      return Optional.empty();
    }
    return key.opened.computeIfAbsent(
        wrapped,
        each -> {
          Covered of = each.of;
          if (key.kek.unwrap(each.wrap, of.context, each.wrapper, of.rekey.commitment())
              instanceof Unwrapped.Opened opened) {
            wrapsOpened++;
            return Optional.of(piece(of.id, opened.secret()));
          }
          return Optional.empty();
        });
  }

  private Optional<Piece> unwrapped(Piece piece, Covered under) {
    Optional<Piece> before = piece.opened.get(under.id);
    if (before != null) {
      return before;
    }
    Cover.Refresh refresh = under.cover.refresh().orElseThrow();
    Optional<Piece> got = Optional.empty();
    if (piece.secret.revision() <= refresh.revision() && refresh.revision() < 10_000) {
      try (EpochSecret running = piece.secret.at(refresh.revision())) {
        if (running.unwrap(refresh.wrap(), under.context, under.author, under.rekey.commitment())
            instanceof Unwrapped.Opened opened) {
          got = Optional.of(piece(under.id, opened.secret()));
        }
      }
    }
    piece.opened.put(under.id, got);
    return got;
  }

  // ---- the question

  /** What is wrong in the view of this honest node; nothing is. */
  List<String> check(Watched node, long now) {
    GroupState state = node.core().state();
    BitSet set = world.reached(state.heads());
    List<String> wrong = new ArrayList<>();
    if (!world.isMember(set, node.id())) {
      return wrong;
    }
    TreeSet<MemberId> out = world.out(set);
    List<Device> thieves = new ArrayList<>();
    out.forEach(member -> thieves.add(device(member)));
    thieves.addAll(healed(set));
    outThen = out.size();
    if (outsidersToo) {
      thieves.addAll(neverIn());
    }
    Map<FactId, List<Piece>> pool = closure(thieves);
    pool.values().forEach(each -> piecesPooled += each.size());
    this.thieves = thieves;
    for (Known epoch : state.usable()) {
      if (out.contains(epoch.author())) {
        wrong.add("P5: " + node + " may use an epoch whose author is out: " + epoch);
      }
      tryToRead(node, "P3/P5/P9", pool, epoch.id(), state.revision(epoch.id()), wrong, out);
    }
    node.core().sendingEpoch().ifPresent(epoch -> checkSending(node, set, epoch, now, pool, wrong));
    return wrong;
  }

  /**
   * What an honest view was that used this key: everybody who was out there has had more since, and
   * may have been told what by then was superseded.
   */
  List<String> checkAgain(List<FactId> heads, FactId epoch, int revision) {
    List<String> wrong = new ArrayList<>();
    BitSet set = world.reached(heads);
    if (!world.dirt(set, epoch).isEmpty()) {
      return wrong; // it was on its way out: when it was used, that was judged
    }
    List<Device> all = whoIsOut(set);
    checked++;
    this.thieves = all;
    for (Piece piece : closure(all).getOrDefault(epoch, List.of())) {
      if (piece.secret.revision() <= revision && piece.isTrue()) {
        wrong.add(
            "afterwards: who was out when "
                + epoch
                + " at "
                + revision
                + " was used derives it from "
                + piece.secret.revision()
                + "; it takes "
                + whoIsNeededFor(piece));
        return wrong;
      }
    }
    return wrong;
  }

  /**
   * Whether who is out in such a view opens a frame that was sealed in it, with the keys of all
   * epochs that it comes to, whichever the frame says it is sealed under.
   */
  List<String> opens(
      List<FactId> heads, FactId epoch, StayId sender, SFrameSuite suite, Bytes frame) {
    BitSet set = world.reached(heads);
    if (!world.dirt(set, epoch).isEmpty()) {
      return List.of(); // as above
    }
    List<Device> all = whoIsOut(set);
    for (List<Piece> some : closure(all).values()) {
      for (Piece piece : some) {
        if (SeizedFrames.opens(piece.tek(), sender, suite, frame)) {
          return List.of(
              "who was out when "
                  + sender
                  + " sealed a frame opens it with a key of "
                  + piece.epoch);
        }
      }
    }
    return List.of();
  }

  private List<Device> whoIsOut(BitSet set) {
    List<Device> all = new ArrayList<>();
    world.out(set).forEach(member -> all.add(device(member)));
    all.addAll(healed(set));
    if (outsidersToo) {
      all.addAll(neverIn());
    }
    return all;
  }

  private void checkSending(
      Watched node,
      BitSet set,
      FactId epoch,
      long now,
      Map<FactId, List<Piece>> pool,
      List<String> wrong) {
    List<Stay> dirt = world.dirt(set, epoch);
    String key = node.name() + " " + epoch;
    if (dirt.isEmpty()) {
      softlyUnclean.remove(key);
      tryToRead(
          node, "P3/P5/P9 sending", pool, epoch, node.core().sendingRevision(), wrong, List.of());
    } else if (dirt.stream().anyMatch(stay -> world.isPutOut(set, stay))) {
      wrong.add("P3: " + node + " sends under an epoch that an expulsion made unclean: " + epoch);
    } else if (now - softlyUnclean.computeIfAbsent(key, k -> now) > 1_050) {
      wrong.add("P3: " + node + " sends for long under an epoch that is unclean: " + epoch);
    }
  }

  private void tryToRead(
      Watched node,
      String property,
      Map<FactId, List<Piece>> pool,
      FactId epoch,
      int revision,
      List<String> wrong,
      Collection<MemberId> out) {
    checked++;
    KeyStore.Held held = node.core().core.keys.get(epoch).orElse(null);
    for (Piece piece : pool.getOrDefault(epoch, List.of())) {
      if (piece.secret.revision() > revision) {
        continue;
      }
      boolean reads = piece.isTrue();
      if (held != null && held.lowestRevision() <= revision) {
        try (EpochSecret theirs = piece.secret.at(revision);
            EpochSecret own = held.lowest().at(revision)) {
          reads |= theirs.holdsTheSameAs(own);
        }
      }
      if (reads) {
        boolean byOutsiders =
            outsidersToo && closure(neverIn()).getOrDefault(epoch, List.of()).contains(piece);
        wrong.add(
            (byOutsiders ? "P6: who was never in, so " : property + ": ")
                + "who is out derives "
                + epoch
                + " at "
                + revision
                + " from "
                + piece.secret.revision()
                + ", used by "
                + node
                + "; out are "
                + out
                + "; it takes "
                + whoIsNeededFor(piece));
        return;
      }
    }
  }

  /** Whom to look at: the thieves without any of whom it would not work. */
  private List<String> whoIsNeededFor(Piece piece) {
    List<String> needed = new ArrayList<>();
    for (Device one : thieves) {
      List<Device> others = thieves.stream().filter(other -> other != one).toList();
      if (!closure(others).getOrDefault(piece.epoch, List.of()).contains(piece)) {
        boolean isCopy = devices.get(one.member) != one;
        needed.add((isCopy ? "a copy of " : "") + one.member);
      }
    }
    return needed;
  }

  /** P9: the thieves whom a Here in the set is to have shut out. */
  private List<Device> healed(BitSet set) {
    List<Device> healed = new ArrayList<>();
    for (Leak leak : leaks) {
      MemberId member = leak.copy.member;
      boolean said = world.saidHere(set, member, leak.factsThen);
      // One request admitted twice is two stays with one leaf key: a Here ends those it knew.
      boolean lives =
          said
              && world.staysOf(member).stream()
                  .anyMatch(
                      stay -> leak.copy.hasLeafKey(stay.leafKey()) && world.isLive(set, stay));
      if (said && !lives) {
        healed.add(leak.copy);
      }
    }
    return healed;
  }

  private List<Known> rekeysIn(BitSet set) {
    List<Known> rekeys = new ArrayList<>();
    for (int i = set.nextSetBit(0); i >= 0; i = set.nextSetBit(i + 1)) {
      Known fact = world.facts().get(i).known();
      if (fact.fact() instanceof Rekey) {
        rekeys.add(fact);
      }
    }
    return rekeys;
  }

  /** Whether a device, with all it ever had and could hear, comes to the epoch's true key. */
  boolean derives(MemberId member, FactId epoch, int revision) {
    return closure(List.of(device(member))).getOrDefault(epoch, List.of()).stream()
        .anyMatch(piece -> piece.secret.revision() <= revision && piece.isTrue());
  }

  /** And whether it comes to this very key of a slot. */
  boolean derives(MemberId member, Kek key) {
    return pool(List.of(device(member))).loot.getOrDefault(key.slot(), List.of()).stream()
        .anyMatch(each -> each.made().equals(key.epoch()) && each.kek.holdsTheSameAs(key));
  }

  /**
   * The epochs of which a device, with all it ever had and could hear, comes to a key, and the
   * first revision of each; also where nobody can tell whether it is the true one.
   */
  SortedMap<FactId, Integer> derived(MemberId member) {
    SortedMap<FactId, Integer> first = new TreeMap<>();
    closure(List.of(device(member)))
        .forEach(
            (epoch, some) ->
                some.forEach(piece -> first.merge(epoch, piece.secret.revision(), Math::min)));
    return first;
  }

  /**
   * P8: the epochs that somebody reads who takes a device with all it holds now, and has recorded
   * everything that was ever sent.
   */
  Set<FactId> readByWhoCaptures(Watched node) {
    Core core = node.core().core;
    Device thief = new Device(node.id(), new Draws(0));
    for (LeafKeyPair leaf : core.self.leafKeys()) {
      thief.pairs.put(leaf.publicKey().hash(), leaf);
    }
    for (KeyStore.Held held : core.keys.all()) {
      thief.has(piece(held.epoch, held.lowest().at(held.lowestRevision())));
    }
    seize(thief, core.slots);
    Set<FactId> read = new TreeSet<>();
    for (Message message : messages) {
      if (message instanceof Covered of) {
        openWithSessions(core, of).ifPresent(thief::has);
      }
    }
    closure(List.of(thief))
        .forEach(
            (epoch, some) -> {
              if (some.stream().anyMatch(Piece::isTrue)) {
                read.add(epoch);
              }
            });
    return read;
  }

  /** What the sessions of a device still open of a cover. */
  private Optional<Piece> openWithSessions(Core core, Covered of) {
    for (Cover.Sealed sealed : of.cover.seals()) {
      for (Stay own : world.staysOf(core.self.member())) {
        for (Stay its : world.staysOf(of.author)) {
          if (!own.id().equals(its.id())
              && core.sessions.known(own.id(), its.id()).orElse(null) instanceof Session session
              && session.open(sealed.seal(), of.context, of.rekey.commitment())
                  instanceof Unwrapped.Opened opened) {
            return Optional.of(piece(of.id, opened.secret()));
          }
        }
      }
    }
    return Optional.empty();
  }

  /** P4: what a newcomer alone can derive of states in the past of its one Admit. */
  List<String> checkNewcomers() {
    List<String> wrong = new ArrayList<>();
    for (Device device : devices.values()) {
      List<Stay> admitted =
          world.staysOf(device.member).stream()
              .filter(stay -> stay.begunBy().fact() instanceof Admit)
              .toList();
      if (admitted.size() != 1) {
        continue;
      }
      Known admit = admitted.get(0).begunBy();
      GroupState past = ledger.past(admit);
      Map<FactId, List<Piece>> own = closure(List.of(device));
      // Those that were superseded by then, too.
      for (Known epoch : rekeysIn(world.fact(admit.id()).past())) {
        int before = past.revision(epoch.id());
        for (Piece piece : own.getOrDefault(epoch.id(), List.of())) {
          checked++;
          if (piece.secret.revision() <= before && piece.isTrue()) {
            wrong.add(
                "P4: a newcomer derives " + epoch + " at " + before + ", from before its Admit");
          }
        }
      }
    }
    return wrong;
  }
}
