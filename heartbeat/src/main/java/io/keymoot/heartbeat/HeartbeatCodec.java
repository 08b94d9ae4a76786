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
 * both    version u8, HEARTBEAT u8, form u8 …                              … MAC 16
 * hint    form 0    group 32, member 32, heads (u8, 32 each), content
 * signed  form 1    Header, content, signature (u16, ≤ 64)
 * content counter u64, epoch flag u8 [epoch 32, revision u32], have-mask u32,
 *         members digest 32, address (u16, ≤ 64)
 * </pre>
 *
 * The MAC is over all that stands before it. Keys are not this class's affair: whoever encodes
 * passes in what signs and what makes the MAC.
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
   * @param signer asked if the beat is a signed one
   * @param mac makes 16 bytes from those it is given, under the TEK that the content names; not
   *     asked when the content names none
   */
  public static Bytes encode(Beat beat, Signer signer, UnaryOperator<Bytes> mac) {
    WireWriter out = new WireWriter();
    out.u8(HeaderCodec.VERSION).u8(MessageType.HEARTBEAT.code()).u8(beat.signed() ? SIGNED : HINT);
    if (beat.signed()) {
      Bytes content = encode(beat.content());
      SignedHeader statement = signer.sign(beat.heads(), content);
      checkStatement(beat, statement.header(), content);
      HeaderCodec.write(out, statement.header());
      out.fixed(content).bytes(statement.signature());
    } else {
      out.hash(beat.group().hash()).hash(beat.member().hash());
      out.list(beat.heads(), (w, head) -> w.hash(head.hash()));
      write(out, beat.content());
    }
    return out.fixed(beat.content().epoch().isEmpty() ? NO_MAC : made(mac, out.toBytes()))
        .toBytes();
  }

  private static Bytes made(UnaryOperator<Bytes> mac, Bytes authenticated) {
    Bytes made = mac.apply(authenticated);
    if (made.length() != MAC_BYTES) {
      throw new IllegalArgumentException("a MAC of " + made.length() + " bytes");
    }
    return made;
  }

  private static void checkStatement(Beat beat, Header header, Bytes content) {
    Header expected =
        new Header(
            MessageType.HEARTBEAT,
            beat.group(),
            beat.member(),
            beat.heads(),
            Hash32.sha256(content.toArray()));
    if (!header.equals(expected)) {
      throw new IllegalArgumentException("the signer signed something else than this heartbeat");
    }
  }

  /** The bytes whose hash a signed heartbeat's header holds. */
  static Bytes encode(HeartbeatContent content) {
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
    return switch (form) {
      case HINT -> readHint(in, start);
      case SIGNED -> readSigned(in, start);
      default -> throw in.malformed("unknown form " + form);
    };
  }

  private static HeartbeatMessage readHint(WireReader in, int start) {
    GroupId group = new GroupId(in.hash("group"));
    MemberId member = new MemberId(in.hash("member"));
    List<FactId> heads = in.list(1, Limits.HEADS, "heads", r -> new FactId(r.hash("head")));
    for (int i = 1; i < heads.size(); i++) {
      if (heads.get(i - 1).compareTo(heads.get(i)) >= 0) {
        throw in.malformed("heads do not ascend at item " + i);
      }
    }
    HeartbeatContent content = readContent(in);
    if (content.epoch().isEmpty()) {
      throw in.malformed("a heartbeat with neither signature nor key");
    }
    Bytes authenticated = in.since(start);
    Bytes mac = in.fixed(MAC_BYTES, "mac");
    return new HeartbeatMessage(
        new Beat(group, member, heads, content, false), Optional.empty(), authenticated, mac);
  }

  private static HeartbeatMessage readSigned(WireReader in, int start) {
    Header header = HeaderCodec.read(in);
    if (header.type() != MessageType.HEARTBEAT) {
      throw in.malformed("the header is a " + header.type() + "'s");
    }
    int from = in.position();
    HeartbeatContent content = readContent(in);
    if (!Hash32.sha256(in.since(from).toArray()).equals(header.content())) {
      throw in.malformed("the header names another content");
    }
    Bytes signature = in.bytes(Limits.SIGNATURE_BYTES, "signature");
    Bytes authenticated = in.since(start);
    Bytes mac = in.fixed(MAC_BYTES, "mac");
    if (content.epoch().isEmpty() && !mac.equals(NO_MAC)) {
      throw in.malformed("a MAC under no key");
    }
    return new HeartbeatMessage(
        new Beat(header.group(), header.author(), header.heads(), content, true),
        Optional.of(new SignedHeader(header, signature)),
        authenticated,
        mac);
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
