package io.keymoot.flatkeying.message;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.SignedHeader;
import io.keymoot.flatkeying.wire.Bytes;

/**
 * The introducer hands a newcomer the stepped keys. Its size does not depend on the group's.
 *
 * @param signed the introducer's; its heads are those the newcomer must reach before it does
 *     anything
 * @param admit the fact that let the newcomer in
 * @param sealed to the newcomer's leaf key: the epochs the Admit names, each at its stepped
 *     revision
 */
public record Grant(SignedHeader signed, MemberId to, FactId admit, Bytes sealed)
    implements SideMessage {}
