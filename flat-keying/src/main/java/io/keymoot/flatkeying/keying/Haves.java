package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who said that it holds which of its slots' KEKs, by its last heartbeat. Hints: whoever is wrapped
 * to and cannot open it asks.
 */
final class Haves {
  /** How many epochs back a word still says something about the running one. */
  private static final int REMEMBERED_EPOCHS = 64;

  private final Core core;

  /** Until it is told where to read, nobody has said anything. */
  private Said said = member -> null;

  Haves(Core core) {
    this.core = core;
  }

  void readFrom(Said where) {
    said = where;
  }

  /** The mask it gave for this very epoch. */
  int of(MemberId member, FactId epoch) {
    Said.Word word = said.last(member);
    return word != null && word.epoch().equals(epoch.hash()) ? word.mask() : 0;
  }

  /**
   * Which KEKs each member can be taken to hold in {@code epoch}: those it said, and those that
   * step on by themselves from what it said of an epoch before it on the same chain. At a position
   * where the chain began anew since, a member is taken to have nothing until it says so.
   */
  AsOf asOf(Known epoch) {
    AsOf asOf = new AsOf(core.state().found().profile().symbolBits());
    int[] anew = new int[SlotKeys.POSITIONS];
    Known each = epoch;
    for (int i = 0; i < REMEMBERED_EPOCHS && each != null; i++) {
      asOf.anewSince.put(each.id().hash(), anew);
      List<Known.Start> starts = each.starts();
      if (!starts.isEmpty()) {
        anew = anew.clone();
        for (Known.Start start : starts) {
          anew[start.slot().position()] |= 1 << start.slot().symbol();
        }
      }
      each = core.ledger.prev(each);
    }
    return asOf;
  }

  final class AsOf {
    private final int symbolBits;

    /** By epoch and position: a bit per symbol whose chain began anew after it. */
    private final Map<Hash32, int[]> anewSince = new TreeMap<>();

    private @Nullable Hash32 lastEpoch;
    private int @Nullable [] lastAnew;

    private AsOf(int symbolBits) {
      this.symbolBits = symbolBits;
    }

    int mask(MemberId member) {
      Said.Word word = said.last(member);
      if (word == null) {
        return 0;
      }
      if (!word.epoch().equals(lastEpoch)) {
        // Nearly all speak of the same one.
        lastEpoch = word.epoch();
        lastAnew = anewSince.get(lastEpoch);
      }
      int[] anew = lastAnew;
      if (anew == null) {
        return 0;
      }
      int mask = word.mask();
      for (int position = 0; position < SlotKeys.POSITIONS; position++) {
        if (anew[position] != 0
            && (anew[position] >>> member.hash().symbol(position, symbolBits) & 1) == 1) {
          mask &= ~(1 << position);
        }
      }
      return mask;
    }
  }
}
