package io.keymoot.flatkeying.frame;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Which numbers of one stream have been opened: each at most once, whatever the order and however
 * many threads ask.
 *
 * <p>Numbers are kept in blocks of 64, and a ring holds the newest block of each place. A block is
 * only ever replaced by a newer one, never cleared: who marks a block that has just been replaced
 * is still the only one to mark that number, since whoever comes later finds the newer block and is
 * told that it is too old. So the ring reaches back {@value #REACH} numbers at least.
 */
final class ReplayWindow {
  static final int REACH = 960;
  private static final int BLOCKS = 16;

  enum Mark {
    FRESH,
    SEEN,
    TOO_OLD
  }

  private final AtomicReferenceArray<@Nullable Block> ring = new AtomicReferenceArray<>(BLOCKS);

  /** Whether the number is fresh, without marking it: a cheap question to ask first. */
  Mark look(long number) {
    long index = number >>> 6;
    Block block = ring.get((int) index & (BLOCKS - 1));
    if (block == null || block.index < index) {
      return Mark.FRESH;
    }
    if (block.index > index) {
      return Mark.TOO_OLD;
    }
    return (block.seen.get() & bit(number)) == 0 ? Mark.FRESH : Mark.SEEN;
  }

  /** Marks the number; of all who do, one at a time is told that it was fresh. */
  Mark mark(long number) {
    long index = number >>> 6;
    int place = (int) index & (BLOCKS - 1);
    while (true) {
      Block block = ring.get(place);
      if (block != null && block.index > index) {
        return Mark.TOO_OLD;
      }
      if (block != null && block.index == index) {
        return block.mark(bit(number)) ? Mark.FRESH : Mark.SEEN;
      }
      ring.compareAndSet(place, block, new Block(index));
    }
  }

  /** Takes a mark back: by whoever was told that the number was fresh, and delivered nothing. */
  void unmark(long number) {
    long index = number >>> 6;
    Block block = ring.get((int) index & (BLOCKS - 1));
    if (block != null && block.index == index) {
      block.seen.getAndUpdate(seen -> seen & ~bit(number));
    }
  }

  private static long bit(long number) {
    return 1L << (number & 63);
  }

  private static final class Block {
    final long index;
    final AtomicLong seen = new AtomicLong();

    Block(long index) {
      this.index = index;
    }

    boolean mark(long bit) {
      while (true) {
        long before = seen.get();
        if ((before & bit) != 0) {
          return false;
        }
        if (seen.compareAndSet(before, before | bit)) {
          return true;
        }
      }
    }
  }
}
