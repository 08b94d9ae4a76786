package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.crypto.LeafKey;
import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.crypto.SealContext;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.Admit;
import io.keymoot.flatkeying.fact.Approval;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.Fact;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.Here;
import io.keymoot.flatkeying.fact.JoinRequest;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Reseal;
import io.keymoot.flatkeying.fact.SignedHeader;
import io.keymoot.flatkeying.fact.SignedJoinRequest;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Ledger;
import io.keymoot.flatkeying.group.Person;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.key.ResealKey;
import io.keymoot.flatkeying.key.SecretWriter;
import io.keymoot.flatkeying.key.SeizedKeks;
import io.keymoot.flatkeying.message.JoinAsk;
import io.keymoot.flatkeying.message.Need;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SlotSet;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * A member, or somebody let in by one, that keeps to no rule but has its own real keys, all that
 * crossed the network, and the friends it shares everything with. It writes facts on any past in
 * which it was a member, for whomever it likes.
 */
final class Villain {
  final String name;
  final SigningKey key;
  final MemberId id;
  final Draws draws;
  final Bytes address;
  private final Adversary adversary;
  private final Bytes credential;
  private final Map<Hash32, Bytes> blobs = new LinkedHashMap<>();
  private final Optional<JoinAsk> ask;
  private final Map<FactId, EpochSecret> ownEpochs = new TreeMap<>();
  private final Map<String, ResealKey> resealKeys = new LinkedHashMap<>();

  private Villain(
      String name,
      SigningKey key,
      MemberId id,
      Draws draws,
      Bytes address,
      Bytes credential,
      Optional<JoinAsk> ask,
      Adversary adversary) {
    this.name = name;
    this.key = key;
    this.id = id;
    this.draws = draws;
    this.address = address;
    this.credential = credential;
    this.ask = ask;
    this.adversary = adversary;
    own(credential);
  }

  /** A member that turns: it has all that its core had. */
  static Villain turned(Group.Node node, Bytes credential, Adversary adversary) {
    return new Villain(
        node.name,
        node.key,
        node.id(),
        node.draws,
        node.address,
        credential,
        Optional.empty(),
        adversary);
  }

  /** A device of its own, not yet let in. */
  static Villain accomplice(String name, SigningKey key, Draws draws, Adversary adversary) {
    Bytes credential = Group.credential(name, "");
    LeafKeyPair leaf = LeafKeyPair.generate(draws);
    Bytes leafKey = leaf.publicKey().bytes();
    SignedJoinRequest request =
        FactWriter.joinRequest(
            key,
            adversary.group,
            credential.sha256(),
            leafKey.sha256(),
            Bytes.owning(draws.bytes(JoinRequest.NONCE_BYTES)),
            new FactId(adversary.group.hash()));
    adversary.device(request.member(), draws);
    Villain villain =
        new Villain(
            name,
            key,
            request.member(),
            draws,
            Bytes.owning(name.getBytes(java.nio.charset.StandardCharsets.UTF_8)),
            credential,
            Optional.of(new JoinAsk(request, credential, leafKey, false)),
            adversary);
    villain.own(leafKey);
    return villain;
  }

  private void own(Bytes blob) {
    blobs.put(blob.sha256(), blob);
    adversary.blobs.put(blob);
  }

  Optional<JoinAsk> ask() {
    return ask;
  }

  Optional<Bytes> blob(Hash32 hash) {
    return Optional.ofNullable(blobs.get(hash));
  }

  Fingerprint device() {
    return Fingerprint.of(key.spki());
  }

  private FactWriter writer() {
    return new FactWriter(key, adversary.group, id);
  }

  private static <T> T oneOf(List<T> some, Random random) {
    return some.get(random.nextInt(some.size()));
  }

  // ---- facts

  /** A past in which it is a member: everything some facts reach, old ones as likely as new. */
  private Optional<GroupState> anyPast(Random random) {
    List<WhoIsOut.Fact> facts = adversary.world.facts();
    for (int attempt = 0; attempt < 12; attempt++) {
      List<Known> heads = new ArrayList<>();
      int many = 1 + random.nextInt(3) / 2;
      for (int i = 0; i < many; i++) {
        int back = random.nextInt(random.nextBoolean() ? Math.min(facts.size(), 6) : facts.size());
        heads.add(facts.get(facts.size() - 1 - back).known());
      }
      GroupState past = adversary.ledger.join(heads);
      if (past.isMember(id)) {
        return Optional.of(past);
      }
    }
    return Optional.empty();
  }

