package io.keymoot.flatkeying.message;

import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.SignedHeader;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.Optional;

/**
 * The answer to a Need; or, down a tree, keys handed on unasked.
 *
 * @param need hash of the Need's header; all zero when nobody asked
 * @param busy whom to ask instead; then nothing is sealed
 * @param sealed to the asker's newest leaf key
 */
public record Give(
    SignedHeader signed, MemberId to, Hash32 need, Optional<MemberId> busy, Bytes sealed)
    implements SideMessage {}
