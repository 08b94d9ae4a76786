package io.keymoot.flatkeying.fact;

import io.keymoot.flatkeying.wire.Bytes;

/** A row of an Admit. The signature was checked wherever this stands inside a {@code Verified}. */
public record SignedJoinRequest(JoinRequest request, MemberId member, Bytes signature) {}
