package io.keymoot.heartbeat;

import io.keymoot.flatkeying.fact.MemberId;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When each member was last heard, and what it said: one row per member heard of, in the order in
 * which they were.
 *
 * <p>By hand, in three arrays: this is the one table whose size is a pair of members. A map of
 * objects would take 80 bytes a row where this takes about 30; and a heartbeat touches three lines
 * of memory, which is most of what it costs in a process with thousands of peers.
 */
final class HeardTable {
  private static final int TICK = 100;
  private static final int NEVER = -1;

  /**
   * What a row holds: its latest heartbeat, or the member while there is none; its latest signed.
   */
  private static final int WIDTH = 2;

  private static final int LATEST = 0;
  private static final int SIGNED = 1;

  /** An entry of the index is a row's number and, above it, some bits of its member's hash. */
  private static final int ROW_BITS = 20;

  private static final int ROW_MASK = (1 << ROW_BITS) - 1;

  private final long start;
  private int rows;
  private int[] index = new int[16];
  private @Nullable Object[] said = new @Nullable Object[8 * WIDTH];

  /** By row: when it was last heard, and when by a signed heartbeat. */
  private int[] times = new int[2 * 8];

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
    Object there = said[row * WIDTH + LATEST];
    if (there instanceof Beat beat) {
      return beat.member();
    }
    if (there instanceof MemberId member) {
      return member;
    }
    throw new IllegalStateException("row " + row + " of " + rows);
  }

  @Nullable Beat latest(int row) {
    return said[row * WIDTH + LATEST] instanceof Beat beat ? beat : null;
  }

  @Nullable Beat signed(int row) {
    return (Beat) said[row * WIDTH + SIGNED];
  }

  long heardAt(int row) {
    return start + (long) times[2 * row] * TICK;
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

  /** Something shows that the member is there. */
  void heardOf(MemberId member, long now) {
    // First the row: making it may make the arrays anew.
    int row = rowOf(member);
    times[2 * row] = tick(now);
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
    if (isStale(beat, row)) {
      return Verdict.STALE;
    }
    int tick = tick(now);
    said[row * WIDTH + LATEST] = beat;
    times[2 * row] = tick;
    if (beat.signed()) {
      said[row * WIDTH + SIGNED] = beat;
      times[2 * row + 1] = tick;
    }
    return Verdict.TAKEN;
  }

  private boolean isStale(Beat beat, int row) {
    long counter = beat.content().counter();
    Beat lastSigned = signed(row);
    if (lastSigned != null) {
      long signedCounter = lastSigned.content().counter();
      if (Long.compareUnsigned(counter, signedCounter) <= 0
          || (!beat.signed()
              && Long.compareUnsigned(counter - signedCounter, HeartbeatLimits.HINTS_AHEAD) > 0)) {
        return true;
      }
    }
    Beat last = latest(row);
    return !beat.signed()
        && last != null
        && Long.compareUnsigned(counter, last.content().counter()) <= 0;
  }

  // ---- asking

  /** How many members had a signed heartbeat since {@code since}. */
  int signedSince(long since) {
    int from = tick(Math.max(since, start));
    int count = 0;
    for (int row = 0; row < rows; row++) {
      if (times[2 * row + 1] >= from) {
        count++;
      }
    }
    return count;
  }

  boolean isHeardSince(int row, long since) {
    return times[2 * row] >= tick(Math.max(since, start));
  }

  // ---- rows

  /** Forgets members that are in no longer. */
  void forget(List<MemberId> members) {
    int before = rows;
    for (MemberId member : members) {
      int row = find(member);
      if (row >= 0) {
        // Squeezed out below; the index, which still finds others by it, is made anew there.
        times[2 * row] = Integer.MIN_VALUE;
      }
    }
    int kept = 0;
    for (int row = 0; row < before; row++) {
      if (times[2 * row] != Integer.MIN_VALUE) {
        if (kept < row) {
          System.arraycopy(said, row * WIDTH, said, kept * WIDTH, WIDTH);
          System.arraycopy(times, 2 * row, times, 2 * kept, 2);
        }
        kept++;
      }
    }
    if (kept < before) {
      Arrays.fill(said, kept * WIDTH, before * WIDTH, null);
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
    if (rows * WIDTH == said.length) {
      int more = rows + rows / 8 + 8;
      said = Arrays.copyOf(said, more * WIDTH);
      times = Arrays.copyOf(times, more * 2);
    }
    int row = rows++;
    said[row * WIDTH + LATEST] = member;
    times[2 * row] = 0;
    times[2 * row + 1] = NEVER;
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
