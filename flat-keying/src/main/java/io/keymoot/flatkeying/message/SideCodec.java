package io.keymoot.flatkeying.message;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.EvidenceCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.HeaderCodec;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.SignedHeader;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.key.Handshake;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.flatkeying.wire.WireReader;
import io.keymoot.flatkeying.wire.WireWriter;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The bytes of side messages. Signed ones are header ‖ signature ‖ content, as facts are; the
 * others start with version and type.
 */
public final class SideCodec {
  private SideCodec() {}

  /** The type of any message, facts included, by its second byte; none if it is too short. */
  public static Optional<MessageType> typeOf(Bytes message) {
    return message.length() < 2 ? Optional.empty() : MessageType.of(message.at(1) & 0xff);
  }

  public static Decoded<SideMessage> decode(Bytes message) {
    if (message.length() > Limits.MESSAGE_BYTES) {
      return new Decoded.Malformed<>("the message is " + message.length() + " bytes, too long");
    }
    MessageType type = typeOf(message).orElse(null);
    if (type == null) {
      return new Decoded.Malformed<>("neither a fact nor a side message that version 1 knows");
    }
    return switch (type) {
      case FOUND, ADMIT, HERE, REKEY, RESEAL, HEARTBEAT ->
          new Decoded.Malformed<>(type + " is no side message");
      case JOIN_REQUEST -> Decoded.all(message, SideCodec::joinAsk);
      case LEAVE -> map(EvidenceCodec.decodeLeave(message), LeaveWord::new);
      case APPROVE -> map(EvidenceCodec.decodeApproval(message), ApproveWord::new);
      case GRANT -> Decoded.all(message, SideCodec::grant);
      case NEED -> Decoded.all(message, SideCodec::need);
      case GIVE -> Decoded.all(message, SideCodec::give);
      case SYNC -> Decoded.all(message, SideCodec::syncAsk);
      case SYNC_REPLY -> Decoded.all(message, SideCodec::syncReply);
      case RELAY -> Decoded.all(message, SideCodec::relay);
      case SESSION_ANSWER -> Decoded.all(message, SideCodec::sessionAnswer);
    };
  }

  private static <A> Decoded<SideMessage> map(Decoded<A> decoded, Function<A, SideMessage> wrap) {
    return switch (decoded) {
      case Decoded.Ok<A> ok -> new Decoded.Ok<>(wrap.apply(ok.value()));
      case Decoded.Malformed<A> bad -> new Decoded.Malformed<>(bad.reason());
    };
  }

  // ---- joining

  public static Bytes encode(JoinAsk ask) {
    return new WireWriter()
        .fixed(EvidenceCodec.encode(ask.request()))
        .bytes(ask.credential())
        .bytes(ask.leafKey())
        .bool(ask.isPassedOn())
        .toBytes();
  }

  private static SideMessage joinAsk(WireReader in) {
    return new JoinAsk(
        EvidenceCodec.readJoinRequest(in),
        in.bytes(Limits.CREDENTIAL_BYTES, "credential"),
        in.bytes(Limits.LEAF_KEY_BYTES, "leaf key"),
        in.bool("passed on"));
  }

  /** Signs and encodes a Grant. */
  public static Bytes grant(
      FactWriter author, List<FactId> heads, MemberId to, FactId admit, Bytes sealed) {
    Bytes content = new WireWriter().hash(to.hash()).hash(admit.hash()).bytes(sealed).toBytes();
    return signed(author, MessageType.GRANT, heads, content);
  }

  private static SideMessage grant(WireReader in) {
    SignedHeader signed = header(in);
    WireReader content = content(in, signed);
    Grant grant =
        new Grant(
            signed,
            new MemberId(content.hash("newcomer")),
            new FactId(content.hash("admit")),
            content.bytes(Limits.SEALED_BYTES, "sealed keys"));
    content.end();
    return grant;
  }

  // ---- need and give

  public static Bytes need(
      FactWriter author,
      List<FactId> heads,
      Bytes leafKey,
      List<FactId> epochs,
      List<SlotSet> slots) {
    Bytes content =
        new WireWriter()
            .bytes(leafKey)
            .list(epochs, (w, epoch) -> w.hash(epoch.hash()))
            .list(slots, SideCodec::slotSet)
            .toBytes();
    return signed(author, MessageType.NEED, heads, content);
  }

  private static SideMessage need(WireReader in) {
    SignedHeader signed = header(in);
    WireReader content = content(in, signed);
    Need need =
        new Need(
            signed,
            content.bytes(Limits.LEAF_KEY_BYTES, "leaf key"),
            content.list(0, Limits.NEEDED_EPOCHS, "epochs", r -> new FactId(r.hash("epoch"))),
            content.list(0, Limits.NEEDED_SLOT_SETS, "slots", SideCodec::slotSet));
    if (need.epochs().isEmpty() && need.slots().isEmpty()) {
      throw content.malformed("a NEED for nothing");
    }
    content.end();
    return need;
  }

  private static void slotSet(WireWriter out, SlotSet set) {
    out.hash(set.made().hash()).u32(Integer.toUnsignedLong(set.positions()));
  }

  private static SlotSet slotSet(WireReader in) {
    SlotSet set = new SlotSet(new FactId(in.hash("epoch or Reseal")), (int) in.u32("positions"));
    if (set.positions() == 0) {
      throw in.malformed("a set of no slots");
    }
    return set;
  }

