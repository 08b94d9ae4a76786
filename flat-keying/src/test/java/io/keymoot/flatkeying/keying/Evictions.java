package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Duty;
import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactVerifier;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.JoinRequest;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.SignedJoinRequest;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.fact.VerifyMemory;
import io.keymoot.flatkeying.group.CredentialCheck;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.key.Tek;
import io.keymoot.flatkeying.message.JoinAsk;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.openjdk.jol.info.GraphLayout;

/**
 * One group from which somebody is evicted again and again: a stranger comes in, and the chair puts
 * it out two seconds later. Three real cores, every signature checked by each; of the strangers
 * only their requests are real, for they never get to say anything. What the three hold, and what
 * lies in their memory, is looked at every so often.
 *
 * <p>{@link EvictionsTest} runs a short form. The whole, with its figures, which exits with 1 if
 * one of them is not as it should be:
 *
 * <pre>
 * java -Xmx3g -cp … io.keymoot.flatkeying.keying.Evictions 100000
 * </pre>
 */
public final class Evictions {
  private static final int SEATS = 3;
  private static final int KEPT_ASIDE = 400;

  // What is judged.
  static final int FACT_BYTES = 400;
  static final int BYTES_AN_EVICTION = 4_000;
  private static final int SECRETS_MORE = 40;
  private static final double DEARER = 1.5;

  /** A core, and what its host keeps of it. */
  private static final class Peer {
    final FlatKeying core;
    final Bytes address;
    final Map<String, Tek> frames = new TreeMap<>();
    final Map<MemberId, Said.Word> said = new TreeMap<>();

