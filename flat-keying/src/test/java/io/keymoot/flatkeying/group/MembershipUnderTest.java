package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.SignedHeader;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.function.Function;

/**
 * One peer's knowledge of who is in, as a scenario drives it and looks at it. The oracle is one,
 * the real state another, and both have to print the same trace.
 */
interface MembershipUnderTest {

  /** What a peer is made from. */
  record Terms(
      GroupId group,
      Credentials credentials,
      Function<SortedSet<MemberId>, Hash32> membersDigest,
      Scribe scribe) {}

  /** A fact arrives; its parents may not have. */
  void offer(Envelope fact);

  /** A heartbeat arrives, its signature checked. */
  void hear(SignedHeader heartbeat);

  /** A credential was fetched: what waited for it may be decided now. */
  void credentialFetched();

  /** S: the facts this peer goes by. */
  SortedSet<FactId> taken();

  /** Offered, and neither taken nor refused. */
  SortedSet<FactId> waiting();

  /**
   * The rule that a fact breaks, as {@link SectionFiveOracle.Rule} names it; none if it does not.
   */
  Optional<String> refusal(FactId fact);

  SortedSet<MemberId> members();

  SortedSet<StayId> over();

  SortedSet<MemberId> faulty();

  SortedSet<FactId> clean();

  SortedSet<FactId> usable();

  int revision(FactId epoch);

  /** Heads of S. */
  List<FactId> heads();
}
