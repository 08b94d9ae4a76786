package io.keymoot.admission.certificate;

import io.keymoot.admission.AdmissionLimits;
import io.keymoot.admission.WallTime;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import java.math.BigInteger;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A list of certificates that their authority took back (CRL), read but not believed until {@link
 * #isBy} is asked. Only whole lists by the authority itself: what must be understood and is not
 * (deltas, lists of a part, lists for others) makes a list unreadable.
 *
 * @param nextUpdate when a newer one is due; some lists do not say
 * @param revoked serial numbers, and since when
 */
public record RevocationList(
    Bytes signed,
    String algorithm,
    Name issuer,
    WallTime thisUpdate,
    Optional<WallTime> nextUpdate,
    SortedMap<BigInteger, WallTime> revoked,
    Bytes signature) {

  private static final String FIELD = "the revocation list";

  public static Decoded<RevocationList> decode(Bytes der) {
    if (der.length() > AdmissionLimits.REVOCATION_LIST_BYTES) {
      return new Decoded.Malformed<>(
          "the revocation list has "
              + der.length()
              + " bytes, at most "
              + AdmissionLimits.REVOCATION_LIST_BYTES
              + " are allowed");
    }
    try {
      return new Decoded.Ok<>(read(der));
    } catch (Der.Malformed e) {
      return new Decoded.Malformed<>(e.reason());
    }
  }

  private static RevocationList read(Bytes der) {
    Der all = Der.of(der);
    Der outer = all.enter(Der.SEQUENCE, FIELD);
    all.end(FIELD);
    Bytes signed = outer.element(FIELD);
    String algorithm = Certificate.algorithm(outer, "the signature's algorithm");
    Bytes signature = outer.wholeBits("the signature");
    outer.end(FIELD);

    Der in = Der.of(signed).enter(Der.SEQUENCE, FIELD);
    if (in.tag() == Der.INTEGER && !in.integer(1, FIELD).equals(BigInteger.ONE)) {
      throw new Der.Malformed("the revocation list is of an unknown version");
    }
    if (!Certificate.algorithm(in, FIELD).equals(algorithm)) {
      throw new Der.Malformed("the revocation list names two different algorithms");
    }
    Name issuer = Name.read(in, "the issuer");
    WallTime thisUpdate = Certificate.time(in);
    Optional<WallTime> nextUpdate =
        in.tag() == Der.UTC_TIME || in.tag() == Der.GENERALIZED_TIME
            ? Optional.of(Certificate.time(in))
            : Optional.empty();
    SortedMap<BigInteger, WallTime> revoked = new TreeMap<>();
    if (in.tag() == Der.SEQUENCE) {
      Der entries = in.enter(Der.SEQUENCE, FIELD);
      while (entries.hasMore()) {
        Der entry = entries.enter(Der.SEQUENCE, FIELD);
        BigInteger serial = entry.integer(AdmissionLimits.SERIAL_BYTES, "a serial number");
        revoked.put(serial, Certificate.time(entry));
        if (entry.hasMore()) {
          refuseCritical(entry.enter(Der.SEQUENCE, FIELD));
        }
        entry.end(FIELD);
        if (revoked.size() > AdmissionLimits.REVOKED_CERTIFICATES) {
          throw new Der.Malformed(
              "the revocation list has more than "
                  + AdmissionLimits.REVOKED_CERTIFICATES
                  + " entries");
        }
      }
    }
    if (in.tag() == Der.contextOf(0)) {
      Der box = in.enter(Der.contextOf(0), FIELD);
      refuseCritical(box.enter(Der.SEQUENCE, FIELD));
      box.end(FIELD);
    }
    in.end(FIELD);
    return new RevocationList(
        signed,
        algorithm,
        issuer,
        thisUpdate,
        nextUpdate,
        Collections.unmodifiableSortedMap(revoked),
        signature);
  }

  private static void refuseCritical(Der extensions) {
    while (extensions.hasMore()) {
      Der extension = extensions.enter(Der.SEQUENCE, FIELD);
      String oid = extension.oid(FIELD);
      boolean critical = extension.tag() == Der.BOOLEAN && extension.bool(FIELD);
      extension.content(Der.OCTET_STRING, FIELD);
      extension.end(FIELD);
      if (critical) {
        throw new Der.Malformed(
            "the revocation list has the critical extension "
                + oid
                + ": only whole lists by the authority itself are understood");
      }
    }
  }

  /** Whether this authority issued the list and may do so. */
  public boolean isBy(Certificate authority) {
    return issuer.der().equals(authority.subject().der())
        && authority.allowsUse(Certificate.CRL_SIGN)
        && PublicKeys.holdsInCertificate(authority.key(), algorithm, signed, signature);
  }

  @Override
  public String toString() {
    return "RevocationList[of " + issuer.shown() + ", " + thisUpdate + ']';
  }
}
