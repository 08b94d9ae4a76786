package io.keymoot.admission.certificate;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Follows a chain from an anchor down to a device (RFC 5280, section 6, without dates, policies and
 * revocation). Where RFC 5280 leaves a choice the stricter one is taken, and said.
 *
 * <p>Roles are handed down: a role that a device's certificate names counts only if each authority
 * between it and the anchor names the same role, or all of them ({@code keymoot:role:*}). The
 * anchor may hand out every role: whoever founded the group chose it.
 */
final class PathCheck {

  sealed interface Verdict {
    /**
     * @param reason a whole sentence for a person
     */
    record Broken(String reason) implements Verdict {}

    /**
     * @param roles named in the device's certificate and handed down by all above it
     */
    record Whole(Certificate anchor, List<String> roles) implements Verdict {}
  }

  private static final String EVERY_ROLE = "*";

  private final List<Certificate> chain;
  private final List<Certificate> anchors;

  /**
   * @param chain the device's certificate first, then who signed it, and so on; without the anchor
   */
  private PathCheck(List<Certificate> chain, List<Certificate> anchors) {
    this.chain = chain;
    this.anchors = anchors;
  }

  static Verdict check(List<Certificate> chain, List<Certificate> anchors) {
    return new PathCheck(chain, anchors).verdict();
  }

  private Verdict verdict() {
    Certificate top = chain.get(chain.size() - 1);
    for (Certificate anchor : anchors) {
      if (anchor.der().equals(top.der())) {
        return new Verdict.Broken(
            "The chain includes the anchor "
                + anchor.shown()
                + " itself; it must end with the certificate that the anchor signed.");
      }
    }
    Optional<Certificate> anchor = anchorOf(top);
    if (anchor.isEmpty()) {
      return new Verdict.Broken(noAnchor(top));
    }
    return fault(anchor.get())
        .<Verdict>map(Verdict.Broken::new)
        .orElseGet(() -> new Verdict.Whole(anchor.get(), roles()));
  }

  /** Anchors may share a name, after a change of keys: the one whose key fits is meant. */
  private Optional<Certificate> anchorOf(Certificate top) {
    return anchors.stream()
        .filter(anchor -> anchor.subject().der().equals(top.issuer().der()))
        .filter(anchor -> top.isSignedBy(anchor.key()))
        .findFirst();
  }

  private String noAnchor(Certificate top) {
    boolean named =
        anchors.stream().anyMatch(anchor -> anchor.subject().der().equals(top.issuer().der()));
    if (named) {
      return "The signature on the certificate of "
          + top.shown()
          + " is not by the key of the anchor "
          + '"'
          + top.issuer().shown()
          + "\": it is forged or damaged, or that anchor has another key now.";
    }
    if (top.isSelfSigned()) {
      return chain.size() == 1
          ? "The certificate of " + top.shown() + " is signed by itself, not by an anchor."
          : "The chain ends in the root " + top.shown() + ", which is not an anchor here.";
    }
    return "The certificate of "
        + top.shown()
        + " is signed by \""
        + top.issuer().shown()
        + "\", which is not an anchor here; perhaps a certificate between them is missing.";
  }

  private Optional<String> fault(Certificate anchor) {
    List<Certificate> above = new ArrayList<>();
    above.add(anchor);
    Optional<String> fault =
        unknownCritical(anchor).or(() -> authorityFault(anchor, chain.size() - 1));
    for (int i = chain.size() - 1; i >= 0 && fault.isEmpty(); i--) {
      Certificate certificate = chain.get(i);
      fault = linkFault(certificate, above.get(above.size() - 1));
      if (fault.isEmpty()) {
        fault = i > 0 ? siteFault(certificate, i - 1) : deviceFault(certificate);
      }
      if (fault.isEmpty()) {
        fault = constraintFault(certificate, above);
      }
      if (fault.isEmpty()) {
        fault = serialFault(certificate, above);
      }
      above.add(certificate);
    }
    return fault;
  }

  private static Optional<String> linkFault(Certificate certificate, Certificate issuer) {
    if (!certificate.issuer().der().equals(issuer.subject().der())) {
      return Optional.of(
          "The chain is in the wrong order or mixed up: the certificate of "
              + certificate.shown()
              + " is signed by \""
              + certificate.issuer().shown()
              + "\", but the next one is of "
              + issuer.shown()
              + '.');
    }
    if (!certificate.isSignedBy(issuer.key())) {
      return Optional.of(
          "The signature on the certificate of "
              + certificate.shown()
              + " is not by the key of "
              + issuer.shown()
              + ": it is forged or damaged.");
    }
    return unknownCritical(certificate);
  }

