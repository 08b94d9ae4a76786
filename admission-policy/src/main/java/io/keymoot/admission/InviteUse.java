package io.keymoot.admission;

import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.wire.Bytes;

/**
 * A device that was let in by an invite: what must survive a restart for "once" to mean once.
 *
 * @param invite public key of the invite
 */
public record InviteUse(Bytes invite, Fingerprint device) {}
