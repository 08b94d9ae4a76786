package io.keymoot.flatkeying.crypto;

import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.wire.Hash32;

/**
 * Where a sealed message belongs. Both ends must say the same, or it does not open: sealed bytes
 * moved into another message, group or conversation are forgeries.
 *
 * @param id of what the message answers or belongs to: a request, a fact
 */
public record SealContext(GroupId group, MemberId from, MemberId to, MessageType kind, Hash32 id) {}
