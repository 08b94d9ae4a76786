package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.crypto.HalfKeys;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactVerifier;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.fact.VerifiedOnce;
import io.keymoot.flatkeying.frame.SFrameSuite;
import io.keymoot.flatkeying.group.CredentialCheck;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Ledger;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.key.Kek;
import io.keymoot.flatkeying.key.ResealKey;
import io.keymoot.flatkeying.key.SeizedKeks;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The {@link Adversary}, and a look into a core's rooms, for the simulator: it judges the same code
 * by the same means as the tests of this module.
 */
public final class Eavesdropper {

  private record Seen(String name, FlatKeying core, Draws draws) implements Adversary.Watched {
    @Override
    public String toString() {
      return name;
    }
  }

  private final Adversary adversary;
  private final Map<MemberId, Seen> seen = new TreeMap<>();

  /**
   * @param isThorough whether each key of a slot is tried on all that was ever made under the slot,
   *     or only where the rules let it fit
   */
  public Eavesdropper(GroupId group, CredentialCheck check, boolean isThorough) {
    FactVerifier verifier = new FactVerifier(new VerifiedOnce());
    adversary = new Adversary(group, FlatKeying.Shared.of(check, verifier), isThorough);
  }

  /** What everybody may show: a fact that hangs on it can be judged. */
  public void credential(Bytes credential) {
    adversary.blobs.put(credential);
  }

  /** From now on it has all this device's randomness. */
  public void watch(String name, FlatKeying core, Draws draws) {
    Seen one = new Seen(name, core, draws);
    seen.put(core.self(), one);
    adversary.device(core.self(), draws);
  }

  /**
   * Somebody on the wire who is no member, with leaf keys of its own. It, and whoever was never let
   * in, pools with who is out.
   */
  public void stranger(Draws draws) {
    adversary.outsidersToo = true;
    adversary.stranger(draws);
  }

  /** From now on this member may give away what it has: that is no fault of the others. */
  public void lies(MemberId member) {
    adversary.liars.add(member);
  }

  /** Somebody that a device made up: who has the device's randomness has its keys too. */
  public void madeUp(MemberId friend, Draws draws) {
    adversary.madeUp(friend, draws);
  }

  private Seen seen(FlatKeying core) {
    Seen one = seen.get(core.self());
    if (one == null) {
      throw new IllegalArgumentException(core.self() + " is not watched");
    }
    return one;
  }

  /** A message went over the network. */
  public void heard(Bytes message) {
    adversary.heard(message);
  }

  /** The core's keys may have changed. */
  public void stepped(FlatKeying core) {
    adversary.stepped(seen(core));
  }

  /** A liar made this up, so it knows it. */
  public void madeUp(MemberId by, FactId epoch, EpochSecret secret) {
    adversary.device(by).has(adversary.piece(epoch, secret));
  }

  /** A liar made this up for a slot of another member, so it knows it. */
  public void madeUp(MemberId by, MemberId whose, int position, FactId made, ResealKey key) {
    Slot slot = adversary.slotOf(whose, position);
    adversary.device(by).has(adversary.loot(SeizedKeks.copy(key, slot, made)));
  }

  /**
   * A cover that all who hold the epoch before can read, and that orders everybody to hand the
   * secret on under whatever slots; empty where the core does not hold that epoch.
   *
   * @param bare the Rekey but for the hash of its cover
   */
  public static Optional<Bytes> coverThatOrders(
      FlatKeying core, Rekey bare, EpochSecret secret, Random random) {
    FactId prev = bare.prev().orElseThrow();
    KeyStore.Held held = core.core.keys.get(prev).orElse(null);
    int revision = core.state().revision(prev);
    if (held == null || held.lowestRevision() > revision) {
      return Optional.empty();
    }
    Hash32 context = FactCodec.coverContext(core.group(), core.self(), bare);
    Bytes wrap = held.lowest().at(revision).wrap(secret, context, core.self());
    List<Cover.Order> orders = Villain.orders(core.state().memberCount(), random);
    return Optional.of(
        new Cover(
                Optional.of(new Cover.Refresh(revision, wrap)),
                List.of(),
                orders,
                List.of(),
                Optional.empty())
            .encode());
  }

