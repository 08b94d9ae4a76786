package io.keymoot.admission;

import io.keymoot.admission.certificate.CheckedText;
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
 * @param uses how many devices it lets in; a device that comes again is not counted again; empty
 *     for any number
 * @param expires empty for never
 */
public record Invite(String name, Bytes key, OptionalInt uses, Optional<WallTime> expires) {
  static final int KEY_BYTES = 32;
  private static final Bytes ED25519_HEAD = Bytes.fromHex("302a300506032b6570032100");

  /** As the policy file has it: the 32 bytes of the public key in the form of a fingerprint. */
  public static String keyText(Bytes key) {
    return CheckedText.of(key.slice(ED25519_HEAD.length(), KEY_BYTES).toArray(), CheckedText.GROUP);
  }

  static Bytes key(Bytes publicKey) {
    byte[] whole = new byte[ED25519_HEAD.length() + KEY_BYTES];
    ED25519_HEAD.copyTo(whole, 0);
    publicKey.copyTo(whole, ED25519_HEAD.length());
    return Bytes.owning(whole);
  }
}
