package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which wraps, relays and seals reach everybody who stays, at few bytes (section 7).
 *
 * <p>It is a weighted set cover: a <i>cell</i> is a clean slot with those who hold its KEK. A cell
 * of the author's own address costs a wrap; another a relay's wrap, an order, and a message if the
 * relay has none yet; a member that no cell reaches costs a seal. Taken greedily, the cell with the
 * most bytes of seals saved for each byte spent first, until none saves more than it costs. Pure
 * and deterministic: of equals the lowest place, position and symbol.
 *
 * <p>Relays are members that the author reaches itself, or (second round) that such a relay
 * reaches: a longer way would be slower than asking.
 *
 * <p>Bit sets over places rather than lists of members: a group of 1,000 is planned in some tenths
 * of a millisecond.
 */
final class CoverPlanner {
  static final int WRAP = Cover.WRAP_BYTES;
  static final int RELAY_WRAP = Relays.WRAP_BYTES + Cover.Order.BYTES;
  static final int RELAY_MESSAGE = Relays.MESSAGE_BYTES;

  /** How many members of a cell are looked at to choose the relay among them. */
  private static final int RELAYS_WEIGHED = 8;

  /**
   * @param ids of members(P(x)), in order
   * @param author its place
   * @param symbolBits of the profile
   * @param holds by place, a bit per position: whose KEK of prev that member has
   * @param clean by position, a bit per symbol: the slots whose KEK nobody who is out has
   * @param prices by place: what a seal would cost; 0 for who needs nothing
   */
  record Problem(
      List<MemberId> ids, int author, int symbolBits, int[] holds, int[] clean, int[] prices) {}

  /**
   * One cell of the plan.
   *
   * @param relay the place of who wraps; the author's own for its wraps
   * @param reaches places that nothing chosen before reaches
   */
  record Entry(int relay, int position, List<Integer> reaches) {}

  /**
   * @param wraps the author's own
   * @param relays in the order in which they were chosen
   * @param seals places to seal to, ascending
   */
  record Plan(List<Entry> wraps, List<Entry> relays, List<Integer> seals) {}

  private final Problem problem;
  private final int radix;
  private final int words;
  private final int[] ownSymbols;

  /** By position and symbol; null for a cell that is unclean or empty. */
  private final long[] @Nullable [] cells;

  /**
   * By cell: the bytes of seals to those in it whom nothing reaches yet. Of unclean ones it means
   * nothing, and is never more than nothing.
   */
  private final int[] saves;

  private final boolean[] isOwn;

  /** Whether some relay that has orders anyway is in the cell; whether anybody there can be one. */
  private final boolean[] isRelayed;

  private final boolean[] mayBeRelayed;

  /** Who is not reached yet, by what a seal would cost: at most two prices. */
  private final long[] cheap;

  private final long[] dear;
  private int cheapPrice;
  private int dearPrice;

  /** Who may relay: whom the author reaches, and whom a relay of the first round reaches. */
  private final long[] first;

  private final long[] second;

  /** Those whom no entry need reach, and all but the author. */
  private final long[] priceless;

  private final long[] everybody;
  private final long[] ordered;
  private final List<Entry> wraps = new ArrayList<>();
  private final List<Entry> relays = new ArrayList<>();
  private final List<Integer> seals = new ArrayList<>();

  private CoverPlanner(Problem problem) {
    this.problem = problem;
    this.radix = 1 << problem.symbolBits;
    int members = problem.ids.size();
    this.words = (members + 63) / 64;
    this.cells = new long[SlotKeys.POSITIONS * radix][];
    this.saves = new int[cells.length];
    this.isOwn = new boolean[cells.length];
    this.isRelayed = new boolean[cells.length];
    this.mayBeRelayed = new boolean[cells.length];
    this.cheap = new long[words];
    this.dear = new long[words];
    this.first = new long[words];
    this.second = new long[words];
    this.priceless = new long[words];
    this.everybody = new long[words];
    this.ordered = new long[words];
    this.ownSymbols = new int[SlotKeys.POSITIONS];
    setPrices();
    fillCells();
  }

