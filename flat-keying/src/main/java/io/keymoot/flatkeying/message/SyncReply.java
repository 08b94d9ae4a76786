package io.keymoot.flatkeying.message;

import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.List;

/** Facts, parents first, and blobs. Not signed: each fact is, and a blob is named by its hash. */
public record SyncReply(GroupId group, List<Bytes> facts, List<Bytes> blobs)
    implements SideMessage {}
