package io.keymoot.flatkeying.fact;

import io.keymoot.flatkeying.wire.Bytes;

/**
 * A member's own wish to go. May be signed by a later member on the same device, which ends what it
 * left behind: what counts is the signing key.
 *
 * @param header of type LEAVE; its author is the member that goes
 * @param stay the stay it goes from
 */
public record Leave(Header header, StayId stay, Bytes signature) {}