  /** Whether two hold something else for the same epoch: at most one of them the true key. */
  public static boolean contradict(FlatKeying one, FlatKeying other, FactId epoch) {
    KeyStore.Held its = one.core.keys.get(epoch).orElse(null);
    KeyStore.Held others = other.core.keys.get(epoch).orElse(null);
    if (its == null || others == null) {
      return false;
    }
    int revision = Math.max(its.lowestRevision(), others.lowestRevision());
    return !its.lowest().at(revision).holdsTheSameAs(others.lowest().at(revision));
  }

  /** Somebody hands an epoch's secret to whoever it should not. */
  public void givenAway(FlatKeying by, FactId epoch, MemberId to) {
    KeyStore.Held held = by.core.keys.get(epoch).orElseThrow();
    adversary.device(to).has(adversary.piece(epoch, held.lowest().at(held.lowestRevision())));
  }

  /** A thief copies all that the device has now. */
  public void leak(FlatKeying core) {
    adversary.leak(seen(core));
  }

  // ---- the questions

  /** What of this core's keys is known to those who are out in its view; nothing is. */
  public List<String> check(FlatKeying core, long now) {
    return adversary.check(seen(core), now);
  }

  /** The same of a view that there was before, with all that was heard since. */
  public List<String> checkAgain(List<FactId> heads, FactId epoch, int revision) {
    return adversary.checkAgain(heads, epoch, revision);
  }

  /** What opens a frame that was sealed in such a view, of those who were out there; nothing. */
  public List<String> opens(
      List<FactId> heads, FactId epoch, StayId sender, SFrameSuite suite, Bytes frame) {
    return adversary.opens(heads, epoch, sender, suite, frame);
  }

  /** What newcomers know of states before their time; nothing is. */
  public List<String> checkNewcomers() {
    return adversary.checkNewcomers();
  }

  /**
   * The epochs of which a device, with all it ever had and all that was heard, comes to a key, and
   * the first revision of each.
   */
  public SortedMap<FactId, Integer> derived(MemberId device) {
    return adversary.derived(device);
  }

  /**
   * P6: what somebody learns who was never in and recorded everything, as it is and once X25519 or
   * ML-KEM is broken; nothing. Whoever remembers secrets for others must not do so here.
   */
  public List<String> checkOutsiders() {
    List<String> wrong = new ArrayList<>();
    Draws own = new Draws(0);
    tellOf("who only listened", adversary.outsider(Optional.empty()), wrong);
    tellOf(
        "who listened and breaks X25519",
        adversary.outsider(Optional.of(victim -> HalfKeys.onlyTheCurveOf(victim, own))),
        wrong);
    tellOf(
        "who listened and breaks ML-KEM",
        adversary.outsider(Optional.of(victim -> HalfKeys.onlyTheLatticeOf(victim, own))),
        wrong);
    return wrong;
  }

  private static void tellOf(String who, Adversary.Outsider outsider, List<String> wrong) {
    if (!outsider.epochsRead().isEmpty()) {
      wrong.add(who + " reads " + outsider.epochsRead());
    }
  }

  /** How many were out in the view that was checked last. */
  public int outThen() {
    return adversary.outThen;
  }

  /** How many keys in use were tried. */
  public int checked() {
    return adversary.checked;
  }

  /** How many secrets the thieves had to try with. */
  public int pooled() {
    return adversary.piecesPooled;
  }

  /** How many keys and encapsulations are known by the randomness that they were made of. */
  public int accountedFor() {
    return adversary.accountedFor();
  }

  // ---- what facts show, made again

  /**
   * The state of all that these heads reach, made of the recorded bytes alone, in another order
   * than peers make it; empty where some of them was not heard.
   */
  public Optional<GroupState> shown(List<FactId> heads) {
    Ledger own = adversary.ledger;
    GroupState state = null;
    for (FactId head : heads) {
      Known fact = own.get(head);
      if (fact == null) {
        return Optional.empty();
      }
      state = state == null ? own.after(fact) : own.union(state, fact);
    }
    return Optional.ofNullable(state);
  }

  // ---- who is in, by the letter of section 5

  /** Whether the member is in, among the facts of this state. */
  public boolean isMember(GroupState state, MemberId member) {
    BitSet set = adversary.world.reached(state.heads());
    return adversary.world.isMember(set, member);
  }

