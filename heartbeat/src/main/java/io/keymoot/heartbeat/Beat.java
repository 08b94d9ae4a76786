package io.keymoot.heartbeat;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import java.util.List;

/**
 * One heartbeat: a statement when it is signed, a hint when it has only the group's MAC.
 *
 * @param heads ascending, distinct, at most 32: the digest of all that the sender has learnt
 */
public record Beat(
    GroupId group, MemberId member, List<FactId> heads, HeartbeatContent content, boolean signed) {}
