package io.keymoot.flatkeying.fact;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.flatkeying.wire.WireReader;
import io.keymoot.flatkeying.wire.WireWriter;

/**
 * The body of a JoinRequest, which stands unsigned in a Found; and the signed one, an Admit's row.
 */
final class JoinRequestCodec {
  /** Version, type, the length of the key, nonce; group, credential, leaf key and saw. */
  static final int BODY_BYTES_BESIDES_KEY = 1 + 1 + 2 + JoinRequest.NONCE_BYTES + 4 * Hash32.LENGTH;

  private JoinRequestCodec() {}

  /** A founder's row: its group has no id yet and there was nothing to have seen. */
  static JoinRequest readFounder(WireReader in) {
    JoinRequest request = readBody(in);
    if (!request.group().hash().isZero() || !request.saw().hash().isZero()) {
      throw in.malformed("the founder's row names a group or a fact");
    }
    return request;
  }

  static SignedJoinRequest readSigned(WireReader in) {
    int from = in.position();
    JoinRequest request = readBody(in);
    if (request.group().hash().isZero()) {
      throw in.malformed("a join request names no group");
    }
    MemberId member = new MemberId(in.since(from).sha256());
    return new SignedJoinRequest(request, member, in.fixed(Limits.SIGNATURE_BYTES, "signature"));
  }

  static JoinRequest readBody(WireReader in) {
    HeaderCodec.version(in);
    int code = in.u8("type");
    if (code != MessageType.JOIN_REQUEST.code()) {
      throw in.malformed("type " + code + " is no join request");
    }
    return new JoinRequest(
        new GroupId(in.hash("group")),
        in.bytes(Limits.SPKI_BYTES, "key"),
        in.hash("credential"),
        in.hash("leaf key"),
        in.fixed(JoinRequest.NONCE_BYTES, "nonce"),
        new FactId(in.hash("saw")));
  }

  static void writeBody(WireWriter out, JoinRequest request) {
    out.u8(HeaderCodec.VERSION)
        .u8(MessageType.JOIN_REQUEST.code())
        .hash(request.group().hash())
        .bytes(request.key())
        .hash(request.credential())
        .hash(request.leafKey())
        .fixed(request.nonce())
        .hash(request.saw().hash());
  }

  static Bytes encodeBody(JoinRequest request) {
    WireWriter out = new WireWriter();
    writeBody(out, request);
    return out.toBytes();
  }

  static void writeSigned(WireWriter out, SignedJoinRequest row) {
    writeBody(out, row.request());
    out.fixed(row.signature());
  }
}
