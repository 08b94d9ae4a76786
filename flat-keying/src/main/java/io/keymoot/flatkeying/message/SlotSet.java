package io.keymoot.flatkeying.message;

import io.keymoot.flatkeying.fact.FactId;

/**
 * Some of the asker's own slots, and whose keys for them are meant.
 *
 * @param made an epoch, for its KEKs; or a Reseal, for the fresh keys it made
 * @param positions a bit for each slot, the first position lowest: at each the asker's address has
 *     one symbol, so no other slot can be asked for
 */
public record SlotSet(FactId made, int positions) {}