  static Plan plan(Problem problem) {
    CoverPlanner planner = new CoverPlanner(problem);
    planner.choose();
    planner.dropWrapsThatReachNobodyAlone();
    planner.sealTheRest();
    List<Integer> seals = planner.seals.stream().sorted().toList();
    long[] reached = planner.priceless.clone();
    seals.forEach(place -> set(reached, place, true));
    return new Plan(
        planner.told(planner.wraps, reached), planner.told(planner.relays, reached), seals);
  }

  // ---- the problem in bits

  private void setPrices() {
    cheapPrice = Integer.MAX_VALUE;
    for (int price : problem.prices) {
      if (price > 0) {
        cheapPrice = Math.min(cheapPrice, price);
        dearPrice = Math.max(dearPrice, price);
      }
    }
    for (int place = 0; place < problem.prices.length; place++) {
      int price = problem.prices[place];
      boolean isAuthor = place == problem.author;
      set(everybody, place, !isAuthor);
      if (price == 0) {
        // Whom the refresh reaches may relay.
        set(first, place, !isAuthor);
        set(priceless, place, !isAuthor);
      } else {
        set(price == cheapPrice ? cheap : dear, place, true);
      }
    }
  }

  /**
   * Whole words of members at a time: their addresses and masks are turned over, so that a word
   * says of one bit which of 64 members have it, and a cell is a few of these.
   */
  private void fillCells() {
    Hash32 own = problem.ids.get(problem.author).hash();
    for (int position = 0; position < SlotKeys.POSITIONS; position++) {
      ownSymbols[position] = own.symbol(position, problem.symbolBits);
    }
    long[] address = new long[2 * Long.SIZE];
    long[] holds = new long[Long.SIZE];
    long[] sharing = new long[radix];
    for (int word = 0; word < words; word++) {
      turnOver(word, address, holds);
      for (int position = 0; position < SlotKeys.POSITIONS; position++) {
        split(holds[position], address, position, sharing);
        for (int rest = problem.clean[position]; rest != 0; rest &= rest - 1) {
          int symbol = Integer.numberOfTrailingZeros(rest);
          if (sharing[symbol] != 0) {
            cell(position * radix + symbol)[word] = sharing[symbol];
          }
        }
      }
    }
    for (int cell = 0; cell < cells.length; cell++) {
      isOwn[cell] = isOwn(cell);
      long[] members = cells[cell];
      if (members != null) {
        saves[cell] = meeting(members, cheap) * cheapPrice + meeting(members, dear) * dearPrice;
      }
    }
  }

  private long[] cell(int cell) {
    long[] members = cells[cell];
    if (members == null) {
      members = new long[words];
      cells[cell] = members;
    }
    return members;
  }

  /**
   * Bit by bit, who of the 64 members of this word has it.
   *
   * @param address filled with the bits of their ids, the first bit first
   * @param holds filled with the bits of their masks, by position
   */
  private void turnOver(int word, long[] address, long[] holds) {
    long[] a = new long[Long.SIZE];
    long[] b = new long[Long.SIZE];
    Arrays.fill(holds, 0);
    int from = word * Long.SIZE;
    for (int place = from; place < Math.min(from + Long.SIZE, problem.ids.size()); place++) {
      Hash32 id = problem.ids.get(place).hash();
      a[place - from] = Long.reverse(id.a());
      b[place - from] = Long.reverse(id.b());
      holds[place - from] = place == problem.author ? 0 : problem.holds[place];
    }
    transpose(a);
    transpose(b);
    transpose(holds);
    System.arraycopy(a, 0, address, 0, Long.SIZE);
    System.arraycopy(b, 0, address, Long.SIZE, Long.SIZE);
  }

  /** Of 64 words: bit i of word j becomes bit j of word i. */
  private static void transpose(long[] words) {
    long mask = -1L >>> 32;
    for (int width = 32; width != 0; width >>>= 1, mask ^= mask << width) {
      for (int i = 0; i < Long.SIZE; i = (i + width + 1) & ~width) {
        int j = i + width;
        long swapped = (words[i] >>> width ^ words[j]) & mask;
        words[i] ^= swapped << width;
        words[j] ^= swapped;
      }
    }
  }

