package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Slot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The Reseals of each slot that still matter: those that are clean, and those with none after them.
 */
final class Slots {

  /**
   * @param clean nobody who is out ever held what it made
   * @param latest no Reseal of this slot comes after it
   */
  record Seal(Known reseal, boolean clean, boolean latest) {}

  private final Profile profile;
  private final List<Seal>[][] table;

  /** How many Reseals the set has. */
  private final int made;

  private Slots(Profile profile, List<Seal>[][] table, int made) {
    this.profile = profile;
    this.table = table;
    this.made = made;
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // arrays of lists of Seal, and nothing else goes in
  static Slots empty(Profile profile) {
    List<Seal>[][] table = new List[Limits.ADDRESS_SYMBOLS][];
    List<Seal>[] row = new List[profile.radix()];
    Arrays.fill(row, List.of());
    Arrays.fill(table, row);
    return new Slots(profile, table, 0);
  }

  Profile profile() {
    return profile;
  }

  List<Seal> seals(Slot slot) {
    return table[slot.position()][slot.symbol()];
  }

  /** Standing: among the latest, clean ones first, then the highest id. */
  @Nullable Seal standing(Slot slot) {
    Seal best = null;
    for (Seal seal : seals(slot)) {
      if (seal.latest
          && (best == null
              || (seal.clean && !best.clean)
              || (seal.clean == best.clean && seal.reseal.id().compareTo(best.reseal.id()) > 0))) {
        best = seal;
      }
    }
    return best;
  }

  /**
   * The slots whose chain of KEKs begins anew in an epoch made now, its prev having been made on
   * {@code before}, which is part of this set: those whose standing Reseal it did not know.
   */
  List<Known.Start> since(GroupState before) {
    if (made == before.slots.made) {
      return List.of();
    }
    List<Known.Start> starts = new ArrayList<>();
    for (int position = 0; position < Limits.ADDRESS_SYMBOLS; position++) {
      List<Seal>[] row = table[position];
      List<Seal>[] old = before.slots.table[position];
      for (int symbol = 0; row != old && symbol < row.length; symbol++) {
        // What did not change stood there before: the tables share it.
        if (!row[symbol].isEmpty() && (symbol >= old.length || row[symbol] != old[symbol])) {
          Slot slot = new Slot(position, symbol);
          Seal standing = standing(slot);
          // A look at what stood there before spares most of the looks into its whole set.
          boolean isOld = symbol < old.length && holds(old[symbol], standing);
          if (standing != null && !isOld && !before.contains(standing.reseal)) {
            starts.add(new Known.Start(slot, standing.reseal));
          }
        }
      }
    }
    return List.copyOf(starts);
  }

  private static boolean holds(List<Seal> seals, @Nullable Seal one) {
    for (Seal each : seals) {
      if (one != null && each.reseal == one.reseal) {
        return true;
      }
    }
    return false;
  }

  boolean isClean(Slot slot, Known reseal) {
    for (Seal seal : seals(slot)) {
      if (seal.reseal.id().equals(reseal.id())) {
        return seal.clean;
      }
    }
    return false;
  }

  Slots resealed(List<Slot> slots, Known reseal, Predicate<Slot> isClean, GroupState past) {
    List<Seal>[][] next = table.clone();
    for (Slot slot : slots) {
      if (next[slot.position()] == table[slot.position()]) {
        next[slot.position()] = next[slot.position()].clone();
      }
      List<Seal>[] row = next[slot.position()];
      row[slot.symbol()] = resealed(row[slot.symbol()], reseal, isClean.test(slot), past);
    }
    return new Slots(profile, next, made + 1);
  }

  private static List<Seal> resealed(
      List<Seal> seals, Known reseal, boolean clean, GroupState past) {
    List<Seal> next = new ArrayList<>(seals.size() + 1);
    for (Seal seal : seals) {
      Seal now = new Seal(seal.reseal, seal.clean, seal.latest && !past.contains(seal.reseal));
      if (now.clean || now.latest) {
        next.add(now);
      }
    }
    next.add(new Seal(reseal, clean, true));
    next.sort((one, other) -> one.reseal.id().compareTo(other.reseal.id()));
    return List.copyOf(next);
  }

  /**
   * Somebody who held this address is out: what it held is clean no more, unless {@code stays} says
   * so.
   */
  Slots dirtied(MemberId address, Predicate<Known> staysClean) {
    List<Seal>[][] next = table;
    for (int position = 0; position < Limits.ADDRESS_SYMBOLS; position++) {
      int symbol = address.hash().symbol(position, profile.symbolBits());
      List<Seal> seals = table[position][symbol];
      if (seals.isEmpty()) {
        continue;
      }
      List<Seal> kept = dirtied(seals, staysClean);
      if (kept != seals) {
        next = next == table ? table.clone() : next;
        next[position] = table[position].clone();
        next[position][symbol] = kept;
      }
    }
    return next == table ? this : new Slots(profile, next, made);
  }

  /** The same list, if nothing changes. */
  private static List<Seal> dirtied(List<Seal> seals, Predicate<Known> staysClean) {
    List<Seal> kept = new ArrayList<>(seals.size());
    boolean isSame = true;
    for (Seal seal : seals) {
      boolean clean = seal.clean && staysClean.test(seal.reseal);
      if (clean || seal.latest) {
        kept.add(clean == seal.clean ? seal : new Seal(seal.reseal, false, seal.latest));
      }
      isSame &= clean == seal.clean && (clean || seal.latest);
    }
    return isSame ? seals : List.copyOf(kept);
  }
}
