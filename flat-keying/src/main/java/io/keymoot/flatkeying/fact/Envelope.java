package io.keymoot.flatkeying.fact;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;

/**
 * A fact as decoded and well formed, but not believed: nobody has looked at its signature yet. Only
 * {@link FactCodec} makes one, for the parts have to agree with each other.
 *
 * @param id SHA-256 of the header's bytes as received
 * @param head the header's bytes as received
 * @param body the content's bytes as received, whose hash the header names
 * @param cover a Rekey's cover, whose hash the content names; empty for others, and when it is gone
 */
public record Envelope(
    FactId id, Header header, Fact fact, Bytes signature, Bytes head, Bytes body, Bytes cover) {
  /**
   * A fact nobody has signed, for who plans one: without id and bytes, so that no key verifies it.
   */
  public static Envelope draft(Header header, Fact fact) {
    FactId none = new FactId(Hash32.ZERO);
    return new Envelope(none, header, fact, Bytes.EMPTY, Bytes.EMPTY, Bytes.EMPTY, Bytes.EMPTY);
  }

  /** Bytes, as received, that whoever keeps it keeps. */
  public int length() {
    return head.length() + body.length() + cover.length() + signature.length();
  }

  /** The same fact when its cover is gone: still whole, and its signature as good as before. */
  public Envelope withoutCover() {
    return withCover(Bytes.EMPTY);
  }

  /** With the cover whose hash the Rekey names. */
  public Envelope withCover(Bytes other) {
    return new Envelope(id, header, fact, signature, head, body, other);
  }
}
