package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.Admit;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.EvidenceCodec;
import io.keymoot.flatkeying.fact.Fact;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactVerifier;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.JoinRequest;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rejection;
import io.keymoot.flatkeying.fact.Reseal;
import io.keymoot.flatkeying.fact.SignedJoinRequest;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.fact.VerifiedOnce;
import io.keymoot.flatkeying.fact.VerifyMemory;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Ledger;
import io.keymoot.flatkeying.group.Lore;
import io.keymoot.flatkeying.group.Membership;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.key.Kek;
import io.keymoot.flatkeying.key.KekSteps;
import io.keymoot.flatkeying.key.ResealKey;
import io.keymoot.flatkeying.key.SeizedKeks;
import io.keymoot.flatkeying.key.Session;
import io.keymoot.flatkeying.key.SessionTable;
import io.keymoot.flatkeying.message.Grant;
import io.keymoot.flatkeying.message.JoinAsk;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.message.SyncReply;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A large group in its quiet hours, made at once: the founder let everybody in, key holders gave
 * every slot of three or more a fresh key, an epoch took these in, and everybody said that it holds
 * its own. What is measured is then done by real cores with real keys. For figures and bounds of
 * bytes, also of other modules.
 *
 * <p>Long, but whole: the group is made in one order (who is let in, what is resealed, an epoch,
 * everybody's word), and a member's core later, out of just what that left behind. That such a core
 * is like one that was there all the time can be seen only where both stand side by side.
 */
public final class BigGroup {
  /** One device; its core is made when it is asked for. */
  private record Device(
      SigningKey key, Bytes credential, long leafSeed, LeafKeyPair leaf, MemberId id) {}

  private record Fresh(FactId reseal, Slot slot, ResealKey key) {}

  private final Draws draws;
  private final Map<MemberId, Device> devices = new TreeMap<>();
  private final List<MemberId> order = new ArrayList<>();
  private final List<Envelope> facts = new ArrayList<>();
  private final List<Fresh> fresh = new ArrayList<>();

  /** What everybody has checked once, of the facts the group is made of. */
  private final Map<Hash32, Optional<Rejection>> past = new HashMap<>();

  private final FactVerifier pastVerifier = new FactVerifier(this::inThePast);
  private final Blobs blobs = new Blobs(Group.WORDS, 100_000);
  private final Device chair;
  private final FlatKeying first;
  private final Map<FactId, EpochSecret> secrets = new LinkedHashMap<>();
  private static final Tick START = new Tick(1_000);

  /** When what was superseded while the group grew is long erased. */
  private static final Tick QUIET = START.plusMillis(3 * Limits.GRACE_MILLIS);

  private Tick now = START;

  public BigGroup(Profile profile, int members, long seed) {
    this(profile, members, seed, Group.credential("m0", "chair"));
  }

  BigGroup(Profile profile, int members, long seed, Bytes credential) {
    draws = new Draws(seed);
    SigningKey key = key();
    first =
        FlatKeying.found(
            new FlatKeying.Founding("big", profile, Group.CHAIR_EXPELS, Trust.OPEN),
            key,
            credential,
            draws,
            new FlatKeying.Shared(Group.WORDS, pastVerifier, blobs, Lore.ofOne()));
    step(first, new Input.Start());
    LeafKeyPair leaf = first.core.self.leafKeys().iterator().next();
    chair = new Device(key, credential, 0, leaf, first.self());
    devices.put(chair.id, chair);
    order.add(chair.id);
    while (order.size() < members) {
      admit(Math.min(Limits.ADMIT_ROWS, members - order.size()));
    }
    reseal();
    giveResealKeys(first);
    step(first, new Input.Refresh());
    keepSecrets();
    everybodySpeaks(first);
    now = QUIET;
    step(first, new Input.TimePassed());
  }

  private SigningKey key() {
    return SigningKey.generate(SignatureKind.ED25519, draws);
  }

  private List<Effect> step(FlatKeying core, Input input) {
    List<Effect> did = core.step(now, input);
    if (core == first) {
      for (Effect effect : did) {
        if (effect instanceof Effect.Authored authored) {
          facts.add(fact(authored.message()));
        }
      }
    }
    return did;
  }

  /** Who says by which right it says something tells its credential together with the fact. */
  private static Envelope fact(Bytes message) {
    Bytes bare =
        SideCodec.decode(message) instanceof Decoded.Ok<SideMessage>(SyncReply reply)
            ? reply.facts().get(0)
            : message;
    return switch (FactCodec.decode(bare)) {
      case Decoded.Ok<Envelope> ok -> ok.value();
      case Decoded.Malformed<Envelope> no -> throw new IllegalStateException(no.reason());
    };
  }

  private void admit(int count) {
    List<SignedJoinRequest> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      SigningKey key = key();
      Bytes credential = Group.credential("m" + order.size(), "");
      long leafSeed = order.size();
      LeafKeyPair leaf = LeafKeyPair.generate(new Draws(leafSeed));
      SignedJoinRequest row =
          FactWriter.joinRequest(
              key,
              first.group(),
              blobs.put(credential),
              blobs.put(leaf.publicKey().bytes()),
              Bytes.owning(draws.bytes(JoinRequest.NONCE_BYTES)),
              new FactId(first.group().hash()));
      rows.add(row);
      devices.put(row.member(), new Device(key, credential, leafSeed, leaf, row.member()));
      order.add(row.member());
    }
    says(chair, new Admit(rows, List.of()));
  }

  private FactId says(Device author, Fact content) {
    return says(author, first.state().heads(), content);
  }

  private FactId says(Device author, List<FactId> heads, Fact content) {
    Envelope fact =
        new FactWriter(author.key, first.group(), author.id).write(heads, content, Bytes.EMPTY);
    facts.add(fact);
    step(first, new Input.Received(Bytes.EMPTY, FactCodec.encode(fact)));
    if (!first.has(fact.id())) {
      throw new IllegalStateException(content + " was not taken");
    }
    return fact.id();
  }

  /** By the first member of each slot that has three or more; each all of its own in one fact. */
  private void reseal() {
    Profile profile = first.state().found().profile();
    Map<Slot, List<MemberId>> slots = new TreeMap<>();
    for (MemberId member : order) {
      for (int position = 0; position < SlotKeys.POSITIONS; position++) {
        Slot slot = new Slot(position, member.hash().symbol(position, profile.symbolBits()));
        slots.computeIfAbsent(slot, s -> new ArrayList<>()).add(member);
      }
    }
    Map<MemberId, List<Slot>> holders = new TreeMap<>();
    slots.forEach(
        (slot, its) -> {
          if (its.size() >= Limits.RESEAL_MEMBERS) {
            holders.computeIfAbsent(its.get(0), m -> new ArrayList<>()).add(slot);
          }
        });
    holders.forEach(
        (holder, its) -> {
          List<ResealKey> keys = its.stream().map(slot -> ResealKey.fresh(draws)).toList();
          List<Reseal.SlotKey> content = new ArrayList<>();
          for (int i = 0; i < its.size(); i++) {
            content.add(new Reseal.SlotKey(its.get(i), keys.get(i).commitment()));
          }
          FactId fact = says(devices.getOrDefault(holder, chair), new Reseal(List.copyOf(content)));
          for (int i = 0; i < its.size(); i++) {
            fresh.add(new Fresh(fact, its.get(i), keys.get(i)));
          }
        });
  }

  private void giveResealKeys(FlatKeying core) {
    for (Fresh each : fresh) {
      Known reseal = core.ledger().get(each.reseal);
      if (reseal != null && core.core.slots.own(each.slot.position()).equals(each.slot)) {
        core.core.slots.put(reseal, each.slot.position(), SeizedKeks.copy(each.key));
      }
    }
  }

  private void keepSecrets() {
    for (KeyStore.Held held : first.core.keys.all()) {
      if (held.lowestRevision() == 0) {
        secrets.computeIfAbsent(held.epoch, epoch -> held.lowest().at(0));
      }
    }
  }

  /** As after some time of heartbeats: everybody holds all KEKs that its slots have. */
  private void everybodySpeaks(FlatKeying core) {
    FactId running = core.sendingEpoch().orElseThrow();
    Said.Word all = new Said.Word(running.hash(), -1);
    core.readFrom(member -> member.equals(core.self()) ? null : all);
    for (MemberId member : order) {
      if (!member.equals(core.self())) {
        Hash32 digest = core.state().membersDigest();
        step(
            core,
            new Input.Heard(
                member, Optional.empty(), Optional.of(running), Input.KeyCheck.UNTESTED, digest));
      }
    }
  }

  /** One hears a signed beat of another, as all who are in hear of each other. */
  public void hear(FlatKeying one, FlatKeying other) {
    step(
        one,
        new Input.Heard(
            other.self(),
            Optional.of(other.signHeartbeat(Bytes.EMPTY)),
            other.sendingEpoch(),
            Input.KeyCheck.UNTESTED,
            other.state().membersDigest()));
  }

  // ---- cores to measure

  /** The founder, who has the role, as it is now. */
  public FlatKeying excluder() {
    return core(chair);
  }

  /** Somebody else, with keys of its own. */
  public FlatKeying receiver(int number) {
    return core(device(number));
  }

  /**
   * The same, and all that it keeps is its own memory: each fact's bytes, what it has checked, what
   * follows from it. It was told the credentials that facts rest on, as all are.
   */
  public FlatKeying receiverOnItsOwn(int number) {
    Blobs own = new Blobs(Group.WORDS, Limits.BLOBS);
    own.judgeAgainst(first.state().found());
    own.put(Bytes.owning(chair.credential.toArray()));
    List<Envelope> copies = new ArrayList<>();
    for (Envelope each : facts) {
      copies.add(fact(Bytes.owning(FactCodec.encode(each).toArray())));
    }
    return core(device(number), new FactVerifier(new VerifiedOnce()), own, copies);
  }

  /** A device that is not in, and shares nothing with anybody. */
  public FlatKeying newcomer() {
    FactVerifier own = new FactVerifier(new VerifiedOnce());
    Bytes credential = Group.credential("newcomer", "");
    return FlatKeying.join(
        first.group(), key(), credential, draws, FlatKeying.Shared.of(Group.WORDS, own));
  }

  /** What a newcomer fetches: the facts as they are passed on. */
  public List<Bytes> facts() {
    return facts.stream().map(FactCodec::encodeWithoutCover).toList();
  }

  private Device device(int number) {
    return devices.getOrDefault(order.get(number), chair);
  }

  public Tick now() {
    return now;
  }

  public MemberId member(int number) {
    return order.get(number);
  }

  public Fingerprint fingerprint(int number) {
    return Fingerprint.of(device(number).key.spki());
  }

  private Optional<Rejection> inThePast(
      Supplier<Hash32> question, Supplier<Optional<Rejection>> check) {
    // Checks nest, so this is no single step of the map.
    Hash32 asked = question.get();
    Optional<Rejection> known = past.get(asked);
    if (known == null) {
      known = check.get();
      past.put(asked, known);
    }
    return known;
  }

  /** Remembers the group's past, as everybody does, and makes each further check itself. */
  private final class OwnChecks implements VerifyMemory {
    private final Map<Hash32, Optional<Rejection>> own = new HashMap<>();
    private boolean isMade;

    @Override
    public Optional<Rejection> answer(
        Supplier<Hash32> question, Supplier<Optional<Rejection>> check) {
      Hash32 asked = question.get();
      Optional<Rejection> known = past.containsKey(asked) ? past.get(asked) : own.get(asked);
      if (known == null) {
        known = check.get();
        (isMade ? own : past).put(asked, known);
      }
      return known;
    }
  }

  private FlatKeying core(Device device) {
    OwnChecks checks = new OwnChecks();
    FlatKeying core = core(device, new FactVerifier(checks), blobs, facts);
    checks.isMade = true;
    return core;
  }

  private FlatKeying core(
      Device device, FactVerifier verifier, Blobs itsBlobs, List<Envelope> itsFacts) {
    Self self = new Self(device.key, device.credential);
    self.becomes(first.group(), device.id);
    self.newLeafKey(new Draws(device.leafSeed));
    Ledger ledger = new Ledger(first.group(), itsBlobs, Group.WORDS, verifier, Lore.ofOne());
    Membership membership = Membership.of(ledger);
    itsFacts.forEach(fact -> membership.offer(fact, ""));
    FlatKeying core =
        new FlatKeying(
            new Core(first.group(), self, draws, itsBlobs, ledger, membership, verifier), null);
    if (core.state().count() != itsFacts.size()) {
      throw new IllegalStateException("a member has not taken all facts");
    }
    giveResealKeys(core);
    secrets.forEach(
        (epoch, secret) -> core.core.keys.put(epoch, secret.at(0), true, new ArrayList<>()));
    // Makes the keys of slots, and forgets what a group in its quiet hours has forgotten.
    core.step(START, new Input.TimePassed());
    step(core, new Input.TimePassed());
    everybodySpeaks(core);
    return core;
  }

  /** Lets somebody in, and gives back what is sent to it alone. */
  public Bytes grantToANewcomer(FlatKeying core) {
    Bytes credential = Group.credential("late", "");
    LeafKeyPair leaf = LeafKeyPair.generate(draws);
    SignedJoinRequest request =
        FactWriter.joinRequest(
            key(),
            first.group(),
            credential.sha256(),
            leaf.publicKey().hash(),
            Bytes.owning(draws.bytes(JoinRequest.NONCE_BYTES)),
            new FactId(first.group().hash()));
    JoinAsk ask = new JoinAsk(request, credential, leaf.publicKey().bytes(), false);
    step(core, new Input.Received(Bytes.EMPTY, SideCodec.encode(ask)));
    for (Effect effect : step(core, new Input.Decided(request.member(), true))) {
      if (effect instanceof Effect.ToAddress to
          && SideCodec.decode(to.message()) instanceof Decoded.Ok<SideMessage> ok
          && ok.value() instanceof Grant) {
        return to.message();
      }
    }
    throw new IllegalStateException("no Grant was sent");
  }

  /** Makes the pairwise session of two ready, as if one had sealed to the other before. */
  public void meet(FlatKeying one, int number) {
    try (SessionTable its = new SessionTable(first.group())) {
      meet(one, its, number);
    }
  }

  /** The same with one who is run too, so that it opens what it is sealed. */
  public void meet(FlatKeying one, FlatKeying other, int number) {
    meet(one, other.core.sessions, number);
  }

  private void meet(FlatKeying one, SessionTable table, int number) {
    Device other = device(number);
    if (!one.state().isMember(other.id)) {
      return;
    }
    Stay own = one.state().newestStay(one.self()).orElseThrow();
    Stay its = one.state().newestStay(other.id).orElseThrow();
    Session here = one.core.sessions.between(own.id(), its.id());
    if (here.sealsAtOnce()) {
      return;
    }
    try (EpochSecret any = EpochSecret.fresh(draws)) {
      Session there = table.between(its.id(), own.id());
      Session.Sealed sealed = here.seal(any, Hash32.ZERO, other.leaf.publicKey(), draws);
      if (sealed.offer().isPresent()
          && there.take(sealed.offer().get(), other.leaf, draws)
              instanceof Session.Taken.Reply reply) {
        here.take(reply.message());
      }
    }
  }

  /** The numbers of those to whom an expulsion is sealed when all sessions are at hand. */
  public List<Integer> sealedTo(int target) {
    FlatKeying core = excluder();
    for (int i = 1; i < order.size(); i++) {
      meet(core, i);
    }
    List<Integer> numbers = new ArrayList<>();
    for (CoverReport.Line line : expel(core, target).lines()) {
      if (line.kind() == CoverReport.Kind.SEAL) {
        line.members().forEach(member -> numbers.add(order.indexOf(member)));
      }
    }
    return numbers;
  }

  /** What an expulsion by this core costs. */
  public CoverReport expel(FlatKeying core, int target) {
    step(core, new Input.Expel(fingerprint(target)));
    return core.lastCover().orElseThrow();
  }

  /** The message of an expulsion by this core, not yet sent to anybody. */
  public Bytes expulsion(FlatKeying core, int target) {
    for (Effect effect : step(core, new Input.Expel(fingerprint(target)))) {
      if (effect instanceof Effect.Authored authored) {
        return authored.message();
      }
    }
    throw new IllegalStateException("the expulsion was refused");
  }

  /** Somebody whom a wrap of the core's last cover reaches, by number. */
  public int firstReachedByAWrap(FlatKeying core) {
    for (CoverReport.Line line : core.lastCover().orElseThrow().lines()) {
      if (line.kind() == CoverReport.Kind.WRAP) {
        return order.indexOf(line.members().get(0));
      }
    }
    throw new IllegalStateException("no wrap in the last cover");
  }

  /** Steps all KEKs of the running epoch once, and forgets them; how many there are. */
  public int stepAllKeks(FlatKeying core) {
    FactId running = core.sendingEpoch().orElseThrow();
    EpochSecret original = core.core.keys.get(running).orElseThrow().lowest();
    int steps = 0;
    try (KekSteps into = new KekSteps(original, running)) {
      for (Kek kek : core.core.slots.allKeks()) {
        if (kek.epoch().equals(running)) {
          kek.step(into).close();
          steps++;
        }
      }
    }
    return steps;
  }

  /** So many say a fact at once, none of which knows the others': as many heads. */
  void sayAtOnce(int count) {
    List<FactId> heads = first.state().heads();
    for (int i = 1; i <= count; i++) {
      Device author = device(i);
      Slot own =
          new Slot(0, author.id.hash().symbol(0, first.state().found().profile().symbolBits()));
      says(
          author,
          heads,
          new Reseal(List.of(new Reseal.SlotKey(own, ResealKey.fresh(draws).commitment()))));
    }
  }

  /** The word of a member, which knows these, that it goes. */
  Bytes leaveOf(int number, List<FactId> heads) {
    Device leaver = device(number);
    return EvidenceCodec.encode(
        new FactWriter(leaver.key, first.group(), leaver.id)
            .leave(heads, first.state().newestStay(leaver.id).orElseThrow().id()));
  }

  /** Puts somebody out for good, by the founder, for all cores made from now on. */
  public CoverReport expelFirst(int target) {
    for (int i = 1; i < order.size(); i++) {
      if (first.state().isMember(order.get(i))) {
        meet(first, i);
      }
    }
    CoverReport report = expel(first, target);
    keepSecrets();
    return report;
  }
}
