package io.keymoot.heartbeat;

import io.keymoot.flatkeying.fact.MemberId;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When each member was last heard, and what it signed: one row per member heard of, in the order in
 * which they were.
 *
 * <p>By hand, in three arrays: this is the one table whose size is a pair of members. A map of
 * objects would take 80 bytes a row where this takes about 25; and a heartbeat touches three lines
 * of memory, which is most of what it costs in a process with thousands of peers. Besides, each row
 * keeps one heartbeat, the last that was signed; peers of one process share those. Of a hint it
 * keeps how far ahead it was, and whether it said something else.
 */
final class HeardTable {
  private static final int TICK = 100;
  private static final int NEVER = -1;

  // A row of times: when it was last heard, when by a signed heartbeat; and of the latest hint
  // after that one, how far ahead its counter was, below zero if it said something else.
  private static final int WIDTH = 3;
  private static final int HEARD = 0;
  private static final int SIGNED = 1;
  private static final int HINT = 2;

  /** An entry of the index is a row's number and, above it, some bits of its member's hash. */
  private static final int ROW_BITS = 20;

  private static final int ROW_MASK = (1 << ROW_BITS) - 1;

  private final long start;
  private int rows;
  private int[] index = new int[16];

  /** By row: its last signed heartbeat; until there is one the latest hint, or else the member. */
  private @Nullable Object[] said = new @Nullable Object[8];

  private int[] times = new int[8 * WIDTH];

  /** What became of a heartbeat. */
  enum Verdict {
    TAKEN,
    /** An older one, or one heard before. */
    STALE
  }

  /**
   * @param start the first moment; times are kept as tenths of a second since then
   */
  HeardTable(long start) {
    this.start = start;
  }

  int rows() {
    return rows;
  }

  MemberId member(int row) {
    Object there = said[row];
    if (there instanceof Beat beat) {
      return beat.member();
    }
    if (there instanceof MemberId member) {
      return member;
    }
    throw new IllegalStateException("row " + row + " of " + rows);
  }

  /** The last that it signed. */
  @Nullable Beat signed(int row) {
    return said[row] instanceof Beat beat && beat.signed() ? beat : null;
  }

  /** Whether a hint in its name said something else since then. */
  boolean isContradicted(int row) {
    return times[row * WIDTH + HINT] < 0;
  }

  long heardAt(int row) {
    return start + (long) times[row * WIDTH + HEARD] * TICK;
  }

  /** The member's row, or -1. */
  int find(MemberId member) {
    int mask = index.length - 1;
    int hash = hash(member);
    for (int at = hash & mask; index[at] != 0; at = (at + 1) & mask) {
      int entry = index[at];
      if ((entry ^ hash) >>> ROW_BITS == 0) {
        int row = (entry & ROW_MASK) - 1;
        MemberId there = member(row);
        if (there == member || member.equals(there)) {
          return row;
        }
      }
    }
    return -1;
  }

  // ---- hearing

  /** The member came in: its silence counts from now. */
  void heardOf(MemberId member, long now) {
    // First the row: making it may make the arrays anew.
    int row = rowOf(member);
    times[row * WIDTH + HEARD] = tick(now);
  }

  /**
   * Takes a heartbeat unless it is old.
   *
   * <p>Signed ones count up for good. Hints, which any member can forge, count up from the last
   * signed one and only so far, and the next signed one starts them anew: whoever forges a high
   * counter silences nobody for longer than until then.
   */
  Verdict hear(Beat beat, long now) {
    return hear(rowOf(beat.member()), beat, now);
  }

  /**
   * @param row the sender's
   */
  Verdict hear(int row, Beat beat, long now) {
    if (isStale(row, beat)) {
      return Verdict.STALE;
    }
    int at = row * WIDTH;
    int tick = tick(now);
    times[at + HEARD] = tick;
    Beat signed = signed(row);
    if (beat.signed()) {
      said[row] = beat;
      times[at + SIGNED] = tick;
      times[at + HINT] = 0;
    } else if (signed == null) {
      said[row] = beat;
    } else {
      int ahead = (int) (beat.content().counter() - signed.content().counter());
      times[at + HINT] = beat.saysTheSame(signed) ? ahead : -ahead;
    }
    return Verdict.TAKEN;
  }

  /**
   * @param row the sender's
   */
  boolean isStale(int row, Beat beat) {
    if (!(said[row] instanceof Beat last)) {
      return false;
    }
    long ahead = beat.content().counter() - last.content().counter();
    if (!last.signed()) {
      return !beat.signed() && isNotAhead(beat, last);
    }
    return isNotAhead(beat, last)
        || (!beat.signed()
            && (Long.compareUnsigned(ahead, HeartbeatLimits.HINTS_AHEAD) > 0
                || ahead <= Math.abs(times[row * WIDTH + HINT])));
  }

  private static boolean isNotAhead(Beat beat, Beat last) {
    return Long.compareUnsigned(beat.content().counter(), last.content().counter()) <= 0;
  }

  // ---- asking

  /** How many members had a signed heartbeat since {@code since}. */
  int signedSince(long since) {
    int from = tick(Math.max(since, start));
    int count = 0;
    for (int row = 0; row < rows; row++) {
      if (times[row * WIDTH + SIGNED] >= from) {
        count++;
      }
    }
    return count;
  }

  boolean isHeardSince(int row, long since) {
    return times[row * WIDTH + HEARD] >= tick(Math.max(since, start));
  }

  // ---- rows

  /** Forgets members that are in no longer. */
  void forget(List<MemberId> members) {
    int before = rows;
    for (MemberId member : members) {
      int row = find(member);
      if (row >= 0) {
        // Squeezed out below; the index, which still finds others by it, is made anew there.
        times[row * WIDTH] = Integer.MIN_VALUE;
      }
    }
    int kept = 0;
    for (int row = 0; row < before; row++) {
      if (times[row * WIDTH] != Integer.MIN_VALUE) {
        if (kept < row) {
          said[kept] = said[row];
          System.arraycopy(times, row * WIDTH, times, kept * WIDTH, WIDTH);
        }
        kept++;
      }
    }
    if (kept < before) {
      Arrays.fill(said, kept, before, null);
      rows = kept;
      reindex(index.length);
    }
  }

  private int rowOf(MemberId member) {
    int row = find(member);
    return row >= 0 ? row : add(member);
  }

  private int add(MemberId member) {
    if (rows == ROW_MASK - 1) {
      throw new IllegalStateException("a group of " + rows);
    }
    if (rows == said.length) {
      int more = rows + rows / 8 + 8;
      said = Arrays.copyOf(said, more);
      times = Arrays.copyOf(times, more * WIDTH);
    }
    int row = rows++;
    said[row] = member;
    times[row * WIDTH + HEARD] = 0;
    times[row * WIDTH + SIGNED] = NEVER;
    times[row * WIDTH + HINT] = 0;
    if (rows * 4 > index.length * 3) {
      reindex(index.length * 2);
    } else {
      enter(row);
    }
    return row;
  }

  private void reindex(int size) {
    index = new int[size];
    for (int row = 0; row < rows; row++) {
      enter(row);
    }
  }

  private void enter(int row) {
    int mask = index.length - 1;
    int hash = hash(member(row));
    int at = hash & mask;
    while (index[at] != 0) {
      at = (at + 1) & mask;
    }
    index[at] = (hash & ~ROW_MASK) | (row + 1);
  }

  private static int hash(MemberId member) {
    return (int) (member.hash().b() >>> 17);
  }

  private int tick(long now) {
    return Math.toIntExact((now - start) / TICK);
  }
}
