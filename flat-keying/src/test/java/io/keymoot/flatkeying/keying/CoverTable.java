package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.crypto.LeafKey;
import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.key.Seal;
import io.keymoot.flatkeying.message.Relay;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * What one Rekey costs in random groups: planned by the planner itself, sent through the tree by
 * the same rule, and every byte counted in messages as they are encoded. Entries, and bytes by
 * kind, beside the paper's rule, pairwise seals and a key tree. A part of the README, held to it by
 * a test.
 */
final class CoverTable {
  private static final int[] MEMBERS = {10, 50, 100, 1_000, 10_000};
  private static final int[] OUT = {0, 1, 4, 8, 16};
  private static final Profile[] PROFILES = {Profile.PAPER, Profile.CONFERENCE, Profile.BROADCAST};

  private static final Bytes WRAP = Bytes.owning(new byte[Cover.WRAP_BYTES]);
  private static final Hash32 ANY = Hash32.sha256(WRAP.toArray());

  private static final FactWriter WRITER =
      new FactWriter(
          SigningKey.generate(SignatureKind.ED25519, new Draws(1)),
          new GroupId(ANY),
          new MemberId(ANY));

  private static final Cover NOTHING =
      new Cover(Optional.empty(), List.of(), List.of(), List.of(), Optional.empty());

  /** Of a Rekey that expels one device by role, or nobody, with a cover that reaches nobody. */
  private static final int EXPULSION =
      rekey(List.of(new Target.Expelled(new Fingerprint(ANY), List.of())), NOTHING);

  private static final int REFRESH = rekey(List.of(), NOTHING);

  /** One that hands an epoch's secret on: its id, revision and bytes, and no slots. */
  private static final int GIVE =
      SideCodec.give(
              WRITER,
              List.of(new FactId(ANY)),
              new MemberId(ANY),
              Hash32.ZERO,
              Optional.empty(),
              Bytes.owning(new byte[LeafKey.ENCAPSULATION_BYTES + 16 + 1 + 32 + 4 + 32 + 1]))
          .length();

  private CoverTable() {}

  private static int rekey(List<Target> targets, Cover cover) {
    Bytes bytes = cover.encode();
    Rekey rekey = new Rekey(Optional.of(new FactId(ANY)), targets, ANY, ANY, bytes.sha256());
    return FactCodec.encode(WRITER.write(List.of(new FactId(ANY)), rekey, bytes)).length();
  }

  /** Means of one cell of the table. */
  private static final class Sum {
    double wraps;
    double relays;
    double messages;
    double seals;
    double handed;
    double wrapBytes;
    double relayBytes;
    double sealBytes;
    double treeBytes;

    /** All that is multicast. */
    double bytes;

    void add(Cover cover, int handedDown) {
      Map<Integer, List<Relay.SlotWrap>> ordered = new TreeMap<>();
      for (Cover.Order order : cover.orders()) {
        ordered
            .computeIfAbsent(order.place(), place -> new ArrayList<>())
            .add(new Relay.SlotWrap(order.position(), WRAP));
      }
      int relayed = 0;
      for (Map.Entry<Integer, List<Relay.SlotWrap>> each : ordered.entrySet()) {
        relayed += SideCodec.encode(new Relay(0, each.getKey(), each.getValue())).length();
      }
      int whole = cover.encode().length();
      int empty = NOTHING.encode().length();
      wraps += cover.wraps().size();
      relays += cover.orders().size();
      messages += ordered.size();
      seals += cover.seals().size();
      handed += handedDown;
      wrapBytes += (double) Cover.WRAP_BYTES * cover.wraps().size();
      relayBytes += relayed + (double) Cover.Order.BYTES * cover.orders().size();
      sealBytes += (double) Cover.Sealed.bytes(false) * cover.seals().size();
      treeBytes += cover.tree().map(bits -> 2 + bits.length()).orElse(0);
      bytes += EXPULSION + whole - empty + relayed;
    }

    Sum dividedBy(int groups) {
      wraps /= groups;
      relays /= groups;
      messages /= groups;
      seals /= groups;
      handed /= groups;
      wrapBytes /= groups;
      relayBytes /= groups;
      sealBytes /= groups;
      treeBytes /= groups;
      bytes /= groups;
      return this;
    }
  }

  static String markdown() {
    StringBuilder all = new StringBuilder();
    all.append("| N | c | k = 2 | bytes | k = 4 | bytes | k = 16 | bytes |");
    all.append(" paper's rule | seals | key tree |\n");
    all.append("|--:|--:|---|--:|---|--:|---|--:|--:|--:|--:|\n");
    StringBuilder kinds = new StringBuilder();
    kinds.append("| N | c | k = 2 | Gives | k = 4 | Gives | k = 16 | Gives |\n");
    kinds.append("|--:|--:|---|--:|---|--:|---|--:|\n");
    for (int members : MEMBERS) {
      for (int outNow : OUT) {
        String begin = "| " + grouped(members) + " | " + outNow + " |";
        all.append(begin);
        kinds.append(outNow == 0 ? "" : begin);
        for (Profile profile : PROFILES) {
          Sum mean = mean(profile, members, outNow);
          all.append(' ').append(outNow == 0 ? "refresh" : entries(mean)).append(" | ");
          all.append(grouped(mean.bytes)).append(" |");
          if (outNow > 0) {
            kinds.append(' ').append(bytesByKind(mean)).append(" | ");
            kinds.append(mean.handed == 0 ? "0" : grouped(mean.handed * GIVE)).append(" |");
          }
        }
        int rekey = outNow == 0 ? REFRESH : EXPULSION;
        all.append(' ').append(grouped(rekey + paper(outNow))).append(" | ");
        all.append(grouped(EXPULSION + (double) Cover.Sealed.bytes(false) * (members - 1)));
        all.append(" | ").append(grouped(rekey + tree(members, outNow))).append(" |\n");
        kinds.append(outNow == 0 ? "" : "\n");
      }
    }
    return all
        + "\n"
        + "The same by kind: bytes of *own wraps + relays, with their orders + seals + the tree's"
        + " names*, besides "
        + grouped(EXPULSION)
        + " of the Rekey itself;\n"
        + "and those of the Gives by which the tree hands on, each to one member, "
        + grouped(GIVE)
        + " at a time.\n\n"
        + kinds;
  }

