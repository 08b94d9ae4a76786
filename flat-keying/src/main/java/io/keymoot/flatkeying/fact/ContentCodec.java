package io.keymoot.flatkeying.fact;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.Reseal.SlotKey;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.WireReader;
import io.keymoot.flatkeying.wire.WireWriter;
import java.util.List;
import java.util.Optional;

/**
 * The contents of facts: the known fields in the order of the records, then the extensions.
 *
 * <p>Extensions are how a later minor version says more. One that is not critical is skipped by who
 * does not know it, and stays in the bytes, so hash and signature hold. A critical one makes the
 * fact malformed for who does not know it. Version 1 knows none.
 */
final class ContentCodec {
  private static final int HIGHEST_SYMBOL = Profile.BROADCAST.radix() - 1;

  private ContentCodec() {}

  static Fact read(MessageType type, GroupId group, WireReader in) {
    Fact fact =
        switch (type) {
          case FOUND -> FoundCodec.read(in);
          case ADMIT -> readAdmit(in);
          case HERE -> new Here(in.hash("leaf key"), in.hash("credential"));
          case REKEY -> readRekey(group, in);
          case RESEAL -> readReseal(in);
          case JOIN_REQUEST,
              LEAVE,
              APPROVE,
              HEARTBEAT,
              GRANT,
              NEED,
              GIVE,
              SYNC,
              RELAY,
              SYNC_REPLY,
              SESSION_ANSWER ->
              throw in.malformed(type + " is no fact");
        };
    skipExtensions(in);
    in.end();
    return fact;
  }

  static Bytes encode(Fact fact) {
    WireWriter out = new WireWriter();
    switch (fact) {
      case Found found -> FoundCodec.write(out, found);
      case Admit admit -> writeAdmit(out, admit);
      case Here here -> out.hash(here.leafKey()).hash(here.credential());
      case Rekey rekey -> writeRekey(out, rekey);
      case Reseal reseal -> writeReseal(out, reseal);
    }
    return out.u8(0).toBytes();
  }

  private static void skipExtensions(WireReader in) {
    List<Integer> tags = in.list(0, Limits.EXTENSIONS, "extensions", ContentCodec::skipExtension);
    Lists.mustAscend(in, tags, "extensions");
  }

  private static int skipExtension(WireReader in) {
    boolean critical = in.bool("critical");
    int tag = in.u16("extension tag");
    if (critical) {
      throw in.malformed("extension " + tag + " is critical and unknown");
    }
    in.bytes(Limits.EXTENSION_BYTES, "extension");
    return tag;
  }

  private static Admit readAdmit(WireReader in) {
    List<SignedJoinRequest> rows =
        in.list(1, Limits.ADMIT_ROWS, "rows", JoinRequestCodec::readSigned);
    Lists.mustDiffer(in, rows, SignedJoinRequest::member, "rows");
    return new Admit(rows, readApprovals(in));
  }

  private static void writeAdmit(WireWriter out, Admit admit) {
    out.list(admit.rows(), JoinRequestCodec::writeSigned);
    writeApprovals(out, admit.approvals());
  }

  static List<Approval> readApprovals(WireReader in) {
    List<Approval> approvals =
        in.list(0, Limits.APPROVALS, "approvals", EvidenceCodec::readApproval);
    Lists.mustDiffer(in, approvals, Approval::header, "approvals");
    return approvals;
  }

  static void writeApprovals(WireWriter out, List<Approval> approvals) {
    out.list(approvals, EvidenceCodec::writeApproval);
  }

  private static Rekey readRekey(GroupId group, WireReader in) {
    Optional<FactId> prev =
        in.bool("prev is there")
            ? Optional.of(new FactId(in.hash("prev")))
            : Optional.<FactId>empty();
    return new Rekey(
        prev,
        TargetCodec.read(group, in),
        in.hash("commitment"),
        in.hash("members"),
        in.hash("cover hash"));
  }

  private static void writeRekey(WireWriter out, Rekey rekey) {
    out.bool(rekey.prev().isPresent());
    rekey.prev().ifPresent(prev -> out.hash(prev.hash()));
    TargetCodec.write(out, rekey.targets());
    out.hash(rekey.commitment()).hash(rekey.members()).hash(rekey.cover());
  }

  private static Reseal readReseal(WireReader in) {
    List<SlotKey> slots = in.list(1, Limits.RESEAL_SLOTS, "slots", ContentCodec::readSlotKey);
    Lists.mustAscend(in, slots.stream().map(SlotKey::slot).toList(), "slots");
    return new Reseal(slots);
  }

  /** Whether the symbol is inside the group's own table only its Found can say. */
  private static SlotKey readSlotKey(WireReader in) {
    int position = in.u8("position");
    int symbol = in.u8("symbol");
    if (position >= Limits.ADDRESS_SYMBOLS || symbol > HIGHEST_SYMBOL) {
      throw in.malformed("slot " + position + "." + symbol + " is in no table");
    }
    return new SlotKey(new Slot(position, symbol), in.hash("commitment"));
  }

  private static void writeReseal(WireWriter out, Reseal reseal) {
    out.list(
        reseal.slots(),
        (w, key) -> w.u8(key.slot().position()).u8(key.slot().symbol()).hash(key.commitment()));
  }
}
