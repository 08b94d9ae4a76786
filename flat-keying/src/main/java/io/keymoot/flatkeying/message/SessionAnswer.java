package io.keymoot.flatkeying.message;

import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.key.Handshake;

/** Completes the handshake that an Offer in a cover began. Confirms itself. */
public record SessionAnswer(GroupId group, StayId from, StayId to, Handshake.Answer answer)
    implements SideMessage {}