  private static String entries(Sum mean) {
    return grouped(mean.wraps)
        + " + "
        + grouped(mean.relays)
        + " by "
        + grouped(mean.messages)
        + " + "
        + grouped(mean.seals)
        + (mean.handed == 0 ? "" : ", " + grouped(mean.handed) + " by tree");
  }

  private static String bytesByKind(Sum mean) {
    return grouped(mean.wrapBytes)
        + " + "
        + grouped(mean.relayBytes)
        + " + "
        + grouped(mean.sealBytes)
        + " + "
        + grouped(mean.treeBytes);
  }

  private static String grouped(double number) {
    return String.format(Locale.ROOT, "%,d", Math.round(number));
  }

  /**
   * The TEK under each KEK that the leaver lacks, and for each that it held a replacement, under
   * the old one and the TEK; k = 2. One wrap for all if nobody is out.
   */
  private static long paper(int outNow) {
    return (long) Cover.WRAP_BYTES * (outNow == 0 ? 1 : 2 * Limits.ADDRESS_SYMBOLS);
  }

  /** Each key on the way from the leaver to the root, wrapped for both children but the leaver. */
  private static long tree(int members, int outNow) {
    int height = 64 - Long.numberOfLeadingZeros(members);
    return (long) Cover.WRAP_BYTES * (outNow == 0 ? 1 : 2L * height - 1);
  }

  private static Sum mean(Profile profile, int members, int outNow) {
    Sum sum = new Sum();
    if (outNow == 0) {
      Cover.Refresh refresh = new Cover.Refresh(0, WRAP);
      sum.bytes = rekey(List.of(), Cover.of(Optional.of(refresh), List.of()));
      return sum;
    }
    int groups = Math.max(1, Math.min(20, 20_000 / members));
    for (int seed = 0; seed < groups; seed++) {
      add(sum, profile, members, outNow, new Random(31L * seed + members + outNow));
    }
    return sum.dividedBy(groups);
  }

  private static void add(Sum sum, Profile profile, int members, int outNow, Random random) {
    CoverPlanner.Plan plan = CoverPlanner.plan(problem(profile, members, outNow, random));
    List<Cover.SlotWrap> wraps = new ArrayList<>();
    plan.wraps().forEach(entry -> wraps.add(new Cover.SlotWrap(entry.position(), WRAP)));
    List<Cover.Order> orders = new ArrayList<>();
    plan.relays().forEach(each -> orders.add(new Cover.Order(each.relay(), each.position())));
    boolean byTree = Covering.isForTheTree(plan.seals().size() * Cover.Sealed.bytes(false));
    List<Integer> sealed = byTree ? plan.seals().subList(0, Limits.TREE_FAN_OUT) : plan.seals();
    List<Cover.Sealed> seals =
        sealed.stream()
            .map(place -> new Cover.Sealed(place, Optional.empty(), new Seal(0, WRAP)))
            .toList();
    Optional<Bytes> tree =
        byTree ? Optional.of(Cover.bits(plan.seals(), members)) : Optional.empty();
    sum.add(
        new Cover(Optional.empty(), wraps, orders, seals, tree),
        plan.seals().size() - sealed.size());
  }

  /** Everybody has what its slots have; those who are out have had all of theirs. */
  static CoverPlanner.Problem problem(Profile profile, int members, int outNow, Random random) {
    List<MemberId> ids = new ArrayList<>();
    for (int i = 0; i < members; i++) {
      ids.add(random(random));
    }
    ids.sort(MemberId::compareTo);
    int bits = profile.symbolBits();
    int[][] sharing = new int[SlotKeys.POSITIONS][profile.radix()];
    int[] clean = new int[SlotKeys.POSITIONS];
    for (int position = 0; position < clean.length; position++) {
      for (MemberId id : ids) {
        sharing[position][id.hash().symbol(position, bits)]++;
      }
      for (int symbol = 0; symbol < profile.radix(); symbol++) {
        clean[position] |= sharing[position][symbol] >= Limits.RESEAL_MEMBERS ? 1 << symbol : 0;
      }
    }
    for (int i = 0; i < outNow; i++) {
      MemberId gone = random(random);
      for (int position = 0; position < clean.length; position++) {
        clean[position] &= ~(1 << gone.hash().symbol(position, bits));
      }
    }
    int author = random.nextInt(members);
    int[] holds = new int[members];
    Arrays.fill(holds, -1);
    holds[author] = 0;
    for (int position = 0; position < clean.length; position++) {
      int symbol = ids.get(author).hash().symbol(position, bits);
      holds[author] |= (clean[position] >>> symbol & 1) == 1 ? 1 << position : 0;
    }
    int[] prices = new int[members];
    Arrays.fill(prices, Cover.Sealed.bytes(false));
    prices[author] = 0;
    return new CoverPlanner.Problem(ids, author, bits, holds, clean, prices);
  }

  private static MemberId random(Random random) {
    byte[] bytes = new byte[Hash32.LENGTH];
    random.nextBytes(bytes);
    return new MemberId(Hash32.of(bytes));
  }
}
