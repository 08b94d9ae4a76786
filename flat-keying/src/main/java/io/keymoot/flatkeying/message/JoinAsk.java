package io.keymoot.flatkeying.message;

import io.keymoot.flatkeying.fact.SignedJoinRequest;
import io.keymoot.flatkeying.wire.Bytes;

/**
 * A JoinRequest on its way to an introducer, with what its hashes name.
 *
 * @param credential the chain, or the invite's signature
 * @param leafKey the first leaf key, to seal the Grant to
 * @param isPassedOn by a member, for the others to approve of, or to do what it has no right to
 */
public record JoinAsk(
    SignedJoinRequest request, Bytes credential, Bytes leafKey, boolean isPassedOn)
    implements SideMessage {}