  /** Parts {@code members} by the symbol that their addresses have at the position. */
  private void split(long members, long[] address, int position, long[] bySymbol) {
    bySymbol[0] = members;
    int parts = 1;
    for (int bit = 0; bit < problem.symbolBits; bit++) {
      long ones = address[position * problem.symbolBits + bit];
      for (int part = parts - 1; part >= 0; part--) {
        long those = bySymbol[part];
        bySymbol[2 * part] = those & ~ones;
        bySymbol[2 * part + 1] = those & ones;
      }
      parts *= 2;
    }
  }

  private static void set(long[] bits, int place, boolean on) {
    if (on) {
      bits[place >>> 6] |= 1L << place;
    }
  }

  private static boolean get(long[] bits, int place) {
    return (bits[place >>> 6] >>> place & 1) == 1;
  }

  private static int meeting(long[] some, long[] others) {
    int both = 0;
    for (int word = 0; word < some.length; word++) {
      both += Long.bitCount(some[word] & others[word]);
    }
    return both;
  }

  private boolean isOwn(int cell) {
    int position = cell / radix;
    return cell % radix == ownSymbols[position]
        && (problem.holds[problem.author] >>> position & 1) == 1;
  }

  // ---- choosing

  private void choose() {
    while (true) {
      int best = -1;
      double bestRatio = 1;
      int bar = Math.min(WRAP, RELAY_WRAP);
      for (int cell = 0; cell < cells.length; cell++) {
        if (saves[cell] > bar) {
          double ratio = (double) saves[cell] / cost(cell);
          if (ratio > bestRatio) {
            best = cell;
            bestRatio = ratio;
            bar = (int) (ratio * Math.min(WRAP, RELAY_WRAP));
          }
        }
      }
      if (best < 0) {
        return;
      }
      take(best);
    }
  }

  private int cost(int cell) {
    if (isOwn[cell] || isRelayed[cell]) {
      return isOwn[cell] ? WRAP : RELAY_WRAP;
    }
    long[] members = members(cell);
    // Who may relay once, may for good.
    mayBeRelayed[cell] = mayBeRelayed[cell] || meet(members, first) || meet(members, second);
    int message = RELAY_WRAP + RELAY_MESSAGE;
    return mayBeRelayed[cell]
        ? message
        // Nobody there can relay yet: one of them is sealed to first.
        : message + (meet(members, cheap) ? cheapPrice : dearPrice);
  }

  private void take(int cell) {
    int position = cell / radix;
    if (isOwn[cell]) {
      wraps.add(new Entry(problem.author, position, List.of()));
      reach(cell, first);
      return;
    }
    int relay = relay(cell);
    boolean isFirst = get(first, relay);
    set(ordered, relay, true);
    MemberId id = problem.ids.get(relay);
    for (int rest = problem.holds[relay]; rest != 0; rest &= rest - 1) {
      isRelayed[cell(id, Integer.numberOfTrailingZeros(rest))] = true;
    }
    relays.add(new Entry(relay, position, List.of()));
    reach(cell, isFirst ? second : null);
  }

  /** Notes whom the cell reaches, and that they may relay in turn. */
  private void reach(int cell, long @Nullable [] mayRelay) {
    long[] members = members(cell);
    for (int word = 0; word < words; word++) {
      long fresh = members[word] & (cheap[word] | dear[word]);
      cheap[word] &= ~fresh;
      dear[word] &= ~fresh;
      if (mayRelay != null) {
        mayRelay[word] |= fresh;
      }
      for (long rest = fresh; rest != 0; rest &= rest - 1) {
        savesNoMore(Long.SIZE * word + Long.numberOfTrailingZeros(rest));
      }
    }
  }

  /** Who is reached need be reached by no other of its cells. */
  private void savesNoMore(int place) {
    MemberId id = problem.ids.get(place);
    int price = problem.prices[place];
    for (int rest = problem.holds[place]; rest != 0; rest &= rest - 1) {
      saves[cell(id, Integer.numberOfTrailingZeros(rest))] -= price;
    }
  }

