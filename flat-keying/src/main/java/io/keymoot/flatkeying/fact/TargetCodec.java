package io.keymoot.flatkeying.fact;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.FaultProof.BadCredential;
import io.keymoot.flatkeying.fact.FaultProof.OutOfOrder;
import io.keymoot.flatkeying.fact.Target.Absent;
import io.keymoot.flatkeying.fact.Target.Expelled;
import io.keymoot.flatkeying.fact.Target.Faulty;
import io.keymoot.flatkeying.fact.Target.Left;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.flatkeying.wire.WireReader;
import io.keymoot.flatkeying.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * A Rekey's targets with their evidence. What the evidence has to say is decided in section 5.
 *
 * <p>When a lecture is over, hundreds leave who all know the same facts. So of a Leave is said only
 * what does not follow: its group is the Rekey's, its content hash is that of the stay, and heads
 * that are those of the Leave before it are left out.
 */
final class TargetCodec {
  private static final int LEFT = 1;
  private static final int EXPELLED = 2;
  private static final int ABSENT = 3;
  private static final int FAULTY = 4;

  private static final int OUT_OF_ORDER = 1;
  private static final int BAD_CREDENTIAL = 2;

  private final GroupId group;

  /** Of the Leave before, among the targets of one Rekey. */
  private List<FactId> heads = List.of();

  private TargetCodec(GroupId group) {
    this.group = group;
  }

  static List<Target> read(GroupId group, WireReader in) {
    List<Target> targets =
        in.list(0, Limits.REKEY_TARGETS, "targets", new TargetCodec(group)::read);
    Lists.mustDiffer(in, targets, TargetCodec::whom, "targets");
    return targets;
  }

  static void write(WireWriter out, List<Target> targets) {
    out.list(targets, new TargetCodec(GroupId.NONE)::write);
  }

  /** Of each the bytes it takes where it stands, its evidence included. */
  static List<Integer> lengths(List<Target> targets) {
    TargetCodec codec = new TargetCodec(GroupId.NONE);
    List<Integer> lengths = new ArrayList<>();
    for (Target target : targets) {
      WireWriter out = new WireWriter();
      codec.write(out, target);
      lengths.add(out.length());
    }
    return lengths;
  }

  private Target read(WireReader in) {
    int reason = in.u8("reason");
    return switch (reason) {
      case LEFT -> new Left(readLeave(in));
      case EXPELLED ->
          new Expelled(new Fingerprint(in.hash("device")), ContentCodec.readApprovals(in));
      case ABSENT ->
          new Absent(
              new MemberId(in.hash("member")),
              new StayId(in.hash("stay")),
              EvidenceCodec.readApproval(in));
      case FAULTY -> new Faulty(new MemberId(in.hash("member")), readProof(in));
      default -> throw in.malformed("unknown reason " + reason);
    };
  }

  private void write(WireWriter out, Target target) {
    switch (target) {
      case Left left -> writeLeave(out.u8(LEFT), left.leave());
      case Expelled expelled -> {
        out.u8(EXPELLED).hash(expelled.device().hash());
        ContentCodec.writeApprovals(out, expelled.approvals());
      }
      case Absent absent -> {
        out.u8(ABSENT).hash(absent.member().hash()).hash(absent.stay().hash());
        EvidenceCodec.writeApproval(out, absent.second());
      }
      case Faulty faulty -> {
        out.u8(FAULTY).hash(faulty.member().hash());
        writeProof(out, faulty.proof());
      }
    }
  }

  private Leave readLeave(WireReader in) {
    MemberId author = new MemberId(in.hash("member"));
    List<FactId> own = in.list(0, Limits.HEADS, "heads", r -> new FactId(r.hash("head")));
    Lists.mustAscend(in, own, "heads");
    if (own.isEmpty() && heads.isEmpty()) {
      throw in.malformed("the first leave has no heads");
    }
    if (!own.isEmpty() && own.equals(heads)) {
      throw in.malformed("a leave says the heads of the one before it once more");
    }
    heads = own.isEmpty() ? heads : own;
    StayId stay = new StayId(in.hash("stay"));
    Hash32 content = EvidenceCodec.leaveContent(stay).sha256();
    Bytes signature = in.fixed(Limits.SIGNATURE_BYTES, "signature");
    return new Leave(new Header(MessageType.LEAVE, group, author, heads, content), stay, signature);
  }

  private void writeLeave(WireWriter out, Leave leave) {
    List<FactId> its = leave.header().heads();
    out.hash(leave.header().author().hash())
        .list(its.equals(heads) ? List.of() : its, (w, head) -> w.hash(head.hash()))
        .hash(leave.stay().hash())
        .fixed(leave.signature());
    heads = its;
  }

  private static FaultProof readProof(WireReader in) {
    int kind = in.u8("proof");
    return switch (kind) {
      case OUT_OF_ORDER -> readOutOfOrder(in);
      case BAD_CREDENTIAL ->
          new BadCredential(
              new FactId(in.hash("admit")),
              new MemberId(in.hash("row")),
              in.bytes(Limits.CREDENTIAL_BYTES, "credential"));
      default -> throw in.malformed("unknown proof " + kind);
    };
  }

  private static OutOfOrder readOutOfOrder(WireReader in) {
    SignedHeader one = EvidenceCodec.readSignedHeader(in);
    SignedHeader other = EvidenceCodec.readSignedHeader(in);
    if (!one.header().type().isStatement() || !other.header().type().isStatement()) {
      throw in.malformed("a proof of disorder holds what is no statement");
    }
    // A statement does not cover itself: twice the same would seem to prove anybody a liar.
    if (one.header().equals(other.header())) {
      throw in.malformed("a proof of disorder holds one statement twice");
    }
    return new OutOfOrder(one, other);
  }

  private static void writeProof(WireWriter out, FaultProof proof) {
    switch (proof) {
      case OutOfOrder order -> {
        EvidenceCodec.writeSignedHeader(out.u8(OUT_OF_ORDER), order.one());
        EvidenceCodec.writeSignedHeader(out, order.other());
      }
      case BadCredential bad ->
          out.u8(BAD_CREDENTIAL)
              .hash(bad.admit().hash())
              .hash(bad.row().hash())
              .bytes(bad.credential());
    }
  }

  /** Whom a target ends, and why: two that agree in this say the same. */
  private record Whom(int reason, Hash32 subject, Hash32 row) {}

  private static Object whom(Target target) {
    return switch (target) {
      case Left left -> new Whom(LEFT, left.leave().header().author().hash(), Hash32.ZERO);
      case Expelled expelled -> new Whom(EXPELLED, expelled.device().hash(), Hash32.ZERO);
      case Absent absent -> new Whom(ABSENT, absent.member().hash(), Hash32.ZERO);
      // One author may have let in several whose credentials are bad, and each row is ended.
      case Faulty faulty ->
          new Whom(
              FAULTY,
              faulty.member().hash(),
              switch (faulty.proof()) {
                case OutOfOrder order -> Hash32.ZERO;
                case BadCredential bad -> bad.row().hash();
              });
    };
  }
}
