package io.keymoot.admission;

import io.keymoot.flatkeying.wire.Bytes;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * An invite as the inviting side knows it: a public key, nothing secret. Whoever has the secret
 * ({@link InviteSecret}) signs its own fingerprint with it.
 *
 * <p>Uses are counted by each device whose policy has the invite, for itself: a group has no common
 * counter. Where "once" must mean once in the whole group, let one device alone have it.
 *
 * @param key SubjectPublicKeyInfo of the invite
 * @param uses how many devices it lets in; a device that comes again is not counted again; empty for
 *     any number
 * @param expires empty for never
 */
public record Invite(String name, Bytes key, OptionalInt uses, Optional<WallTime> expires) {}
