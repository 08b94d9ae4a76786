package io.keymoot.flatkeying.fact;

import io.keymoot.flatkeying.wire.Hash32;
import java.util.List;

/**
 * The signed part of a fact or signed side message. The content stands beside it, bound by its
 * hash, so that a proof about two headers, and a history whose contents are gone, stay small.
 *
 * @param group the Found's id; all zero in the Found itself
 * @param heads what the author had learnt when it signed (a fact's parents): ascending, distinct,
 *     at most 32
 * @param content SHA-256 of the content's bytes
 */
public record Header(
    MessageType type, GroupId group, MemberId author, List<FactId> heads, Hash32 content) {}
