package io.keymoot.heartbeat;

import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.MemberId;
import java.util.Optional;

/**
 * A member as it looks from here, for people to see.
 *
 * @param heard when it was last heard; none if never
 * @param said what its latest signed heartbeat said
 */
public record MemberView(
    MemberId member, Colour colour, Optional<Tick> heard, Optional<HeartbeatContent> said) {}
