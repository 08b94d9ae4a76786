package io.keymoot.flatkeying.message;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.SignedHeader;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.List;

/**
 * Asks for facts, and for blobs (credentials, leaf keys) by hash.
 *
 * @param signed its heads are what the asker has already
 * @param fromNothing the asker has not even the Found; its heads say nothing
 * @param wanted facts to reach: the answer holds what lies between, oldest first
 */
public record SyncAsk(
    SignedHeader signed, boolean fromNothing, List<FactId> wanted, List<Hash32> blobs)
    implements SideMessage {}
