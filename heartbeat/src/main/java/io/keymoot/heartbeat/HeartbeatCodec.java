package io.keymoot.heartbeat;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.Header;
import io.keymoot.flatkeying.fact.HeaderCodec;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.SignedHeader;
import io.keymoot.flatkeying.key.Tek;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.flatkeying.wire.WireReader;
import io.keymoot.flatkeying.wire.WireWriter;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The wire form of heartbeats.
 *
 * <pre>
 * both    version u8, HEARTBEAT u8, form u8, group 32, member 32, heads (u8, 32 each), content, MAC 16
 * signed  form 1, and behind that the signature (u16, ≤ 64)
 * hint    form 0
 * content counter u64, epoch flag u8 [epoch 32, revision u32], have-mask u32,
 *         members digest 32, address (u16, ≤ 64)
 * </pre>
 *
 * The MAC is over all that stands before it. The signature is over the {@link Header} of type
 * HEARTBEAT that follows from the bytes: its content hash is that of content and MAC. So the MAC is
 * the member's own word for the key it holds, and nobody on the way can make another word of it.
 * Keys are not this class's affair: whoever encodes passes in what signs and what makes the MAC.
 */
public final class HeartbeatCodec {
  private static final int HINT = 0;
  private static final int SIGNED = 1;

  public static final int MAC_BYTES = Tek.MAC_BYTES;

  private static final Bytes NO_MAC = Bytes.owning(new byte[MAC_BYTES]);

  private HeartbeatCodec() {}

  /** Signs a header of type HEARTBEAT. It must cover all that its author ever said. */
  @FunctionalInterface
  public interface Signer {
    SignedHeader sign(List<FactId> heads, Bytes content);
  }

  // ---- writing

  /**
   * @param signer asked if the beat is a signed one, for content and MAC
   * @param mac makes 16 bytes from those it is given, under the TEK that the content names; not
   *     asked when the content names none
   */
  public static Bytes encode(Beat beat, Signer signer, UnaryOperator<Bytes> mac) {
    Bytes content = encode(beat.content());
    WireWriter out = new WireWriter();
    out.u8(HeaderCodec.VERSION).u8(MessageType.HEARTBEAT.code()).u8(beat.signed() ? SIGNED : HINT);
    out.hash(beat.group().hash()).hash(beat.member().hash());
    out.list(beat.heads(), (w, head) -> w.hash(head.hash()));
    out.fixed(content);
    Bytes made = beat.content().epoch().isEmpty() ? NO_MAC : made(mac, out.toBytes());
    out.fixed(made);
    if (beat.signed()) {
      Bytes word = new WireWriter().fixed(content).fixed(made).toBytes();
      SignedHeader statement = signer.sign(beat.heads(), word);
      if (!statement.header().equals(header(beat, word))) {
        throw new IllegalArgumentException("the signer signed something else than this heartbeat");
      }
      out.bytes(statement.signature());
    }
    return out.toBytes();
  }

  private static Bytes made(UnaryOperator<Bytes> mac, Bytes authenticated) {
    Bytes made = mac.apply(authenticated);
    if (made.length() != MAC_BYTES) {
      throw new IllegalArgumentException("a MAC of " + made.length() + " bytes");
    }
    return made;
  }

  /**
   * @param word content and MAC
   */
  private static Header header(Beat beat, Bytes word) {
    return new Header(
        MessageType.HEARTBEAT,
        beat.group(),
        beat.member(),
        beat.heads(),
        Hash32.sha256(word.toArray()));
  }

  private static Bytes encode(HeartbeatContent content) {
    WireWriter out = new WireWriter();
    write(out, content);
    return out.toBytes();
  }

  private static void write(WireWriter out, HeartbeatContent content) {
    out.u64(content.counter()).bool(content.epoch().isPresent());
    content.epoch().ifPresent(held -> out.hash(held.epoch().hash()).u32(held.revision()));
    out.u32(Integer.toUnsignedLong(content.haveMask()))
        .hash(content.membersDigest())
        .bytes(content.address());
  }

  // ---- reading

  public static Decoded<HeartbeatMessage> decode(Bytes message) {
    return Decoded.all(message, HeartbeatCodec::read);
  }

  private static HeartbeatMessage read(WireReader in) {
    int start = in.position();
    int version = in.u8("version");
    if (version != HeaderCodec.VERSION) {
      throw in.malformed("version " + version + " of the protocol");
    }
    int type = in.u8("type");
    if (type != MessageType.HEARTBEAT.code()) {
      throw in.malformed("type " + type + " is no heartbeat");
    }
    int form = in.u8("form");
    if (form != HINT && form != SIGNED) {
      throw in.malformed("unknown form " + form);
    }
    GroupId group = new GroupId(in.hash("group"));
    MemberId member = new MemberId(in.hash("member"));
    List<FactId> heads = in.list(1, Limits.HEADS, "heads", r -> new FactId(r.hash("head")));
    for (int i = 1; i < heads.size(); i++) {
      if (heads.get(i - 1).compareTo(heads.get(i)) >= 0) {
        throw in.malformed("heads do not ascend at item " + i);
      }
    }
    int from = in.position();
    HeartbeatContent content = readContent(in);
    Bytes authenticated = in.since(start);
    Bytes mac = in.fixed(MAC_BYTES, "mac");
    Beat beat = new Beat(group, member, heads, content, form == SIGNED);
    if (content.epoch().isEmpty()) {
      checkKeyless(in, beat, mac);
    }
    Optional<SignedHeader> statement = Optional.empty();
    if (beat.signed()) {
      Header header = header(beat, in.since(from));
      statement =
          Optional.of(new SignedHeader(header, in.bytes(Limits.SIGNATURE_BYTES, "signature")));
    }
    return new HeartbeatMessage(beat, statement, authenticated, mac);
  }

  private static void checkKeyless(WireReader in, Beat beat, Bytes mac) {
    if (!beat.signed()) {
      throw in.malformed("a heartbeat with neither signature nor key");
    }
    if (!mac.equals(NO_MAC)) {
      throw in.malformed("a MAC under no key");
    }
  }

  private static HeartbeatContent readContent(WireReader in) {
    long counter = in.u64("counter");
    Optional<EpochHeld> epoch =
        in.bool("epoch flag") ? Optional.of(readEpoch(in)) : Optional.empty();
    int haveMask = (int) in.u32("have-mask");
    Hash32 digest = in.hash("members digest");
    return new HeartbeatContent(
        counter, epoch, haveMask, digest, in.bytes(HeartbeatLimits.ADDRESS_BYTES, "address"));
  }

  private static EpochHeld readEpoch(WireReader in) {
    FactId epoch = new FactId(in.hash("epoch"));
    long revision = in.u32("revision");
    if (revision > Integer.MAX_VALUE) {
      throw in.malformed("revision " + revision);
    }
    return new EpochHeld(epoch, (int) revision);
  }
}