  private static Optional<String> unknownCritical(Certificate certificate) {
    return certificate.unknownCritical().stream()
        .findFirst()
        .map(
            oid ->
                "The certificate of "
                    + certificate.shown()
                    + " has the critical extension "
                    + oid
                    + ", which is not understood here.");
  }

  /**
   * @param authoritiesBelow in this chain
   */
  private static Optional<String> authorityFault(Certificate authority, int authoritiesBelow) {
    if (!authority.authority()) {
      return Optional.of(
          authority.shown()
              + " signed another certificate, but its own does not make it an authority (no CA in"
              + " its basic constraints).");
    }
    if (!authority.allowsUse(Certificate.KEY_CERT_SIGN)) {
      return Optional.of(
          "The key usage of "
              + authority.shown()
              + " does not allow it to sign certificates (no keyCertSign).");
    }
    if (!authority.allowsDevices()) {
      return Optional.of(
          "The extended key usage of the authority "
              + authority.shown()
              + " does not allow certificates of devices (no clientAuth).");
    }
    // RFC 5280 does not count self-issued authorities here; we do.
    if (authority.pathLength().isPresent()
        && authority.pathLength().getAsInt() < authoritiesBelow) {
      return Optional.of(
          authority.shown()
              + " allows "
              + authority.pathLength().getAsInt()
              + " authorities below it, but the chain has "
              + authoritiesBelow
              + '.');
    }
    return Optional.empty();
  }

  /** RFC 5280 says authorities must state their key usage; here it is insisted upon. */
  private static Optional<String> siteFault(Certificate site, int authoritiesBelow) {
    Optional<String> fault = authorityFault(site, authoritiesBelow);
    return fault.isEmpty() && site.keyUsage().isEmpty()
        ? Optional.of("The certificate of the authority " + site.shown() + " has no key usage.")
        : fault;
  }

  private static Optional<String> deviceFault(Certificate device) {
    if (device.authority()) {
      return Optional.of(
          "The certificate of " + device.shown() + " is an authority's, not a device's.");
    }
    if (!device.allowsUse(Certificate.DIGITAL_SIGNATURE)) {
      return Optional.of(
          "The key usage of "
              + device.shown()
              + " does not allow it to sign (no digitalSignature).");
    }
    if (!device.allowsDevices()) {
      return Optional.of(
          "The extended key usage of "
              + device.shown()
              + " is for something else: clientAuth is needed.");
    }
    if (device.subject().isEmpty() && device.names().equals(AlternativeNames.NONE)) {
      return Optional.of("The certificate names nobody: it has no subject and no other name.");
    }
    return Optional.empty();
  }

  private static Optional<String> constraintFault(
      Certificate certificate, List<Certificate> above) {
    for (Certificate authority : above) {
      Optional<String> offence =
          authority.nameConstraints().flatMap(constraints -> constraints.offence(certificate));
      if (offence.isPresent()) {
        return Optional.of(
            "The certificate of "
                + certificate.shown()
                + " has the name "
                + offence.get()
                + ", outside what "
                + authority.shown()
                + " is allowed to certify (name constraints).");
      }
    }
    return Optional.empty();
  }

  /** One authority gives a number once; a second certificate under it cannot be told apart. */
  private static Optional<String> serialFault(Certificate certificate, List<Certificate> above) {
    for (Certificate other : above) {
      BigInteger serial = certificate.serial();
      if (other.serial().equals(serial)
          && other.issuer().der().equals(certificate.issuer().der())) {
        return Optional.of(
            "The certificates of "
                + certificate.shown()
                + " and "
                + other.shown()
                + " have the same issuer and the same serial number, "
                + serial.toString(16)
                + '.');
      }
    }
    return Optional.empty();
  }

  private List<String> roles() {
    List<String> roles = new ArrayList<>();
    for (String role : chain.get(0).names().roles()) {
      boolean handedDown = !role.isEmpty() && !role.equals(EVERY_ROLE) && !roles.contains(role);
      for (Certificate authority : chain.subList(1, chain.size())) {
        List<String> given = authority.names().roles();
        handedDown &= given.contains(role) || given.contains(EVERY_ROLE);
      }
      if (handedDown) {
        roles.add(role);
      }
    }
    return List.copyOf(roles);
  }
}
