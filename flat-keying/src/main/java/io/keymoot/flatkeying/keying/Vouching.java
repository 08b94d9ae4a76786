package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.SignedHeader;
import io.keymoot.flatkeying.group.CredentialVerdict;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Person;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who vouches for what a newcomer was told (section 8). Facts prove what was said, not that nothing
 * was kept back: an introducer that was put out long ago could show the group of then. So the word
 * of one more certified member is looked for, on another device, that knows of this Admit and of
 * the same members; until it comes the newcomer says that one alone vouches.
 */
final class Vouching {
  private final Core core;
  private @Nullable Known admit;
  private @Nullable MemberId introducer;
  private @Nullable MemberId second;

  Vouching(Core core) {
    this.core = core;
  }

  void letInBy(MemberId member, Known fact) {
    introducer = member;
    admit = fact;
    core.out.add(new Effect.VouchedBy(member, Optional.empty()));
  }

  /** A signed heartbeat of a member. */
  void heard(MemberId member, SignedHeader word, Hash32 membersDigest) {
    MemberId first = introducer;
    Known mine = admit;
    if (first == null || mine == null || second != null || !isAnother(member, first)) {
      return;
    }
    List<Known> heads = core.ledger.known(word.header().heads());
    // Before their state is made: who names old facts alone cannot vouch for what came later.
    if (!core.ledger.knowsAll(word.header().heads())
        || !core.ledger.isAtHand(heads)
        || !core.ledger.reached(heads).contains(mine)) {
      return;
    }
    GroupState told = core.ledger.join(heads);
    if (told.contains(mine) && told.membersDigest().equals(membersDigest) && isCertified(member)) {
      second = member;
      core.out.add(new Effect.VouchedBy(first, Optional.of(member)));
    }
  }

  /**
   * Whether who names these heads knew that this peer had been let in: nobody recorded that before.
   * Of a founder all know.
   */
  boolean knowMyAdmit(List<FactId> ids) {
    Known mine = admit;
    return mine == null || core.ledger.cover(ids, List.of(mine.id()));
  }

  private boolean isAnother(MemberId member, MemberId first) {
    GroupState state = core.state();
    Person person = state.person(member).orElseThrow();
    return !person.device().equals(core.self.device)
        && !person.device().equals(state.person(first).orElseThrow().device());
  }

  private boolean isCertified(MemberId member) {
    for (Stay stay : core.state().liveStays(member)) {
      if (core.blobs.judge(stay.credential(), stay.person().request().key())
          instanceof CredentialVerdict.Accepted) {
        return true;
      }
    }
    return false;
  }

  /** What a person should know as long as it is so. */
  Optional<String> doubt() {
    return introducer == null || second != null
        ? Optional.empty()
        : Optional.of("vouched by one: only " + introducer + " has said so far who is in");
  }
}
