package io.keymoot.admission.certificate;

import io.keymoot.admission.AdmissionLimits;
import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.flatkeying.wire.WireWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What a device shows of itself. A JoinRequest or Here names it by its hash, so the device's own
 * signature binds every byte of it.
 *
 * @param certificates DER, the device's first, then who signed it, up to but without the anchor;
 *     empty for a device without certificates
 * @param invites proofs that the device holds invites: signatures by an invite's key over {@link
 *     #inviteMessage}. A proof names the device, so who sees it cannot use it for another.
 */
public record Credential(List<Bytes> certificates, List<Bytes> invites) {

  /** Of a device that nobody vouches for: enough where a group is open. */
  public static final Credential SELF_MADE = new Credential(List.of(), List.of());

  private static final int VERSION = 1;
  private static final byte[] INVITE_LABEL = "keymoot invite 1".getBytes(StandardCharsets.US_ASCII);

  public Credential {
    certificates = List.copyOf(certificates);
    invites = List.copyOf(invites);
  }

  /**
   * A chain as files hold it. A root at its end is left out: the group has it as an anchor, and one
   * chain must have one form.
   */
  public static Credential ofChain(List<Certificate> chain) {
    List<Bytes> certificates = new ArrayList<>();
    for (Certificate certificate : chain) {
      if (certificates.isEmpty() || !certificate.isSelfSigned()) {
        certificates.add(certificate.der());
      }
    }
    return new Credential(certificates, List.of());
  }

  public Credential withInvite(Bytes proof) {
    List<Bytes> more = new ArrayList<>(invites);
    more.add(proof);
    return new Credential(certificates, more);
  }

  /** What an invite's key signs for a device. */
  public static Bytes inviteMessage(Bytes deviceKey) {
    return new WireWriter().fixed(INVITE_LABEL).hash(Hash32.sha256(deviceKey.toArray())).toBytes();
  }

  public Bytes encode() {
    return new WireWriter()
        .u8(VERSION)
        .list(certificates, WireWriter::bytes)
        .list(invites, WireWriter::fixed)
        .toBytes();
  }

  /** The name of this credential in JoinRequest and Here. */
  public Hash32 hash() {
    return Hash32.sha256(encode().toArray());
  }

  public static Decoded<Credential> decode(Bytes bytes) {
    if (bytes.length() > Limits.CREDENTIAL_BYTES) {
      return new Decoded.Malformed<>(
          "the credential has "
              + bytes.length()
              + " bytes, at most "
              + Limits.CREDENTIAL_BYTES
              + " are allowed");
    }
    return Decoded.all(
        bytes,
        in -> {
          int version = in.u8("version");
          if (version != VERSION) {
            throw in.malformed("credential of version " + version + ", not " + VERSION);
          }
          List<Bytes> certificates =
              in.list(
                  0,
                  AdmissionLimits.CHAIN_CERTIFICATES,
                  "chain",
                  each -> each.bytes(AdmissionLimits.CERTIFICATE_BYTES, "certificate"));
          List<Bytes> invites =
              in.list(
                  0,
                  AdmissionLimits.INVITE_PROOFS,
                  "invites",
                  each -> each.fixed(Limits.SIGNATURE_BYTES, "invite proof"));
          return new Credential(certificates, invites);
        });
  }
}
