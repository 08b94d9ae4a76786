package io.keymoot.flatkeying.message;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.SignedHeader;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.List;

/**
 * A member asks for keys it may have. Its hash binds the answer to it.
 *
 * @param leafKey the asker's newest leaf key, which the giver checks against its own facts
 * @param epochs whose secrets it lacks
 * @param slots of its own slots, whose keys it lacks
 */
public record Need(SignedHeader signed, Bytes leafKey, List<FactId> epochs, List<SlotSet> slots)
    implements SideMessage {}
