package io.keymoot.flatkeying.fact;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.flatkeying.wire.WireReader;
import io.keymoot.flatkeying.wire.WireWriter;
import java.nio.charset.StandardCharsets;

/**
 * A fact's bytes: header ‖ signature ‖ content ‖ cover, the last two with a 16-bit length.
 *
 * <p>Decoding says what the bytes mean and that they are well formed, not that anybody signed them:
 * that is {@link FactVerifier}'s. It never throws, and allocates in proportion to what it was
 * given.
 */
public final class FactCodec {
  private FactCodec() {}

  public static Decoded<Envelope> decode(Bytes message) {
    return message.length() > Limits.MESSAGE_BYTES
        ? tooLong(message)
        : Decoded.all(message, FactCodec::read);
  }

  private static Envelope read(WireReader in) {
    Header header = HeaderCodec.read(in);
    if (!header.type().isFact()) {
      throw in.malformed(header.type() + " is no fact");
    }
    Bytes head = in.since(0);
    Bytes signature = in.fixed(Limits.SIGNATURE_BYTES, "signature");
    Bytes body = in.bytes(Limits.MESSAGE_BYTES, "content");
    if (!body.sha256().equals(header.content())) {
      throw in.malformed("the content is not the one its header names");
    }
    Fact fact = ContentCodec.read(header.type(), header.group(), body.reader());
    if (fact instanceof Found found && !found.founder().member().equals(header.author())) {
      throw in.malformed("the author of a FOUND is not its founder");
    }
    Bytes cover = in.bytes(Limits.MESSAGE_BYTES, "cover");
    if (!cover.isEmpty()) {
      checkCover(in, fact, cover);
    }
    FactId id = new FactId(head.sha256());
    return new Envelope(id, header, fact, signature, head, body, cover);
  }

  private static void checkCover(WireReader in, Fact fact, Bytes cover) {
    if (!(fact instanceof Rekey rekey)) {
      throw in.malformed(fact.type() + " has a cover");
    }
    if (!cover.sha256().equals(rekey.cover())) {
      throw in.malformed("the cover is not the one the REKEY names");
    }
  }

  /** The bytes as they were received, cover included if it is still there. */
  public static Bytes encode(Envelope envelope) {
    return join(envelope.head(), envelope.signature(), envelope.body(), envelope.cover());
  }

  /** Where the content starts in the fact's bytes. */
  public static int contentAt(Envelope envelope) {
    return envelope.head().length() + envelope.signature().length() + 2;
  }

  /** What is kept and passed on when the cover is gone; the signature holds for it as before. */
  public static Bytes encodeWithoutCover(Envelope envelope) {
    return encode(envelope.withoutCover());
  }

  /**
   * What the wraps and seals of a cover are bound to: the Rekey's content but for the cover itself,
   * with its group and author. The commitment in it is fresh, so no two Rekeys share it.
   */
  public static Hash32 coverContext(GroupId group, MemberId author, Rekey rekey) {
    Rekey bare =
        new Rekey(rekey.prev(), rekey.targets(), rekey.commitment(), rekey.members(), Hash32.ZERO);
    return Hash32.sha256(
        "keymoot cover".getBytes(StandardCharsets.US_ASCII),
        group.hash().toArray(),
        author.hash().toArray(),
        ContentCodec.encode(bare).toArray());
  }

  static Bytes join(Bytes head, Bytes signature, Bytes body, Bytes cover) {
    return new WireWriter().fixed(head).fixed(signature).bytes(body).bytes(cover).toBytes();
  }

  static <T> Decoded<T> tooLong(Bytes message) {
    return new Decoded.Malformed<>(
        "the message is "
            + message.length()
            + " bytes, at most "
            + Limits.MESSAGE_BYTES
            + " are allowed");
  }
}