  /** Its newest fact, if any of these can be written; sent to nobody yet. */
  Optional<Known> write(Random random, List<Villain> friends) {
    int what = random.nextInt(100);
    if (what < 10) {
      return here(random);
    }
    GroupState past = anyPast(random).orElse(null);
    if (past == null) {
      return Optional.empty();
    }
    if (what < 45) {
      return admit(past, random, friends);
    }
    if (what < 55) {
      return reseal(past, random);
    }
    return rekey(past, random, friends);
  }

  private Optional<Known> said(GroupState past, Fact fact, Bytes cover) {
    return said(writer().write(past.heads(), fact, cover));
  }

  private Optional<Known> said(Envelope envelope) {
    adversary.heard(FactCodec.encode(envelope));
    return Optional.ofNullable(adversary.ledger.get(envelope.id()));
  }

  private Optional<Known> here(Random random) {
    List<WhoIsOut.Fact> facts = adversary.world.facts();
    GroupState past = adversary.ledger.after(oneOf(facts, random).known());
    if (past.heads().isEmpty() || past.person(id).isEmpty()) {
      return Optional.empty();
    }
    LeafKeyPair leaf = LeafKeyPair.generate(draws);
    own(leaf.publicKey().bytes());
    return said(past, new Here(leaf.publicKey().hash(), credential.sha256()), Bytes.EMPTY);
  }

  /** Lets in a friend, or somebody honest once more. */
  private Optional<Known> admit(GroupState past, Random random, List<Villain> friends) {
    List<SignedJoinRequest> rows = new ArrayList<>();
    List<Villain> wanting = friends.stream().filter(friend -> friend.ask.isPresent()).toList();
    if (!wanting.isEmpty() && random.nextInt(4) > 0) {
      rows.add(oneOf(wanting, random).ask.orElseThrow().request());
    } else if (!adversary.requests.isEmpty()) {
      rows.add(oneOf(adversary.requests, random));
    }
    return rows.isEmpty() || past.heads().size() > 32
        ? Optional.empty()
        : said(past, new Admit(rows, List.of()), Bytes.EMPTY);
  }

  /** An epoch of its own, which may put out whom it can, readable for some or for nobody. */
  private Optional<Known> rekey(GroupState past, Random random, List<Villain> friends) {
    List<Target> targets = new ArrayList<>();
    List<Person> others =
        past.members().stream().filter(person -> !isFriend(person, friends)).toList();
    if (!others.isEmpty() && random.nextBoolean()) {
      targets.add(expulsion(past, oneOf(others, random).device(), friends));
    }
    List<FactId> epochs = new ArrayList<>();
    for (WhoIsOut.Fact fact : adversary.world.facts()) {
      if (fact.known().fact() instanceof Rekey && past.contains(fact.known())) {
        epochs.add(fact.known().id());
      }
    }
    Optional<FactId> prev =
        epochs.isEmpty() ? Optional.empty() : Optional.of(oneOf(epochs, random));
    EpochSecret secret = EpochSecret.fresh(draws);
    Rekey draft = new Rekey(prev, targets, secret.commitment(), Hash32.ZERO, Hash32.ZERO);
    Hash32 members = adversary.ledger.draft(past, id, draft).membersDigest();
    Rekey bare = new Rekey(prev, targets, secret.commitment(), members, Hash32.ZERO);
    Bytes cover = cover(bare, past, prev, secret, random);
    Rekey rekey = new Rekey(prev, targets, secret.commitment(), members, cover.sha256());
    Optional<Known> said = said(past, rekey, cover);
    said.ifPresent(epoch -> adversary.device(id).has(adversary.piece(epoch.id(), secret)));
    said.ifPresent(epoch -> ownEpochs.put(epoch.id(), secret));
    return said;
  }

  /** Fresh keys of its own slots, for whoever asks; old ones as likely as not. */
  private Optional<Known> reseal(GroupState past, Random random) {
    List<Reseal.SlotKey> content = new ArrayList<>();
    List<ResealKey> fresh = new ArrayList<>();
    for (int position = 0; position < 32; position++) {
      if (random.nextInt(4) > 0) {
        ResealKey key = ResealKey.fresh(draws);
        content.add(new Reseal.SlotKey(adversary.slotOf(id, position), key.commitment()));
        fresh.add(key);
      }
    }
    Optional<Known> said = said(past, new Reseal(content), Bytes.EMPTY);
    for (int i = 0; said.isPresent() && i < fresh.size(); i++) {
      Slot slot = content.get(i).slot();
      resealKeys.put(said.get().id() + " " + slot.position(), fresh.get(i));
      adversary
          .device(id)
          .has(adversary.loot(SeizedKeks.copy(fresh.get(i), slot, said.get().id())));
    }
    return said;
  }

