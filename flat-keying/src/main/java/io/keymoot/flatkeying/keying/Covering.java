package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.crypto.LeafKey;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.key.Kek;
import io.keymoot.flatkeying.key.Session;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes one cover (section 7): for everybody who stays, and nobody else. What reaches whom is the
 * {@link CoverPlanner}'s choice; here are the rules of what may be chosen from, and the bytes.
 */
final class Covering {
  private static final int SEAL_PRICE = Cover.Sealed.bytes(false);
  private static final int OFFER_PRICE = Cover.Sealed.bytes(true);

  private final Core core;
  private final Haves haves;
  private final GroupState state;
  private final GroupState after;
  private final EpochSecret secret;
  private final Hash32 context;
  private final List<MemberId> members;
  private final int own;
  private final List<CoverReport.Line> lines = new ArrayList<>();
  private final List<MemberId> unreached = new ArrayList<>();
  private final int roomBesideTargets;

  /**
   * @param bare the Rekey but for its cover
   * @param state what its author knows
   * @param after P(it)
   */
  Covering(
      Core core, Haves haves, Rekey bare, GroupState state, GroupState after, EpochSecret secret) {
    this.core = core;
    this.haves = haves;
    this.state = state;
    this.after = after;
    this.secret = secret;
    this.context = FactCodec.coverContext(core.group, core.self.member(), bare);
    this.members = new ArrayList<>(after.memberCount());
    after.members().forEach(person -> members.add(person.id()));
    this.own = after.place(core.self.member());
    int targetBytes = FactWriter.lengths(bare.targets()).stream().mapToInt(each -> each).sum();
    this.roomBesideTargets = Limits.TARGET_AND_SEAL_BYTES - targetBytes;
  }

  List<CoverReport.Line> lines() {
    return List.copyOf(lines);
  }

  List<MemberId> unreached() {
    return List.copyOf(unreached);
  }

  /**
   * @param isRefresh whether nobody is out since {@code prev}, so that its running key reaches
   *     nobody else
   */
  Cover make(Optional<Known> prev, boolean isRefresh) {
    int[] prices = new int[members.size()];
    Arrays.fill(prices, SEAL_PRICE);
    prices[own] = 0;
    Optional<Cover.Refresh> refresh = Optional.empty();
    if (isRefresh && prev.isPresent()) {
      refresh = Optional.of(refresh(prev.get(), prices));
    }
    CoverPlanner.Problem problem = problem(prev, prices);
    CoverPlanner.Plan plan = CoverPlanner.plan(problem);
    if (!plan.seals().stream().allMatch(this::sealsAtOnce)) {
      // Some seals cost a handshake: it pays to look which, and plan again.
      for (int place = 0; place < prices.length; place++) {
        prices[place] = prices[place] == 0 || sealsAtOnce(place) ? prices[place] : OFFER_PRICE;
      }
      plan = CoverPlanner.plan(problem);
    }
    List<Cover.SlotWrap> wraps = wraps(prev, plan);
    List<Cover.Order> orders = orders(plan);
    List<Integer> places = plan.seals();
    Optional<Bytes> tree = Optional.empty();
    int sealBytes = 0;
    for (int place : places) {
      sealBytes += sealsAtOnce(place) ? SEAL_PRICE : OFFER_PRICE;
    }
    if (isForTheTree(sealBytes) || sealBytes > roomBesideTargets) {
      tree = Optional.of(tree(places));
      places = places.subList(0, Limits.TREE_FAN_OUT);
    }
    return new Cover(refresh, wraps, orders, seals(places), tree);
  }

  /** Seals of so many bytes are not said to all: a few are, and the rest handed down. */
  static boolean isForTheTree(int sealBytes) {
    return sealBytes > Limits.MULTICAST_SEAL_BYTES;
  }

  // ---- one wrap for all

  private Cover.Refresh refresh(Known prev, int[] prices) {
    List<MemberId> reached = new ArrayList<>();
    for (int place = 0; place < prices.length; place++) {
      MemberId member = members.get(place);
      if (place != own && core.ledger.mayBeGiven(state, prev, member)) {
        prices[place] = 0;
        reached.add(member);
      }
    }
    line(CoverReport.Kind.REFRESH, Cover.Refresh.BYTES, reached, CoverReport.REFRESHED);
    KeyStore.Held held = core.keys.get(prev.id()).orElseThrow();
    int revision = state.revision(prev.id());
    try (EpochSecret running = held.lowest().at(revision)) {
      return new Cover.Refresh(revision, running.wrap(secret, context, core.self.member()));
    }
  }

  // ---- slots

  private CoverPlanner.Problem problem(Optional<Known> prev, int[] prices) {
    int[] holds = new int[members.size()];
    int[] clean = new int[SlotKeys.POSITIONS];
    if (prev.isPresent() && core.slotsOn) {
      Haves.AsOf asOf = haves.asOf(prev.get());
      for (int place = 0; place < holds.length; place++) {
        holds[place] = asOf.mask(members.get(place));
      }
      clean = clean(prev.get());
      holds[own] = ownClean(prev.get());
    }
    int bits = state.found().profile().symbolBits();
    return new CoverPlanner.Problem(members, own, bits, holds, clean, prices);
  }

