package io.keymoot.flatkeying.fact;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;

/**
 * Who somebody is who wants in. Signed by the newcomer; its hash is the {@link MemberId}, whose
 * first symbols are the address.
 *
 * @param group the group asked for; all zero in a founder's row, whose group has no id yet
 * @param key SubjectPublicKeyInfo (DER) of the signing key
 * @param credential hash of the whole chain, or of the invite's signature
 * @param leafKey hash of the first leaf key
 * @param nonce 16 bytes: every start of a device is a new request
 * @param saw a fact the newcomer had seen; the group's id when none
 */
public record JoinRequest(
    GroupId group, Bytes key, Hash32 credential, Hash32 leafKey, Bytes nonce, FactId saw) {
  public static final int NONCE_BYTES = 16;

  /** Who this request makes its sender. Hashes anew each time. */
  public MemberId member() {
    return new MemberId(JoinRequestCodec.encodeBody(this).sha256());
  }

  /** Reads again, from where it stands in the bytes of a fact, a request that was read before. */
  public static JoinRequest in(Bytes fact, int at) {
    return JoinRequestCodec.readBody(fact.readerAt(at));
  }

  /** As it stands in a fact and as its member's id is made of it. */
  public Bytes encode() {
    return JoinRequestCodec.encodeBody(this);
  }

  public Fingerprint fingerprint() {
    return Fingerprint.of(key);
  }
}
