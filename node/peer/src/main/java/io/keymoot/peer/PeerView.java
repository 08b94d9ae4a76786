package io.keymoot.peer;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.keying.Effect;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.heartbeat.Colour;
import io.keymoot.heartbeat.Freshness;
import java.util.List;
import java.util.Optional;

/**
 * A peer at one moment, for people to see. Never a key.
 *
 * @param name of the group; empty while its facts are not here
 * @param self this peer's member, from its start
 * @param cause why the state is what it is
 * @param freshness whether the roster may be trusted: STALE when less than half is heard
 * @param heard members with a fresh signed heartbeat, this one among them
 * @param sending the epoch that frames are sent under, and its revision
 * @param membersDigest names the set of members; two peers with the same agree on who is in
 * @param waiting questions of the policy that wait for somebody, the oldest first
 */
public record PeerView(
    GroupId group,
    String name,
    Optional<MemberId> self,
    Effect.State state,
    String cause,
    Freshness freshness,
    int heard,
    Optional<FactId> sending,
    int revision,
    Hash32 membersDigest,
    List<Member> members,
    List<Pending> waiting) {

  /** Compares what a member says with what this peer has. */
  public enum Agreement {
    SAME,
    OTHER,
    /** It says it has none. */
    NONE,
    /** It has not been heard. */
    UNKNOWN
  }

  /**
   * @param identity its name and role, and what vouches for them
   * @param silentMillis since it was last heard; empty if it never was
   * @param epoch whether it holds the newest epoch that this peer sends under
   * @param roster whether its digest of the members is this peer's
   * @param isFaulty it was caught lying
   */
  public record Member(
      MemberId id,
      Fingerprint device,
      boolean isSelf,
      Identity identity,
      Colour colour,
      Optional<Long> silentMillis,
      Agreement epoch,
      Agreement roster,
      boolean isFaulty) {}
}
