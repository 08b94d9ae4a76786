package io.keymoot.flatkeying.fact;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.Rights.AdmitRight;
import io.keymoot.flatkeying.fact.Rights.AnyMember;
import io.keymoot.flatkeying.fact.Rights.WithApprovals;
import io.keymoot.flatkeying.fact.Rights.WithRole;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.WireReader;
import io.keymoot.flatkeying.wire.WireWriter;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The content of a Found: what holds for a group for ever. */
final class FoundCodec {
  private static final int ANY_MEMBER = 1;
  private static final int WITH_ROLE = 2;
  private static final int WITH_APPROVALS = 3;

  private FoundCodec() {}

  static Found read(WireReader in) {
    return new Found(
        in.text(Limits.NAME_BYTES, "name"),
        readProfile(in),
        readSuite(in),
        readRights(in),
        readTrust(in),
        JoinRequestCodec.readFounder(in));
  }

  static void write(WireWriter out, Found found) {
    out.text(found.name()).u8(found.profile().code()).u8(found.suite().code());
    writeRights(out, found.rights());
    writeTrust(out, found.trust());
    JoinRequestCodec.writeBody(out, found.founder());
  }

  private static Profile readProfile(WireReader in) {
    int code = in.u8("profile");
    return switch (code) {
      case 1 -> Profile.PAPER;
      case 2 -> Profile.CONFERENCE;
      case 3 -> Profile.BROADCAST;
      default -> throw in.malformed("unknown profile " + code);
    };
  }

  private static Suite readSuite(WireReader in) {
    int code = in.u8("suite");
    return switch (code) {
      case 1 -> Suite.XWING_AES256GCM_SHA256;
      default -> throw in.malformed("unknown suite " + code);
    };
  }

  private static Rights readRights(WireReader in) {
    AdmitRight admit = readAdmitRight(in);
    Optional<String> expelRole = optional(in, "expel role is there", FoundCodec::readRole);
    // One voice is never enough to put somebody out (section 5).
    return new Rights(admit, expelRole, count(in, 2, "approvals to expel"));
  }

  private static AdmitRight readAdmitRight(WireReader in) {
    int code = in.u8("right to admit");
    return switch (code) {
      case ANY_MEMBER -> new AnyMember();
      case WITH_ROLE -> new WithRole(readRole(in));
      case WITH_APPROVALS -> new WithApprovals(count(in, 1, "approvals to admit"));
      default -> throw in.malformed("unknown right to admit " + code);
    };
  }

  private static void writeRights(WireWriter out, Rights rights) {
    switch (rights.admit()) {
      case AnyMember any -> out.u8(ANY_MEMBER);
      case WithRole with -> out.u8(WITH_ROLE).text(with.role());
      case WithApprovals with -> out.u8(WITH_APPROVALS).u8(with.count());
    }
    out.bool(rights.expelRole().isPresent());
    rights.expelRole().ifPresent(out::text);
    out.u8(rights.expelApprovals());
  }

  private static String readRole(WireReader in) {
    String role = in.text(Limits.ROLE_BYTES, "role");
    if (role.isEmpty()) {
      throw in.malformed("a role has no name");
    }
    return role;
  }

  private static int count(WireReader in, int min, String field) {
    int count = in.u8(field);
    if (count < min || count > Limits.APPROVALS) {
      throw in.malformed(
          field + " are " + count + ", " + min + " to " + Limits.APPROVALS + " are allowed");
    }
    return count;
  }

  private static Trust readTrust(WireReader in) {
    List<Bytes> anchors =
        in.list(0, Limits.ANCHORS, "anchors", r -> r.bytes(Limits.ANCHOR_BYTES, "anchor"));
    Lists.mustDiffer(in, anchors, anchor -> anchor, "anchors");
    List<String> patterns =
        in.list(0, Limits.PATTERNS, "patterns", r -> r.text(Limits.PATTERN_BYTES, "pattern"));
    Lists.mustDiffer(in, patterns, pattern -> pattern, "patterns");
    Optional<Bytes> inviteKey =
        optional(in, "invite key is there", r -> r.bytes(Limits.SPKI_BYTES, "invite key"));
    return new Trust(anchors, patterns, inviteKey);
  }

  private static void writeTrust(WireWriter out, Trust trust) {
    out.list(trust.anchors(), WireWriter::bytes).list(trust.patterns(), WireWriter::text);
    out.bool(trust.inviteKey().isPresent());
    trust.inviteKey().ifPresent(out::bytes);
  }

  private static <T> Optional<T> optional(
      WireReader in, String field, Function<WireReader, T> reading) {
    return in.bool(field) ? Optional.of(reading.apply(in)) : Optional.empty();
  }
}