  public static Bytes give(
      FactWriter author,
      List<FactId> heads,
      MemberId to,
      Hash32 need,
      Optional<MemberId> busy,
      Bytes sealed) {
    WireWriter content = new WireWriter().hash(to.hash()).hash(need).bool(busy.isPresent());
    busy.ifPresent(other -> content.hash(other.hash()));
    content.bytes(sealed);
    return signed(author, MessageType.GIVE, heads, content.toBytes());
  }

  private static SideMessage give(WireReader in) {
    SignedHeader signed = header(in);
    WireReader content = content(in, signed);
    Give give =
        new Give(
            signed,
            new MemberId(content.hash("asker")),
            content.hash("need"),
            content.bool("busy")
                ? Optional.of(new MemberId(content.hash("whom to ask")))
                : Optional.empty(),
            content.bytes(Limits.SEALED_BYTES, "sealed keys"));
    content.end();
    return give;
  }

  /** What names a Need in its answer. */
  public static Hash32 nameOf(Need need) {
    return HeaderCodec.id(need.signed().header()).hash();
  }

  // ---- facts and blobs

  public static Bytes syncAsk(
      FactWriter author,
      List<FactId> heads,
      boolean fromNothing,
      List<FactId> wanted,
      List<Hash32> blobs) {
    Bytes content =
        new WireWriter()
            .bool(fromNothing)
            .list(wanted, (w, fact) -> w.hash(fact.hash()))
            .list(blobs, WireWriter::hash)
            .toBytes();
    return signed(author, MessageType.SYNC, heads, content);
  }

  private static SideMessage syncAsk(WireReader in) {
    SignedHeader signed = header(in);
    WireReader content = content(in, signed);
    SyncAsk ask =
        new SyncAsk(
            signed,
            content.bool("from nothing"),
            content.list(0, Limits.SYNC_WANTED, "wanted", r -> new FactId(r.hash("fact"))),
            content.list(0, Limits.SYNC_WANTED, "blobs", r -> r.hash("blob")));
    content.end();
    return ask;
  }

  public static Bytes encode(SyncReply reply) {
    return new WireWriter()
        .u8(HeaderCodec.VERSION)
        .u8(MessageType.SYNC_REPLY.code())
        .hash(reply.group().hash())
        .list(reply.facts(), WireWriter::bytes)
        .list(reply.blobs(), WireWriter::bytes)
        .toBytes();
  }

  private static SideMessage syncReply(WireReader in) {
    unsigned(in);
    return new SyncReply(
        new GroupId(in.hash("group")),
        in.list(0, 255, "facts", r -> r.bytes(Limits.MESSAGE_BYTES, "fact")),
        in.list(0, Limits.SYNC_WANTED, "blobs", r -> r.bytes(Limits.CREDENTIAL_BYTES, "blob")));
  }

  // ---- sessions

  public static Bytes encode(SessionAnswer message) {
    WireWriter out =
        new WireWriter()
            .u8(HeaderCodec.VERSION)
            .u8(MessageType.SESSION_ANSWER.code())
            .hash(message.group().hash())
            .hash(message.from().hash())
            .hash(message.to().hash());
    message.answer().write(out);
    return out.toBytes();
  }

  private static SideMessage sessionAnswer(WireReader in) {
    unsigned(in);
    return new SessionAnswer(
        new GroupId(in.hash("group")),
        new StayId(in.hash("from")),
        new StayId(in.hash("to")),
        Handshake.Answer.read(in));
  }

  // ---- relays

  /** Of a Relay without its wraps, and of each wrap in it. */
  public static final int RELAY_BYTES = 13;

  public static final int RELAYED_WRAP_BYTES = 49;

  private static final int WRAP_BYTES = 48;

  public static Bytes encode(Relay relay) {
    return new WireWriter()
        .u8(HeaderCodec.VERSION)
        .u8(MessageType.RELAY.code())
        .u64(relay.epoch())
        .u16(relay.place())
        .list(relay.wraps(), (out, wrap) -> out.u8(wrap.position()).fixed(wrap.wrap()))
        .toBytes();
  }

  private static SideMessage relay(WireReader in) {
    unsigned(in);
    Relay relay =
        new Relay(
            in.u64("epoch"),
            in.u16("place"),
            in.list(
                1,
                Limits.ADDRESS_SYMBOLS,
                "wraps",
                r -> new Relay.SlotWrap(r.u8("position"), r.fixed(WRAP_BYTES, "wrap"))));
    int last = -1;
    for (Relay.SlotWrap each : relay.wraps()) {
      if (each.position() <= last || each.position() >= Limits.ADDRESS_SYMBOLS) {
        throw in.malformed("wraps that do not ascend, or for no slot");
      }
      last = each.position();
    }
    return relay;
  }

  // ---- what they share

  private static Bytes signed(
      FactWriter author, MessageType type, List<FactId> heads, Bytes content) {
    SignedHeader signed = author.sign(type, heads, content);
    return new WireWriter().fixed(EvidenceCodec.encode(signed)).bytes(content).toBytes();
  }

  private static SignedHeader header(WireReader in) {
    return new SignedHeader(HeaderCodec.read(in), in.fixed(Limits.SIGNATURE_BYTES, "signature"));
  }

  private static WireReader content(WireReader in, SignedHeader signed) {
    Bytes content = in.bytes(Limits.MESSAGE_BYTES, "content");
    if (!Hash32.sha256(content.toArray()).equals(signed.header().content())) {
      throw in.malformed("the content is not the one its header names");
    }
    return content.reader();
  }

  private static void unsigned(WireReader in) {
    HeaderCodec.version(in);
    in.u8("type");
  }
}
