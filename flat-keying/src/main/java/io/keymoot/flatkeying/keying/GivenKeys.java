package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.key.Kek;
import io.keymoot.flatkeying.key.ResealKey;
import io.keymoot.flatkeying.key.SecretReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * What a Give seals: epoch by epoch a secret, then fact by fact the keys of some of the asker's
 * slots. Here is its form; what of it is taken, {@link NeedGive} and {@link SlotNeeds} decide.
 */
record GivenKeys(Map<FactId, EpochSecret> epochs, List<Kek> keks, List<OfReseal> reseals) {

  record OfReseal(FactId reseal, int position, ResealKey key) {}

  /** What stands before a set of slots' keys. */
  enum Kind {
    OF_AN_EPOCH,
    OF_A_RESEAL;

    int code() {
      return 1 + ordinal();
    }
  }

  void closeSlots() {
    keks.forEach(Kek::close);
    reseals.forEach(each -> each.key.close());
  }

  /**
   * @param own the asker's slot at a position
   */
  static GivenKeys read(SecretReader in, IntFunction<Slot> own) {
    Map<FactId, EpochSecret> epochs = NeedGive.secrets(in);
    List<Kek> keks = new ArrayList<>();
    List<OfReseal> reseals = new ArrayList<>();
    int sets = in.open().u8("sets of slots");
    if (sets > Limits.NEEDED_SLOT_SETS) {
      throw in.open().malformed(sets + " sets of slots");
    }
    for (int i = 0; i < sets; i++) {
      FactId made = new FactId(in.open().hash("epoch or Reseal"));
      int kind = in.open().u8("kind");
      int positions = (int) in.open().u32("positions");
      for (int rest = positions; rest != 0; rest &= rest - 1) {
        int position = Integer.numberOfTrailingZeros(rest);
        if (kind == Kind.OF_AN_EPOCH.code()) {
          keks.add(in.kek(own.apply(position), made, "KEK"));
        } else if (kind == Kind.OF_A_RESEAL.code()) {
          reseals.add(new OfReseal(made, position, in.resealKey("key of a Reseal")));
        } else {
          throw in.open().malformed("kind " + kind + " of key");
        }
      }
    }
    return new GivenKeys(epochs, keks, reseals);
  }
}
