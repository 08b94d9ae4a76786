package io.keymoot.flatkeying.fact;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.flatkeying.wire.WireWriter;
import java.util.Arrays;
import java.util.List;

/**
 * Messages put together by hand, well formed or not, for what {@link FactWriter} would not make.
 */
final class Raw {
  static final Bytes NO_SIGNATURE = Bytes.of(new byte[64]);
  static final GroupId GROUP = new GroupId(new Hash32(1, 2, 3, 4));
  static final MemberId AUTHOR = new MemberId(new Hash32(5, 6, 7, 8));
  static final List<FactId> HEADS = List.of(new FactId(new Hash32(9, 9, 9, 9)));

  private Raw() {}

  static Header header(MessageType type, Bytes body) {
    return new Header(type, GROUP, AUTHOR, HEADS, body.sha256());
  }

  /** The content as it is, under a header that names its hash, unsigned. */
  static Bytes message(MessageType type, Bytes body) {
    return message(header(type, body), body, Bytes.EMPTY);
  }

  static Bytes message(Header header, Bytes body, Bytes cover) {
    return FactCodec.join(HeaderCodec.encode(header), NO_SIGNATURE, body, cover);
  }

  static Bytes message(Fact fact) {
    Bytes body = ContentCodec.encode(fact);
    if (fact instanceof Found found) {
      MemberId founder = found.founder().member();
      Header header =
          new Header(MessageType.FOUND, GroupId.NONE, founder, List.of(), body.sha256());
      return message(header, body, Bytes.EMPTY);
    }
    return message(fact.type(), body);
  }

  /** The same header over another content, signed by {@code key}: a liar's work. */
  static Bytes signedAgain(Envelope envelope, Bytes body, SigningKey key) {
    Header old = envelope.header();
    Header header = new Header(old.type(), old.group(), old.author(), old.heads(), body.sha256());
    Bytes head = HeaderCodec.encode(header);
    Bytes signature = key.sign(HeaderCodec.signed(old.type(), old.group(), head));
    return FactCodec.join(head, signature, body, envelope.cover());
  }

  static int indexOf(Bytes bytes, Hash32 hash) {
    for (int at = 0; at + Hash32.LENGTH <= bytes.length(); at++) {
      if (Bytes.of(bytes.toArray(), at, Hash32.LENGTH).equals(Bytes.owning(hash.toArray()))) {
        return at;
      }
    }
    throw new IllegalStateException(hash + " is not in it");
  }

  static Bytes replaced(Bytes bytes, int at, int length, Bytes by) {
    byte[] all = bytes.toArray();
    return new WireWriter()
        .fixed(Bytes.of(all, 0, at))
        .fixed(by)
        .fixed(Bytes.of(all, at + length, all.length - at - length))
        .toBytes();
  }

  static Bytes flipped(Bytes bytes, int index, int mask) {
    byte[] altered = bytes.toArray();
    altered[index] ^= (byte) mask;
    return Bytes.owning(altered);
  }

  static Bytes cut(Bytes bytes, int length) {
    return bytes.slice(0, length);
  }

  static Bytes longer(Bytes bytes) {
    return Bytes.owning(Arrays.copyOf(bytes.toArray(), bytes.length() + 1));
  }

  static void assertTaken(Decoded<?> decoded) {
    assertThat(decoded).isInstanceOf(Decoded.Ok.class);
  }

  static void assertRefused(Decoded<?> decoded, String reason) {
    assertThat(decoded).isInstanceOf(Decoded.Malformed.class);
    assertThat(((Decoded.Malformed<?>) decoded).reason()).contains(reason);
  }
}
