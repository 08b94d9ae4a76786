package io.keymoot.admission.certificate;

import io.keymoot.flatkeying.fact.Found;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.group.CredentialCheck;
import io.keymoot.flatkeying.group.CredentialVerdict;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The fixed function: whether a credential holds in a group, and what roles it gives (section 3).
 *
 * <p>Nothing enters but the arguments: no clock, revocation list, trust store, locale, system or
 * security property. Dates and revocation are questions of policy, asked by who admits. All members
 * compute this alike and for ever, so changing it is a new version of the protocol.
 *
 * <ul>
 *   <li>A group with anchors accepts a chain that leads to one of them, whose first certificate is
 *       over the device's key and, if the group has patterns, matches one of them.
 *   <li>A group with an invite key accepts its signature over the device's fingerprint. An invite
 *       gives no role.
 *   <li>A group with neither is open: every device may show itself, and nobody has a role.
 * </ul>
 *
 * <p>A device has the roles that {@code keymoot:role:…} URIs of its certificate name and that were
 * handed down to it (see {@code PathCheck}). Where the group has patterns {@code role chair: …},
 * those alone decide who is chair.
 */
public final class CredentialChecker implements CredentialCheck {

  @Override
  public CredentialVerdict check(Found found, Bytes key, Bytes credential) {
    return examine(found.trust(), key, credential).verdict();
  }

  /** As {@link #check}, saying what it found on the way. */
  public static Examined examine(Trust trust, Bytes key, Bytes credential) {
    if (trust.anchors().isEmpty() && trust.inviteKey().isEmpty()) {
      // Patterns without an anchor ask for what nobody can show: then nobody gets in, not
      // everybody.
      return trust.patterns().isEmpty()
          ? new Examined.Open()
          : new Examined.Refused(
              "The group asks for certificates of a pattern but names no anchor to certify them.");
    }
    return switch (Credential.decode(credential)) {
      case Decoded.Malformed<Credential> bad ->
          new Examined.Refused("The credential is malformed: " + bad.reason() + '.');
      case Decoded.Ok<Credential> ok -> examine(trust, key, ok.value());
    };
  }

  private static Examined examine(Trust trust, Bytes key, Credential credential) {
    Examined byChain =
        trust.anchors().isEmpty()
            ? new Examined.Refused(
                "The group admits by invite, and no proof of its invite is shown.")
            : byChain(trust.anchors(), trust.patterns(), key, credential.certificates());
    if (byChain instanceof Examined.Refused && trust.inviteKey().isPresent()) {
      Bytes message = Credential.inviteMessage(key);
      for (Bytes proof : credential.invites()) {
        if (PublicKeys.holds(trust.inviteKey().get(), message, proof)) {
          return new Examined.ByInvite();
        }
      }
      if (!credential.invites().isEmpty() && credential.certificates().isEmpty()) {
        return new Examined.Refused(
            "The proof of invite is not for this device or not of this group's invite.");
      }
    }
    return byChain;
  }

  /** Checks a chain against anchors and patterns that may be a group's or a newcomer's own. */
  public static Examined byChain(
      List<Bytes> anchors, List<String> patterns, Bytes key, List<Bytes> certificates) {
    if (certificates.isEmpty()) {
      return new Examined.Refused("No certificate is shown.");
    }
    List<Certificate> chain = new ArrayList<>();
    for (Bytes der : certificates) {
      switch (Certificate.decode(der)) {
        case Decoded.Ok<Certificate> ok -> chain.add(ok.value());
        case Decoded.Malformed<Certificate> bad -> {
          return new Examined.Refused(
              "Certificate "
                  + (chain.size() + 1)
                  + " of the chain is not acceptable: "
                  + bad.reason()
                  + '.');
        }
      }
    }
    List<Certificate> trusted = new ArrayList<>();
    for (Bytes der : anchors) {
      // An anchor that cannot be read certifies nobody; the others do.
      if (Certificate.decode(der) instanceof Decoded.Ok<Certificate> ok) {
        trusted.add(ok.value());
      }
    }
    if (trusted.isEmpty()) {
      return new Examined.Refused("None of the anchors is an acceptable certificate.");
    }
    Certificate device = chain.get(0);
    if (!device.key().equals(key)) {
      return new Examined.Refused(
          "The certificate of " + device.shown() + " is over another key than the device's.");
    }
    return switch (PathCheck.check(chain, trusted)) {
      case PathCheck.Verdict.Broken broken -> new Examined.Refused(broken.reason());
      case PathCheck.Verdict.Whole whole -> matched(chain, whole, patterns);
    };
  }

  private static Examined matched(
      List<Certificate> chain, PathCheck.Verdict.Whole path, List<String> patterns) {
    List<Pattern> audience = new ArrayList<>();
    List<Pattern> grants = new ArrayList<>();
    for (String text : patterns) {
      switch (Pattern.parse(text)) {
        case Decoded.Ok<Pattern> ok ->
            (ok.value().grants().isPresent() ? grants : audience).add(ok.value());
        // Skipping it could open the group or give a role to whom it was meant to keep from it.
        case Decoded.Malformed<Pattern> bad -> {
          return new Examined.Refused("A pattern cannot be read: " + bad.reason() + '.');
        }
      }
    }
    Certificate device = chain.get(0);
    Certificate issuer = chain.size() > 1 ? chain.get(1) : path.anchor();
    SortedSet<String> roles = roles(device, issuer, path, grants);
    boolean wanted =
        audience.isEmpty()
            || audience.stream()
                .anyMatch(each -> each.matches(device, issuer, path.anchor(), roles));
    return wanted
        ? new Examined.ByChain(
            List.copyOf(chain), path.anchor(), Collections.unmodifiableSortedSet(roles))
        : new Examined.Refused(
            "The certificate of " + device.shown() + " matches none of the patterns asked for.");
  }

  private static SortedSet<String> roles(
      Certificate device, Certificate issuer, PathCheck.Verdict.Whole path, List<Pattern> grants) {
    SortedSet<String> roles = new TreeSet<>(path.roles());
    for (Pattern grant : grants) {
      roles.remove(grant.grants().orElseThrow());
    }
    for (Pattern grant : grants) {
      // Against what the certificates themselves give, so the order of the patterns says nothing.
      if (grant.matches(device, issuer, path.anchor(), path.roles())) {
        roles.add(grant.grants().orElseThrow());
      }
    }
    return roles;
  }
}