  /** Whether the fact was found valid from the recorded bytes alone. */
  public boolean isValid(FactId fact) {
    return adversary.world.knows(fact);
  }

  /** Everybody who is in among the facts of all these states together. */
  public boolean isMemberOfAll(List<GroupState> states, MemberId member) {
    BitSet set = new BitSet();
    states.forEach(state -> set.or(adversary.world.reached(state.heads())));
    return adversary.world.isMember(set, member);
  }

  // ---- a look inside

  /** Facts that wait undecided, and valid ones that the closed door keeps out. */
  public static int waiting(FlatKeying core) {
    return core.core.membership.waitingCount();
  }

  public static int atDoor(FlatKeying core) {
    return core.core.membership.atDoorCount();
  }

  /** The epochs whose secrets the core holds. */
  public static List<FactId> heldEpochs(FlatKeying core) {
    return core.core.keys.all().stream().map(held -> held.epoch).toList();
  }

  /** The lowest revision of it that the core holds; all later ones follow from it. */
  public static int lowestRevision(FlatKeying core, FactId epoch) {
    return core.core.keys.get(epoch).map(KeyStore.Held::lowestRevision).orElse(Integer.MAX_VALUE);
  }

  /** As it is held now, for {@link #putBack}. */
  public static EpochSecret copy(FlatKeying core, FactId epoch) {
    EpochSecret held = core.core.keys.get(epoch).orElseThrow().lowest();
    return held.at(held.revision());
  }

  /** Makes the mistake that the core does not make. */
  public static void putBack(FlatKeying core, FactId epoch, EpochSecret secret) {
    core.core.keys.drop(epoch, new ArrayList<>());
    core.core.keys.put(epoch, secret, true, new ArrayList<>());
  }

  /** The epochs of which the core holds keys of slots. */
  public static Set<FactId> epochsWithKeks(FlatKeying core) {
    Set<FactId> epochs = new TreeSet<>();
    FactId last = null;
    for (Kek kek : core.core.slots.allKeks()) {
      // A row of 32 has one epoch.
      if (!kek.epoch().equals(last)) {
        last = kek.epoch();
        epochs.add(last);
      }
    }
    return epochs;
  }

  /** The public half of the leaf key of the core's newest stay. */
  public static Optional<Bytes> leafKey(FlatKeying core) {
    return core.stay()
        .flatMap(stay -> core.core.self.leafKey(stay.leafKey()))
        .map(pair -> pair.publicKey().bytes());
  }

  /** Whether the core holds an epoch that it may use as things stand for it. */
  public static boolean holdsUsable(FlatKeying core) {
    GroupState state = core.state();
    return state.usable().stream().anyMatch(epoch -> core.core.keys.holds(epoch.id(), state));
  }

  /** Whether it was checked against the Rekey's commitment, not just told by a member. */
  public static boolean isProved(FlatKeying core, FactId epoch) {
    return core.core.keys.get(epoch).map(held -> held.isProved).orElse(false);
  }

  /** For people: how the core stands to an epoch's key. */
  public static String standing(FlatKeying core, FactId epoch) {
    GroupState state = core.state();
    return "usable are "
        + state.usable()
        + ", held usable "
        + state.usable().stream().filter(x -> core.core.keys.holds(x.id(), state)).count()
        + ", revisions "
        + core.core.keys.all().stream()
            .map(h -> h.lowestRevision() + "/" + state.revision(h.epoch))
            .toList()
        + ", next erasure "
        + core.core.keys.nextErasure()
        + ", now "
        + core.core.now
        + ", deadline "
        + core.nextDeadline()
        + ", waits to send "
        + core.sendingEpoch();
  }

  /** What the core lacks before it can decide what waits. */
  public static String lacks(FlatKeying core) {
    return core.core.membership.lacks().toString();
  }

  /** Whether the core holds a proof that this member lied. */
  public static boolean hasProofAgainst(FlatKeying core, MemberId member) {
    return core.core.membership.proofAgainst(member).isPresent() || core.state().isFaulty(member);
  }

  /** The fact, if the core's ledger has it. */
  public static boolean has(FlatKeying core, Known fact) {
    return core.state().contains(fact);
  }
}
