package io.keymoot.flatkeying.fact;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.Approval.Action;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.flatkeying.wire.WireReader;
import io.keymoot.flatkeying.wire.WireWriter;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * What one member signs and a fact of another may embed: JoinRequest, Leave, Approval, and a header
 * alone. Inside a fact and as a message of its own each has the same bytes.
 */
public final class EvidenceCodec {
  private EvidenceCodec() {}

  public static Decoded<SignedJoinRequest> decodeJoinRequest(Bytes message) {
    return decode(message, JoinRequestCodec::readSigned);
  }

  public static SignedJoinRequest readJoinRequest(WireReader in) {
    return JoinRequestCodec.readSigned(in);
  }

  public static Bytes encode(SignedJoinRequest request) {
    return encode(request, JoinRequestCodec::writeSigned);
  }

  public static Decoded<Leave> decodeLeave(Bytes message) {
    return decode(message, EvidenceCodec::readLeave);
  }

  public static Bytes encode(Leave leave) {
    return encode(leave, EvidenceCodec::writeLeave);
  }

  public static Decoded<Approval> decodeApproval(Bytes message) {
    return decode(message, EvidenceCodec::readApproval);
  }

  public static Bytes encode(Approval approval) {
    return encode(approval, EvidenceCodec::writeApproval);
  }

  public static Decoded<SignedHeader> decodeSignedHeader(Bytes message) {
    return decode(message, EvidenceCodec::readSignedHeader);
  }

  public static Bytes encode(SignedHeader header) {
    return encode(header, EvidenceCodec::writeSignedHeader);
  }

  private static <T> Decoded<T> decode(Bytes message, Function<WireReader, T> reading) {
    return message.length() > Limits.MESSAGE_BYTES
        ? FactCodec.tooLong(message)
        : Decoded.all(message, reading);
  }

  private static <T> Bytes encode(T value, BiConsumer<WireWriter, T> writing) {
    WireWriter out = new WireWriter();
    writing.accept(out, value);
    return out.toBytes();
  }

  static SignedHeader readSignedHeader(WireReader in) {
    return new SignedHeader(HeaderCodec.read(in), in.fixed(Limits.SIGNATURE_BYTES, "signature"));
  }

  static void writeSignedHeader(WireWriter out, SignedHeader signed) {
    HeaderCodec.write(out, signed.header());
    out.fixed(signed.signature());
  }

  static Leave readLeave(WireReader in) {
    SignedHeader signed = readHeaderOf(MessageType.LEAVE, in);
    WireReader content = content(in, signed.header(), Hash32.LENGTH);
    return new Leave(signed.header(), new StayId(content.hash("stay")), signed.signature());
  }

  static void writeLeave(WireWriter out, Leave leave) {
    writeSignedHeader(out, new SignedHeader(leave.header(), leave.signature()));
    out.bytes(leaveContent(leave.stay()));
  }

  static Bytes leaveContent(StayId stay) {
    return Bytes.owning(stay.hash().toArray());
  }

  static Approval readApproval(WireReader in) {
    SignedHeader signed = readHeaderOf(MessageType.APPROVE, in);
    WireReader content = content(in, signed.header(), 1 + 2 * Hash32.LENGTH);
    int code = content.u8("action");
    Action action =
        switch (code) {
          case 1 -> Action.ADMIT;
          case 2 -> Action.EXPEL;
          case 3 -> Action.PARDON;
          case 4 -> Action.SUSPEND;
          default -> throw in.malformed("unknown action " + code);
        };
    Hash32 subject = content.hash("subject");
    Hash32 stay = content.hash("stay");
    if ((action == Action.SUSPEND) == stay.isZero()) {
      throw in.malformed("an approval to suspend names a stay, and no other does");
    }
    return new Approval(signed.header(), action, subject, stay, signed.signature());
  }

  static void writeApproval(WireWriter out, Approval approval) {
    writeSignedHeader(out, new SignedHeader(approval.header(), approval.signature()));
    out.bytes(approvalContent(approval.action(), approval.subject(), approval.stay()));
  }

  static Bytes approvalContent(Action action, Hash32 subject, Hash32 stay) {
    return new WireWriter().u8(action.code()).hash(subject).hash(stay).toBytes();
  }

  private static SignedHeader readHeaderOf(MessageType type, WireReader in) {
    SignedHeader signed = readSignedHeader(in);
    if (signed.header().type() != type) {
      throw in.malformed(signed.header().type() + " where " + type + " has to be");
    }
    return signed;
  }

  /** A content of fixed length without extensions: the record has no place to keep them. */
  private static WireReader content(WireReader in, Header header, int length) {
    Bytes content = in.bytes(length, "content");
    if (content.length() != length) {
      throw in.malformed("content is " + content.length() + " bytes, not " + length);
    }
    if (!content.sha256().equals(header.content())) {
      throw in.malformed("the content is not the one its header names");
    }
    return content.reader();
  }
}
