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
    GroupId group, MemberId member, List<FactId> heads, HeartbeatContent content, boolean signed) {

  boolean saysTheSame(Beat other) {
    return heads.equals(other.heads) && content.saysTheSame(other.content);
  }

  /**
   * The same, with the other's objects where these are equal: nearly all members name one group,
   * the same heads, epoch and roster, and whoever keeps a beat of each need not keep all that as
   * often.
   */
  public Beat sharing(Beat other) {
    HeartbeatContent its = other.content;
    return new Beat(
        shared(group, other.group),
        member,
        shared(heads, other.heads),
        new HeartbeatContent(
            content.counter(),
            shared(content.epoch(), its.epoch()),
            content.haveMask(),
            shared(content.membersDigest(), its.membersDigest()),
            content.address()),
        signed);
  }

  private static <T> T shared(T mine, T its) {
    return mine.equals(its) ? its : mine;
  }
}