    Peer(String name, FlatKeying core) {
      this.core = core;
      core.readFrom(said::get);
      this.address = Bytes.owning(name.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** What a peer held of an epoch, by the bytes. */
  private static final class Aside {
    final FactId epoch;
    final String kind;
    final byte[] bytes;

    Aside(FactId epoch, Object secret) {
      this.epoch = epoch;
      this.kind = secret.getClass().getSimpleName();
      this.bytes = HeapWalk.bytesOf(secret);
    }
  }

  /**
   * @param micros of CPU for each eviction since the last look, admission included, all three
   * @param secrets that the chair holds
   * @param factBytes of the largest fact of an eviction, as it is kept
   */
  record Look(int evictions, double micros, int secrets, long memory, int factBytes) {}

  private final Random random = new Random(1);
  private final List<Peer> peers = new ArrayList<>();
  private final Deque<Aside> aside = new ArrayDeque<>();
  private final LeafKeyPair strangersLeaf = LeafKeyPair.generate(random::nextBytes);
  private final CredentialCheck words = Group.WORDS;
  private boolean rekeyOwed;
  private @Nullable Peer mute;
  private long now;
  private int evicted;
  private int factBytes;

  Evictions() {
    FlatKeying.Shared shared = shared();
    SigningKey key = SigningKey.generate(SignatureKind.ED25519, random::nextBytes);
    FlatKeying.Founding plan =
        new FlatKeying.Founding("long", Profile.PAPER, Group.CHAIR_EXPELS, Trust.OPEN);
    FlatKeying first =
        FlatKeying.found(plan, key, Group.credential("chair", "chair"), random::nextBytes, shared);
    Peer chair = new Peer("chair", first);
    peers.add(chair);
    step(chair, new Input.Start());
    for (int i = 1; i < SEATS; i++) {
      SigningKey its = SigningKey.generate(SignatureKind.ED25519, random::nextBytes);
      Peer peer =
          new Peer(
              "p" + i,
              FlatKeying.join(
                  first.group(), its, Group.credential("p" + i, ""), random::nextBytes, shared()));
      peers.add(peer);
      step(peer, new Input.Start());
      step(peer, new Input.IntroducerSeen(chair.address));
      pass(3_000);
      if (!peer.core.isMember()) {
        throw new IllegalStateException(peer.address + " did not come in");
      }
    }
    pass(40_000);
  }

  /** Nothing is shared between the three: each checks all there is to check. */
  private FlatKeying.Shared shared() {
    return FlatKeying.Shared.of(words, new FactVerifier(VerifyMemory.NONE));
  }

  // ---- the network: at once, and nothing is lost

  private void step(Peer peer, Input input) {
    for (Effect effect : peer.core.step(new Tick(now), input)) {
      perform(peer, effect);
    }
  }

  private void perform(Peer peer, Effect effect) {
    switch (effect) {
      case Effect.Multicast all -> deliver(peer, all.message(), to -> true);
      case Effect.ToMember to -> deliver(peer, to.message(), other -> is(other, to.to()));
      case Effect.ToAddress to ->
          deliver(peer, to.message(), other -> other.address.equals(to.to()));
      case Effect.AskPolicy ask -> step(peer, new Input.Decided(ask.request().member(), true));
      case Effect.AskBelief ask -> step(peer, new Input.Believed(ask.granter(), Input.Belief.YES));
      case Effect.Install install -> peer.frames.put(stamp(install.tek()), install.tek());
      case Effect.Retire retire -> {
        Tek gone = peer.frames.remove(retire.epoch() + "/" + retire.revision());
        if (gone != null) {
          gone.close();
        }
      }
      case Effect.Owed owed -> rekeyOwed |= peer == peers.get(0);
      case Effect.NoLongerOwed done -> rekeyOwed &= peer != peers.get(0);
      case Effect.ResealOwed owed -> {
        for (Slot slot : peer == peers.get(0) ? owed.slots() : List.<Slot>of()) {
          step(peer, new Input.Reseal(slot));
        }
      }
      default -> {}
    }
  }

  private static boolean is(Peer peer, MemberId member) {
    return peer.core.core.self.isNamed() && peer.core.self().equals(member);
  }

  private void deliver(Peer from, Bytes message, Function<Peer, Boolean> to) {
    for (Peer other : List.copyOf(peers)) {
      if (other != from && from != mute && to.apply(other)) {
        step(other, new Input.Received(from.address, message));
      }
    }
  }

  private static String stamp(Tek tek) {
    return tek.epoch() + "/" + tek.revision();
  }

  /** Timers in their order, and once a second everybody is heard. */
  private void pass(long millis) {
    long end = now + millis;
    while (true) {
      long due = end;
      for (Peer peer : peers) {
        due = Math.min(due, peer.core.nextDeadline().map(Tick::millis).orElse(end));
      }
      now = Math.max(now, due);
      if (now >= end) {
        now = end;
        break;
      }
      for (Peer peer : peers) {
        if (peer.core.nextDeadline().filter(at -> at.millis() <= now).isPresent()) {
          step(peer, new Input.TimePassed());
        }
      }
    }
    for (Peer peer : peers) {
      step(peer, new Input.TimePassed());
      speak(peer);
    }
    if (rekeyOwed) {
      step(peers.get(0), new Input.Act(Duty.REKEY));
    }
  }

  private void speak(Peer peer) {
    if (!peer.core.isMember()) {
      return;
    }
    Input word =
        new Input.Heard(
            peer.core.self(),
            Optional.empty(),
            peer.core.sendingEpoch(),
            Input.KeyCheck.UNTESTED,
            peer.core.state().membersDigest());
    for (Peer other : peers) {
      if (other != peer && other.core.isMember()) {
        peer.core
            .sendingEpoch()
            .ifPresent(
                epoch ->
                    other.said.put(
                        peer.core.self(), new Said.Word(epoch.hash(), peer.core.haveMask())));
        step(other, word);
      }
    }
  }

  // ---- one after the other

  void evict(int count) {
    evict(count, this::anotherLeafKey);
  }

  /** One that asked under the leaf key of a member, which it has no other half of. */
  void evictACopierOf(int peer) {
    Bytes copied = peers.get(peer).core.core.blobs.get(leafKeyOf(peer)).orElseThrow();
    // Nobody fetches it anew of the one that has it.
    mute = peers.get(peer);
    evict(1, () -> copied);
  }

  boolean hasLeafKeyOf(int peer) {
    return peers.get(0).core.core.blobs.leafKey(leafKeyOf(peer)).isPresent();
  }

  private Hash32 leafKeyOf(int peer) {
    FlatKeying core = peers.get(peer).core;
    return core.state().newestStay(core.self()).orElseThrow().leafKey();
  }

  private void evict(int count, Supplier<Bytes> leafKeys) {
    for (int i = 0; i < count; i++) {
      Peer chair = peers.get(0);
      SigningKey key = SigningKey.generate(SignatureKind.ED25519, random::nextBytes);
      Bytes credential = Group.credential("stranger", "");
      Bytes leafKey = leafKeys.get();
      byte[] nonce = new byte[JoinRequest.NONCE_BYTES];
      random.nextBytes(nonce);
      SignedJoinRequest request =
          FactWriter.joinRequest(
              key,
              chair.core.group(),
              credential.sha256(),
              leafKey.sha256(),
              Bytes.owning(nonce),
              new FactId(chair.core.group().hash()));
      JoinAsk ask = new JoinAsk(request, credential, leafKey, false);
      step(chair, new Input.Received(Bytes.EMPTY, SideCodec.encode(ask)));
      pass(1_000);
      if (!chair.core.state().isMember(request.member())) {
        throw new IllegalStateException("a stranger did not come in");
      }
      step(chair, new Input.Expel(Fingerprint.of(key.spki())));
      evicted++;
      keepAside();
      pass(1_000);
      for (Peer peer : peers) {
        if (peer.core.state().memberCount() != SEATS
            || !peer.core.sendingEpoch().equals(chair.core.sendingEpoch())) {
          throw new IllegalStateException("eviction " + evicted + " left them apart");
        }
      }
    }
  }

  /** What counts is that each has one of its own: the half of X25519 is as good as any. */
  private Bytes anotherLeafKey() {
    byte[] bytes = strangersLeaf.publicKey().bytes().toArray();
    byte[] half = new byte[32];
    random.nextBytes(half);
    System.arraycopy(half, 0, bytes, bytes.length - half.length, half.length);
    return Bytes.owning(bytes);
  }

  /** Of now and then, what there is to be forgotten. */
  private void keepAside() {
    for (Peer peer : peers) {
      peer.core.core.keys.all().forEach(it -> keep(it.epoch, it.lowest()));
      peer.core.core.slots.allKeks().forEach(it -> keep(it.epoch(), it));
      peer.core.core.slots.allResealKeys().forEach(it -> keep(it.reseal(), it.key()));
      peer.frames.values().forEach(it -> keep(it.epoch(), it));
    }
  }

  /** The last ones, and one in a thousand of those before. */
  private void keep(FactId epoch, Object secret) {
    aside.addLast(new Aside(epoch, secret));
    while (aside.size() > KEPT_ASIDE) {
      Aside oldest = aside.removeFirst();
      if (random.nextInt(1_000) == 0) {
        old.add(oldest);
      }
    }
  }

  private final List<Aside> old = new ArrayList<>();

  /**
   * The secrets kept aside that some device still has, though their epoch is long over; a device is
   * searched whole, field by field. How many were looked for is told too.
   */
  record Leftover(List<String> found, int lookedFor) {}

  Leftover leftovers() {
    // Until no epoch was superseded, and no Reseal's key taken in, within the grace period.
    Optional<FactId> last;
    do {
      last = peers.get(0).core.sendingEpoch();
      pass(Limits.GRACE_MILLIS + 2_000);
    } while (!last.equals(peers.get(0).core.sendingEpoch()));
    List<String> found = new ArrayList<>();
    int lookedFor = 0;
    for (Peer peer : peers) {
      FactId running = peer.core.sendingEpoch().orElseThrow();
      List<Aside> over = new ArrayList<>(old);
      over.addAll(aside);
      over.removeIf(each -> each.epoch.equals(running));
      lookedFor += over.size();
      var here =
          HeapWalk.found(
              HeapWalk.arrays(List.of(peer.core, peer.frames)),
              over.stream().map(each -> each.bytes).toList());
      over.stream()
          .filter(each -> here.contains(each.bytes))
          .forEach(e -> found.add(e.kind + " of " + e.epoch));
    }
    return new Leftover(found, lookedFor);
  }

  /** That the search finds what is there. */
  boolean findsWhatIsThere() {
    Peer chair = peers.get(0);
    FactId running = chair.core.sendingEpoch().orElseThrow();
    byte[] secret = HeapWalk.bytesOf(chair.core.core.keys.get(running).orElseThrow().lowest());
    return !HeapWalk.found(HeapWalk.arrays(List.of(chair.core, chair.frames)), List.of(secret))
        .isEmpty();
  }

  // ---- looking

  private long cpuBefore = cpu();
  private int evictedBefore;

  Look look() {
    double micros = (cpu() - cpuBefore) / 1e3 / Math.max(1, evicted - evictedBefore);
    Core core = peers.get(0).core.core;
    int secrets =
        core.keys.all().size()
            + core.slots.allKeks().size()
            + core.slots.allResealKeys().size()
            + peers.get(0).frames.size();
    for (FactId head : core.state().heads()) {
      Known last = core.ledger.get(head);
      for (int i = 0; i < 8 && last != null; i++) {
        if (last.fact() instanceof Rekey) {
          Envelope kept = core.ledger.envelope(last);
          factBytes = Math.max(factBytes, FactCodec.encodeWithoutCover(kept).length());
        }
        last = last.parents().isEmpty() ? null : last.parents().get(0);
      }
    }
    Look look = new Look(evicted, micros, secrets, used(), factBytes);
    cpuBefore = cpu();
    evictedBefore = evicted;
    return look;
  }

  /** Bytes that hang on the core of one who only reads; exactly, whatever the process does. */
  long bytesHeld() {
    return GraphLayout.parseInstance(peers.get(1).core).totalSize();
  }

  /** Of that core, how many each of its maps and lists has. */
  Map<String, Integer> sizes() {
    return HeapWalk.sizes(List.of(peers.get(1).core));
  }

  private static long cpu() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static long used() {
    System.gc();
    Runtime here = Runtime.getRuntime();
    return here.totalMemory() - here.freeMemory();
  }

  public static void main(String[] args) {
    int all = args.length == 0 ? 100_000 : Integer.parseInt(args[0]);
    Evictions evictions = new Evictions();
    evictions.evict(all / 20);
    Look before = evictions.look();
    int looks = 10;
    List<String> wrong = new ArrayList<>();
    double cheapest = Double.MAX_VALUE;
    double cheapestLate = Double.MAX_VALUE;
    for (int i = 1; i <= looks; i++) {
      evictions.evict(all * i / looks - evictions.evicted);
      Look look = evictions.look();
      long bytes = (look.memory - before.memory) / (look.evictions - before.evictions) / SEATS;
      if (i <= looks / 2) {
        cheapest = Math.min(cheapest, look.micros);
      } else {
        cheapestLate = Math.min(cheapestLate, look.micros);
      }
      judge(wrong, look.secrets <= before.secrets + SECRETS_MORE, "more secrets are held", look);
      judge(wrong, look.factBytes <= FACT_BYTES, "a fact takes more than is kept of it", look);
      System.out.printf(
          Locale.ROOT,
          "%,8d evictions: %6.0f us each, %3d secrets, %6.1f MB, %4d bytes more an eviction, "
              + "its fact %d bytes%n",
          look.evictions,
          look.micros,
          look.secrets,
          look.memory / 1e6,
          bytes,
          look.factBytes);
      judge(wrong, i < looks || bytes <= BYTES_AN_EVICTION, "each leaves too much behind", look);
    }
    if (cheapestLate > DEARER * cheapest) {
      wrong.add("the later ones cost more each");
    }
    Leftover left = evictions.leftovers();
    System.out.printf(
        Locale.ROOT,
        "of %,d old secrets looked for in memory %d were found%n",
        left.lookedFor,
        left.found.size());
    left.found.stream().limit(10).forEach(secret -> wrong.add("still in memory: " + secret));
    wrong.forEach(System.err::println);
    System.exit(wrong.isEmpty() ? 0 : 1);
  }

  private static void judge(List<String> wrong, boolean isRight, String what, Look look) {
    if (!isRight) {
      wrong.add(what + ": " + look);
    }
  }
}