  private static boolean isFriend(Person person, List<Villain> friends) {
    return friends.stream().anyMatch(friend -> friend.device().equals(person.device()));
  }

  /** Puts a device out, and orders everybody to relay under whatever slots. */
  Optional<Known> expelAndOrder(GroupState past, Fingerprint device, Random random) {
    Optional<FactId> prev = past.usable().stream().map(Known::id).findFirst();
    List<Target> targets = List.of(new Target.Expelled(device, List.of()));
    EpochSecret secret = EpochSecret.fresh(draws);
    Rekey draft = new Rekey(prev, targets, secret.commitment(), Hash32.ZERO, Hash32.ZERO);
    GroupState after = adversary.ledger.draft(past, id, draft);
    Cover cover =
        new Cover(
            Optional.empty(),
            List.of(),
            orders(after.memberCount(), random),
            List.of(),
            Optional.empty());
    Bytes bytes = cover.encode();
    Rekey rekey =
        new Rekey(prev, targets, secret.commitment(), after.membersDigest(), bytes.sha256());
    Optional<Known> said = said(past, rekey, bytes);
    said.ifPresent(epoch -> adversary.device(id).has(adversary.piece(epoch.id(), secret)));
    said.ifPresent(epoch -> ownEpochs.put(epoch.id(), secret));
    return said;
  }

  /** By role, or with the word of a friend. */
  private Target.Expelled expulsion(GroupState past, Fingerprint device, List<Villain> friends) {
    List<Approval> words = new ArrayList<>();
    for (Villain friend : friends) {
      if (words.isEmpty() && !friend.id.equals(id) && past.isMember(friend.id)) {
        words.add(
            friend
                .writer()
                .approve(past.heads(), Approval.Action.EXPEL, device.hash(), Hash32.ZERO));
      }
    }
    return new Target.Expelled(device, words);
  }

  private Bytes cover(
      Rekey bare, GroupState past, Optional<FactId> prev, EpochSecret secret, Random random) {
    int kind = random.nextInt(6);
    if (kind == 0) {
      return Bytes.EMPTY;
    }
    if (kind == 1) {
      return Bytes.owning(draws.bytes(1 + random.nextInt(200)));
    }
    Optional<EpochSecret> under =
        prev.flatMap(
            epoch ->
                adversary.device(id).pieces().stream()
                    .filter(piece -> piece.epoch.equals(epoch))
                    .map(piece -> piece.secret)
                    .min(Comparator.comparingInt(EpochSecret::revision)));
    int revision = prev.map(past::revision).orElse(0);
    Bytes wrap = Bytes.owning(draws.bytes(48));
    // A member that wraps under a key that others out there have leaks, as any member can.
    boolean leaks =
        !bare.targets().isEmpty()
            || !prev.map(e -> adversary.ledger.isClean(past, adversary.world.fact(e).known()))
                .orElse(false);
    if (!leaks && under.isPresent() && under.get().revision() <= revision) {
      Hash32 context = FactCodec.coverContext(adversary.group, id, bare);
      wrap = under.get().at(revision).wrap(secret, context, id);
    }
    return new Cover(
            Optional.of(new Cover.Refresh(revision, wrap)),
            List.of(),
            orders(past.memberCount(), random),
            List.of(),
            Optional.empty())
        .encode();
  }

  /** Whoever reads it is told to wrap it on, under whatever slots. */
  static List<Cover.Order> orders(int members, Random random) {
    List<Cover.Order> orders = new ArrayList<>();
    for (int place = 0; place < members; place++) {
      for (int position = 0; position < 32; position++) {
        if (random.nextInt(3) > 0) {
          orders.add(new Cover.Order(place, position));
        }
      }
    }
    return orders;
  }

  // ---- words

  /** Speaks for facts of its choice, as a heartbeat would. */
  Input.Heard word(Random random) {
    List<WhoIsOut.Fact> facts = adversary.world.facts();
    List<FactId> heads = List.of(oneOf(facts, random).known().id());
    SignedHeader word = writer().sign(MessageType.HEARTBEAT, heads, Bytes.EMPTY);
    // What it holds, and says of others' keys, is a lie as likely as not.
    Input.KeyCheck check = random.nextBoolean() ? Input.KeyCheck.OTHER : Input.KeyCheck.UNTESTED;
    FactId held = oneOf(facts, random).known().id();
    return new Input.Heard(id, Optional.of(word), Optional.of(held), check, Hash32.ZERO);
  }