  private int relay(int cell) {
    long[] members = members(cell);
    for (long[] kind : List.of(ordered, first, second)) {
      int best = -1;
      long bestWorth = -1;
      int weighed = 0;
      for (int word = 0; word < words && weighed < RELAYS_WEIGHED; word++) {
        for (long rest = members[word] & kind[word];
            rest != 0 && weighed < RELAYS_WEIGHED;
            rest &= rest - 1) {
          int place = 64 * word + Long.numberOfTrailingZeros(rest);
          long worth = kind == ordered ? 0 : worth(place);
          if (worth > bestWorth) {
            best = place;
            bestWorth = worth;
          }
          weighed++;
        }
      }
      if (best >= 0) {
        return best;
      }
    }
    return sealToOne(members);
  }

  /** What a relay's other cells could still save: it can relay for them in the same message. */
  private long worth(int place) {
    long worth = 0;
    MemberId id = problem.ids.get(place);
    for (int rest = problem.holds[place]; rest != 0; rest &= rest - 1) {
      int position = Integer.numberOfTrailingZeros(rest);
      int cell = cell(id, position);
      worth += isOwn[cell] ? 0 : Math.max(0, saves[cell]);
    }
    return worth;
  }

  private int sealToOne(long[] members) {
    for (long[] kind : List.of(cheap, dear)) {
      for (int word = 0; word < words; word++) {
        long some = members[word] & kind[word];
        if (some != 0) {
          int place = 64 * word + Long.numberOfTrailingZeros(some);
          kind[word] &= ~(1L << place);
          set(first, place, true);
          savesNoMore(place);
          seals.add(place);
          return place;
        }
      }
    }
    throw new IllegalStateException("a cell that saves something has somebody to be reached");
  }

  private void sealTheRest() {
    for (int place = 0; place < problem.ids.size(); place++) {
      if (get(cheap, place) || get(dear, place)) {
        seals.add(place);
      }
    }
  }

  /** A wrap chosen early may have been overtaken by others that reach the same members. */
  private void dropWrapsThatReachNobodyAlone() {
    for (Entry each : List.copyOf(wraps)) {
      long[] direct = priceless.clone();
      for (Entry other : wraps) {
        if (other != each) {
          add(direct, cell(other));
        }
      }
      seals.forEach(place -> set(direct, place, true));
      long[] all = direct.clone();
      relays.forEach(relay -> add(all, cell(relay)));
      boolean isNeeded = false;
      for (int word = 0; word < words; word++) {
        long reachedNow = ~(cheap[word] | dear[word]) & everybody[word];
        isNeeded |= (reachedNow & ~all[word]) != 0;
        // Who relays in the first round has it from the author.
        isNeeded |= (ordered[word] & first[word] & ~direct[word]) != 0;
      }
      if (!isNeeded) {
        wraps.remove(each);
      }
    }
  }

  /** Whom each entry reaches first: for whoever wants to know why it is there. */
  private List<Entry> told(List<Entry> entries, long[] reached) {
    List<Entry> told = new ArrayList<>();
    for (Entry each : entries) {
      List<Integer> fresh = new ArrayList<>();
      long[] members = members(cell(each));
      for (int word = 0; word < words; word++) {
        for (long rest = members[word] & ~reached[word]; rest != 0; rest &= rest - 1) {
          fresh.add(64 * word + Long.numberOfTrailingZeros(rest));
        }
        reached[word] |= members[word];
      }
      told.add(new Entry(each.relay, each.position, List.copyOf(fresh)));
    }
    return told;
  }

  private int cell(Entry entry) {
    return cell(problem.ids.get(entry.relay), entry.position);
  }

  private int cell(MemberId id, int position) {
    return position * radix + id.hash().symbol(position, problem.symbolBits);
  }

  private void add(long[] target, int cell) {
    long[] members = members(cell);
    for (int word = 0; word < words; word++) {
      target[word] |= members[word];
    }
  }

  private long[] members(int cell) {
    long[] members = cells[cell];
    if (members == null) {
      throw new IllegalStateException("an empty cell was chosen");
    }
    return members;
  }

  private static boolean meet(long[] some, long[] others) {
    for (int word = 0; word < some.length; word++) {
      if ((some[word] & others[word]) != 0) {
        return true;
      }
    }
    return false;
  }
}