  /** By position, a bit per symbol: slots whose KEK of prev nobody who is out in P(x) ever held. */
  private int[] clean(Known prev) {
    int[] clean = new int[SlotKeys.POSITIONS];
    int radix = state.found().profile().radix();
    @Nullable Known[] roots = core.ledger.roots(prev, state.found().profile());
    for (int position = 0; position < clean.length; position++) {
      for (int symbol = 0; symbol < radix; symbol++) {
        if (roots[position * radix + symbol] instanceof Known root
            && mayWrapUnder(after, new Slot(position, symbol), root)) {
          clean[position] |= 1 << symbol;
        }
      }
    }
    return clean;
  }

  /** The own KEKs of prev that this peer holds and may wrap under. */
  private int ownClean(Known prev) {
    int mask = 0;
    for (int rest = core.slots.held(prev.id()); rest != 0; rest &= rest - 1) {
      int position = Integer.numberOfTrailingZeros(rest);
      boolean may =
          core.slots
              .root(prev.id(), position)
              .map(root -> mayWrapUnder(after, core.slots.own(position), root))
              .orElse(false);
      mask |= may ? 1 << position : 0;
    }
    return mask;
  }

  /**
   * The rule that carries P3 and P5 for slots: whether nobody who is out in P(x) ever held the KEK
   * that comes from {@code root}.
   */
  static boolean mayWrapUnder(GroupState after, Slot slot, Known root) {
    return after.isClean(slot, root);
  }

  private List<Cover.SlotWrap> wraps(Optional<Known> prev, CoverPlanner.Plan plan) {
    List<Cover.SlotWrap> wraps = new ArrayList<>();
    for (CoverPlanner.Entry entry : plan.wraps()) {
      Kek kek = core.slots.kek(prev.orElseThrow().id(), entry.position()).orElseThrow();
      wraps.add(
          new Cover.SlotWrap(entry.position(), kek.wrap(secret, context, core.self.member())));
      lines.add(
          new CoverReport.Line(
              CoverReport.Kind.WRAP,
              Optional.of(kek.slot()),
              Optional.empty(),
              Cover.WRAP_BYTES,
              at(entry.reaches()),
              CoverReport.WRAPPED));
    }
    wraps.sort((one, other) -> Integer.compare(one.position(), other.position()));
    return wraps;
  }

  private List<Cover.Order> orders(CoverPlanner.Plan plan) {
    List<Cover.Order> orders = new ArrayList<>();
    List<Integer> ordered = new ArrayList<>();
    int bits = state.found().profile().symbolBits();
    for (CoverPlanner.Entry entry : plan.relays()) {
      MemberId relay = members.get(entry.relay());
      orders.add(new Cover.Order(entry.relay(), entry.position()));
      boolean isFirst = !ordered.contains(entry.relay());
      ordered.add(entry.relay());
      lines.add(
          new CoverReport.Line(
              CoverReport.Kind.RELAY,
              Optional.of(new Slot(entry.position(), relay.hash().symbol(entry.position(), bits))),
              Optional.of(relay),
              CoverPlanner.RELAY_WRAP + (isFirst ? CoverPlanner.RELAY_MESSAGE : 0),
              at(entry.reaches()),
              CoverReport.RELAYED));
    }
    orders.sort(Cover.Order::compareTo);
    return orders;
  }

  private List<MemberId> at(List<Integer> places) {
    return places.stream().map(members::get).toList();
  }

  // ---- seals, under sessions between the newest stays in P(x), which both ends know alike

  private boolean sealsAtOnce(int place) {
    Optional<Stay> own = after.newestStay(core.self.member());
    Optional<Stay> its = after.newestStay(members.get(place));
    return own.isPresent()
        && its.isPresent()
        && core.sessions
            .known(own.get().id(), its.get().id())
            .map(Session::sealsAtOnce)
            .orElse(false);
  }

  private Bytes tree(List<Integer> places) {
    List<Integer> handed = places.subList(Limits.TREE_FAN_OUT, places.size());
    Bytes bits = Cover.bits(places, members.size());
    line(CoverReport.Kind.TREE, 2 + bits.length(), at(handed), CoverReport.HANDED_DOWN);
    return bits;
  }

  private List<Cover.Sealed> seals(List<Integer> places) {
    List<Cover.Sealed> seals = new ArrayList<>();
    List<MemberId> cached = new ArrayList<>();
    List<MemberId> fresh = new ArrayList<>();
    Stay ownStay = after.newestStay(core.self.member()).orElseThrow();
    for (int place : places) {
      MemberId member = members.get(place);
      Stay its = after.newestStay(member).orElseThrow();
      Optional<LeafKey> leaf = core.blobs.leafKey(its.leafKey());
      if (leaf.isEmpty()) {
        unreached.add(member);
        continue;
      }
      Session session = core.sessions.between(ownStay.id(), its.id());
      Session.Sealed sealed = session.seal(secret, context, leaf.get(), core.entropy);
      seals.add(new Cover.Sealed(place, sealed.offer(), sealed.seal()));
      (sealed.offer().isPresent() ? fresh : cached).add(member);
    }
    if (!cached.isEmpty()) {
      line(CoverReport.Kind.SEAL, cached.size() * SEAL_PRICE, cached, CoverReport.SEALED);
    }
    if (!fresh.isEmpty()) {
      line(CoverReport.Kind.OFFER_AND_SEAL, fresh.size() * OFFER_PRICE, fresh, CoverReport.OFFERED);
    }
    return seals;
  }

  private void line(CoverReport.Kind kind, int bytes, List<MemberId> reached, String why) {
    lines.add(
        new CoverReport.Line(
            kind, Optional.empty(), Optional.empty(), bytes, List.copyOf(reached), why));
  }
}