  /** Asks for everything, under the leaf key that this peer takes for its newest. */
  Optional<Bytes> need(Group.Node of, Random random) {
    Optional<Stay> stay =
        of.core.state().count() == 0 ? Optional.empty() : of.core.state().newestStay(id);
    Optional<LeafKeyPair> leaf =
        stay.flatMap(newest -> adversary.device(id).leafKey(newest.leafKey()));
    List<FactId> epochs = new ArrayList<>();
    List<WhoIsOut.Fact> facts = adversary.world.facts();
    for (int i = facts.size() - 1; i >= 0 && epochs.size() < 8; i--) {
      if (facts.get(i).known().fact() instanceof Rekey && random.nextInt(5) > 0) {
        epochs.add(facts.get(i).known().id());
      }
    }
    return leaf.isEmpty() || epochs.isEmpty()
        ? Optional.empty()
        : Optional.of(
            SideCodec.need(
                writer(),
                List.of(new FactId(adversary.group.hash())),
                leaf.get().publicKey().bytes(),
                epochs,
                slotSets(random)));
  }

  /** Everything of some epochs and Reseals. */
  private List<SlotSet> slotSets(Random random) {
    List<SlotSet> sets = new ArrayList<>();
    List<WhoIsOut.Fact> facts = adversary.world.facts();
    for (int i = facts.size() - 1; i >= 0 && sets.size() < 4; i--) {
      Fact fact = facts.get(i).known().fact();
      if (fact instanceof Rekey
          ? random.nextInt(3) > 0
          : fact instanceof Reseal && random.nextInt(3) == 0) {
        sets.add(new SlotSet(facts.get(i).known().id(), -1));
      }
    }
    return sets;
  }

  /**
   * Answers somebody's question: with keys that it made up, and so would know; or with its own
   * epochs' true ones, and with those that its Reseals committed to.
   */
  Optional<Bytes> answer(Need asked, boolean truly, Random random) {
    MemberId to = asked.signed().header().author();
    if (!(LeafKey.decode(asked.leafKey()) instanceof Decoded.Ok<LeafKey> leaf)) {
      return Optional.empty();
    }
    Hash32 need = SideCodec.nameOf(asked);
    SealContext context = new SealContext(adversary.group, id, to, MessageType.GIVE, need);
    try (SecretWriter writer = new SecretWriter();
        EpochSecret fresh = EpochSecret.fresh(draws)) {
      writer.u8(asked.epochs().size());
      for (FactId epoch : asked.epochs()) {
        EpochSecret own = ownEpochs.get(epoch);
        int revision = truly && own != null ? 0 : random.nextInt(3);
        EpochSecret told = truly && own != null ? own.at(0) : fresh.at(revision);
        adversary.device(id).has(adversary.piece(epoch, told));
        writer.hash(epoch.hash()).u32(revision).secret(told);
      }
      writer.u8(asked.slots().size());
      for (SlotSet set : asked.slots()) {
        boolean isEpoch =
            !adversary.world.knows(set.made())
                || adversary.world.fact(set.made()).known().fact() instanceof Rekey;
        writer
            .hash(set.made().hash())
            .u8(isEpoch ? 1 : 2)
            .u32(Integer.toUnsignedLong(set.positions()));
        for (int rest = set.positions(); rest != 0; rest &= rest - 1) {
          int position = Integer.numberOfTrailingZeros(rest);
          ResealKey own = resealKeys.get(set.made() + " " + position);
          ResealKey key = own != null && !isEpoch ? own : ResealKey.fresh(draws);
          Slot slot = adversary.slotOf(to, position);
          adversary.device(id).has(adversary.loot(SeizedKeks.copy(key, slot, set.made())));
          writer.secret(key);
        }
      }
      return Optional.of(
          SideCodec.give(
              writer(),
              List.of(new FactId(adversary.group.hash())),
              to,
              need,
              Optional.empty(),
              writer.sealTo(leaf.value(), context, draws)));
    }
  }

  /** All facts on the way to this one, oldest first, as whoever lacks them must have them. */
  List<Bytes> wayTo(Known fact, Group.Node to) {
    List<Bytes> way = new ArrayList<>();
    WhoIsOut.Fact place = adversary.world.fact(fact.id());
    for (int i = place.withPast().nextSetBit(0); i >= 0; i = place.withPast().nextSetBit(i + 1)) {
      Known each = adversary.world.facts().get(i).known();
      Ledger its = to.core.ledger();
      if (its.get(each.id()) == null) {
        way.add(FactCodec.encode(its.envelope(each)));
      }
    }
    return way;
  }
}
