package io.keymoot.flatkeying.fact;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.flatkeying.wire.WireReader;
import io.keymoot.flatkeying.wire.WireWriter;
import java.nio.charset.StandardCharsets;

/**
 * The header every signed message but a JoinRequest starts with, and what its signature is over.
 *
 * <p>A header has exactly one encoding, so one that was decoded and stands alone in a record (in a
 * Leave, an Approval, a proof) is encoded again for checking to the bytes that were received.
 */
public final class HeaderCodec {
  /** The version of the protocol, first byte of every message and part of every signing context. */
  public static final int VERSION = 1;

  private HeaderCodec() {}

  public static Header read(WireReader in) {
    version(in);
    int code = in.u8("type");
    MessageType type =
        MessageType.of(code).orElseThrow(() -> in.malformed("unknown message type " + code));
    if (!type.hasHeader()) {
      throw in.malformed(type + " has no header");
    }
    GroupId group = new GroupId(in.hash("group"));
    MemberId author = new MemberId(in.hash("author"));
    boolean found = type == MessageType.FOUND;
    if (found != group.hash().isZero()) {
      throw in.malformed(
          found ? "a FOUND names a group" : "the group is all zero, which only a FOUND may say");
    }
    var heads =
        in.list(found ? 0 : 1, found ? 0 : Limits.HEADS, "heads", r -> new FactId(r.hash("head")));
    Lists.mustAscend(in, heads, "heads");
    return new Header(type, group, author, heads, in.hash("content hash"));
  }

  public static void write(WireWriter out, Header header) {
    out.u8(VERSION)
        .u8(header.type().code())
        .hash(header.group().hash())
        .hash(header.author().hash())
        .list(header.heads(), (w, head) -> w.hash(head.hash()))
        .hash(header.content());
  }

  public static Bytes encode(Header header) {
    WireWriter out = new WireWriter();
    write(out, header);
    return out.toBytes();
  }

  /** The id of the statement this is the header of. */
  public static FactId id(Header header) {
    return new FactId(encode(header).sha256());
  }

  /** Reads the version byte; another version is refused before anything else is looked at. */
  public static void version(WireReader in) {
    int version = in.u8("version");
    if (version != VERSION) {
      throw in.malformed(
          "this is version " + version + " of the protocol, and I speak version " + VERSION);
    }
  }

  /**
   * What is signed: the context, which names version, type and group, then the bytes. So no
   * signature holds for another type, group or version, nor for anything outside this protocol.
   */
  static byte[] signed(MessageType type, GroupId group, Bytes bytes) {
    byte[] context =
        ("keymoot/" + VERSION + " " + type.name() + " ").getBytes(StandardCharsets.US_ASCII);
    byte[] message = new byte[context.length + Hash32.LENGTH + bytes.length()];
    System.arraycopy(context, 0, message, 0, context.length);
    group.hash().write(message, context.length);
    bytes.copyTo(message, context.length + Hash32.LENGTH);
    return message;
  }
}
