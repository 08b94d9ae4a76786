package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * What one Rekey costs in random groups, by the planner itself: entries and bytes by kind, beside
 * the paper's rule, pairwise seals and a key tree. A part of the README, held to it by a test.
 */
final class CoverTable {
  private static final int[] MEMBERS = {10, 50, 100, 1_000, 10_000};
  private static final int[] OUT = {0, 1, 4, 8, 16};
  private static final Profile[] PROFILES = {Profile.PAPER, Profile.CONFERENCE, Profile.BROADCAST};

  /** Of a Rekey that expels one device by role, with an empty cover's frame. */
  private static final int REKEY = 364;

  private static final int COVER = 12;
  private static final int SEAL = Cover.Sealed.bytes(false);

  private CoverTable() {}

  private static final class Sum {
    double wraps;
    double relays;
    double messages;
    double seals;
    double bytes;
  }

  static String markdown() {
    StringBuilder out = new StringBuilder();
    out.append("| N | c | k = 2 | bytes | k = 4 | bytes | k = 16 | bytes |");
    out.append(" paper's rule | seals | key tree |\n");
    out.append("|--:|--:|---|--:|---|--:|---|--:|--:|--:|--:|\n");
    for (int members : MEMBERS) {
      for (int outNow : OUT) {
        out.append("| ").append(grouped(members)).append(" | ").append(outNow).append(" |");
        for (Profile profile : PROFILES) {
          Sum mean = mean(profile, members, outNow);
          out.append(' ').append(entries(outNow, mean)).append(" | ");
          out.append(grouped(Math.round(mean.bytes))).append(" |");
        }
        out.append(' ').append(grouped(REKEY + paper(outNow))).append(" | ");
        out.append(grouped(REKEY + COVER + (long) SEAL * (members - 1))).append(" | ");
        out.append(grouped(REKEY + tree(members, outNow))).append(" |\n");
      }
    }
    return out.toString();
  }

  private static String entries(int outNow, Sum mean) {
    return outNow == 0
        ? "refresh"
        : Math.round(mean.wraps)
            + " + "
            + Math.round(mean.relays)
            + " by "
            + Math.round(mean.messages)
            + " + "
            + Math.round(mean.seals);
  }

  private static String grouped(long number) {
    return String.format(java.util.Locale.ROOT, "%,d", number);
  }

  /** A wrap for each symbol that the leaver lacks, k = 2; one for all if nobody is out. */
  private static long paper(int outNow) {
    return (long) Cover.WRAP_BYTES * (outNow == 0 ? 1 : Limits.ADDRESS_SYMBOLS);
  }

  /** Each key on the way from the leaver to the root, wrapped for both children but the leaver. */
  private static long tree(int members, int outNow) {
    int height = 64 - Long.numberOfLeadingZeros(members);
    return (long) Cover.WRAP_BYTES * (outNow == 0 ? 1 : 2L * height - 1);
  }

  private static Sum mean(Profile profile, int members, int outNow) {
    int groups = Math.max(1, Math.min(20, 20_000 / members));
    Sum sum = new Sum();
    for (int seed = 0; seed < groups; seed++) {
      add(sum, profile, members, outNow, new Random(31L * seed + members + outNow));
    }
    sum.wraps /= groups;
    sum.relays /= groups;
    sum.messages /= groups;
    sum.seals /= groups;
    sum.bytes /= groups;
    return sum;
  }

  private static void add(Sum sum, Profile profile, int members, int outNow, Random random) {
    if (outNow == 0) {
      sum.bytes += REKEY - 33 + COVER + Cover.Refresh.BYTES;
      return;
    }
    CoverPlanner.Plan plan = CoverPlanner.plan(problem(profile, members, outNow, random));
    long messages = plan.relays().stream().mapToInt(CoverPlanner.Entry::relay).distinct().count();
    sum.wraps += plan.wraps().size();
    sum.relays += plan.relays().size();
    sum.messages += messages;
    sum.seals += plan.seals().size();
    sum.bytes +=
        REKEY
            + COVER
            + CoverPlanner.WRAP * plan.wraps().size()
            + CoverPlanner.RELAY_WRAP * plan.relays().size()
            + CoverPlanner.RELAY_MESSAGE * messages
            + (long) SEAL * plan.seals().size();
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
    Arrays.fill(prices, SEAL);
    prices[author] = 0;
    return new CoverPlanner.Problem(ids, author, bits, holds, clean, prices);
  }

  private static MemberId random(Random random) {
    byte[] bytes = new byte[Hash32.LENGTH];
    random.nextBytes(bytes);
    return new MemberId(Hash32.of(bytes));
  }
}
