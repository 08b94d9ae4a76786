package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Person;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who said that it holds which of its slots' KEKs, by its last heartbeat. Hints: whoever is wrapped
 * to and cannot open it asks.
 */
final class Haves {
  /** How many epochs back a word still says something about the running one. */
  private static final int REMEMBERED_EPOCHS = 64;

  private record Said(FactId epoch, int mask) {}

  private final Core core;

  /** By the id that the member's own state holds: a copy for each member would add up. */
  private final Map<Hash32, Said> said = new LinkedHashMap<>();

  /** Most say the same of the same epoch: it is kept once. */
  private @Nullable Said last;

  Haves(Core core) {
    this.core = core;
  }

  void heard(MemberId member, Optional<FactId> epoch, int mask) {
    Known known = epoch.map(core.ledger::get).orElse(null);
    Person person = core.state().person(member).orElse(null);
    if (known == null || mask == 0 || person == null || !core.state().isMember(member)) {
      said.remove(member.hash());
      return;
    }
    Said now = new Said(known.id(), mask);
    Said before = last;
    if (before != null && before.equals(now)) {
      now = before;
    }
    last = now;
    said.put(person.hash(), now);
  }

  void changed(GroupState state, List<Stay> newlyOver) {
    for (Stay stay : newlyOver) {
      MemberId member = stay.person().id();
      if (!state.isMember(member)) {
        said.remove(member.hash());
      }
    }
  }

  /** The mask it gave for this very epoch. */
  int of(MemberId member, FactId epoch) {
    Said its = said.get(member.hash());
    return its != null && its.epoch.equals(epoch) ? its.mask : 0;
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
      asOf.anewSince.put(each.id(), anew);
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
    private final Map<FactId, int[]> anewSince = new TreeMap<>();

    private @Nullable FactId lastEpoch;
    private int @Nullable [] lastAnew;

    private AsOf(int symbolBits) {
      this.symbolBits = symbolBits;
    }

    int mask(MemberId member) {
      Said its = said.get(member.hash());
      if (its == null) {
        return 0;
      }
      if (its.epoch != lastEpoch) {
        // Nearly all speak of the same one.
        lastEpoch = its.epoch;
        lastAnew = anewSince.get(its.epoch);
      }
      int[] anew = lastAnew;
      if (anew == null) {
        return 0;
      }
      int mask = its.mask;
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
