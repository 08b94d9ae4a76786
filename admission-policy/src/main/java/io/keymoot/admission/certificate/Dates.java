package io.keymoot.admission.certificate;

import io.keymoot.admission.WallTime;
import java.util.List;
import java.util.Optional;

/**
 * What the fixed check leaves out: whether certificates are valid today and not revoked. For those
 * who decide about letting somebody in; never about somebody who is in.
 */
public final class Dates {
  private Dates() {}

  /** How much a policy makes of revocation lists. */
  public enum Revocation {
    /** They are not looked at. */
    IGNORED,
    /** Those at hand count. */
    IF_KNOWN,
    /** Every authority of the chain must have one at hand that is not out of date. */
    REQUIRED
  }

  /**
   * Why a chain is not good today. Anchors do not expire: they are trusted because they were
   * chosen.
   *
   * @param toleranceSeconds how wrong the clocks of device and authority may be
   */
  public static Optional<String> fault(
      Examined.ByChain path,
      List<RevocationList> lists,
      Revocation revocation,
      long toleranceSeconds,
      WallTime now) {
    return expiry(path, toleranceSeconds, now)
        .or(() -> revoked(path, lists, revocation, toleranceSeconds, now));
  }

  private static Optional<String> expiry(
      Examined.ByChain path, long toleranceSeconds, WallTime now) {
    for (Certificate certificate : path.chain()) {
      if (now.isBefore(certificate.notBefore().plusSeconds(-toleranceSeconds))) {
        return Optional.of(
            "The certificate of "
                + certificate.shown()
                + " is not valid before "
                + certificate.notBefore()
                + "; here it is "
                + now
                + '.');
      }
      if (now.isAfter(certificate.notAfter().plusSeconds(toleranceSeconds))) {
        return Optional.of(
            "The certificate of "
                + certificate.shown()
                + " expired at "
                + certificate.notAfter()
                + "; here it is "
                + now
                + '.');
      }
    }
    return Optional.empty();
  }

  /** Why a chain that may have been good once is so no longer, whatever its dates. */
  public static Optional<String> revoked(
      Examined.ByChain path,
      List<RevocationList> lists,
      Revocation revocation,
      long toleranceSeconds,
      WallTime now) {
    if (revocation == Revocation.IGNORED) {
      return Optional.empty();
    }
    for (int i = 0; i < path.chain().size(); i++) {
      Optional<String> revoked =
          revoked(
              path.chain().get(i),
              path.issuerOf(i),
              lists,
              revocation == Revocation.REQUIRED,
              now.plusSeconds(-toleranceSeconds));
      if (revoked.isPresent()) {
        return revoked;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> revoked(
      Certificate certificate,
      Certificate issuer,
      List<RevocationList> lists,
      boolean required,
      WallTime now) {
    Optional<RevocationList> newest = Optional.empty();
    for (RevocationList list : lists) {
      boolean newer = newest.isEmpty() || list.thisUpdate().isAfter(newest.get().thisUpdate());
      if (newer && list.isBy(issuer)) {
        newest = Optional.of(list);
      }
    }
    if (newest.isEmpty()) {
      return required
          ? Optional.of(
              "No revocation list of "
                  + issuer.shown()
                  + " is at hand, and the policy requires one.")
          : Optional.empty();
    }
    WallTime since = newest.get().revoked().get(certificate.serial());
    if (since != null) {
      return Optional.of(
          "The certificate of "
              + certificate.shown()
              + " was revoked by "
              + issuer.shown()
              + " at "
              + since
              + '.');
    }
    boolean stale = newest.get().nextUpdate().map(next -> next.isBefore(now)).orElse(false);
    return required && stale
        ? Optional.of(
            "The revocation list of "
                + issuer.shown()
                + " is out of date since "
                + newest.get().nextUpdate().get()
                + ", and the policy requires a fresh one.")
        : Optional.empty();
  }
}
