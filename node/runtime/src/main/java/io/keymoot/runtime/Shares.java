package io.keymoot.runtime;

import java.util.Comparator;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Who has how much of a room that is bounded over all of them: when it is full, whoever has most
 * gives way to those who have less. So a few who take all they may keep nobody else out, be they
 * made up or not. For one thread at a time.
 */
final class Shares<S extends Shares.Share> {
  /** Somebody's. */
  abstract static class Share {
    private long has;
    private long number;

    long has() {
      return has;
    }
  }

  private final TreeSet<S> byWhatTheyHave =
      new TreeSet<>(Comparator.comparingLong(Share::has).thenComparingLong(each -> each.number));

  private long numbers;

  /** It has so much more, or less. */
  void change(S share, long by) {
    Share its = share;
    if (its.has == 0) {
      its.number = numbers++;
    } else {
      byWhatTheyHave.remove(share);
    }
    its.has += by;
    if (its.has > 0) {
      byWhatTheyHave.add(share);
    }
  }

  /** Who has most, if that is more than so much. */
  @Nullable S mostAbove(long enough) {
    S most = byWhatTheyHave.isEmpty() ? null : byWhatTheyHave.last();
    return most != null && most.has() > enough ? most : null;
  }

  void clear() {
    byWhatTheyHave.clear();
  }
}
