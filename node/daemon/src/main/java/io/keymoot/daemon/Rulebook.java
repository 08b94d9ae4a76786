package io.keymoot.daemon;

import io.keymoot.admission.PolicyRules;
import io.keymoot.admission.WallTime;
import io.keymoot.admission.certificate.Certificate;
import io.keymoot.admission.certificate.Dates;
import io.keymoot.admission.certificate.RevocationList;
import io.keymoot.daemon.setting.Places;
import io.keymoot.daemon.setting.Problem;
import io.keymoot.daemon.setting.Setting;
import io.keymoot.daemon.setting.Settings;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What this device decides by: the policy, and the revocation lists beside it. Both are read before
 * either is taken.
 *
 * @param authorities those that this device's own files name; groups may trust others
 */
record Rulebook(PolicyRules policy, RevocationLists lists, List<Certificate> authorities) {

  /**
   * What a person should know of the lists before somebody is turned away, or let in, for it.
   *
   * @param isWrong whether somebody is turned away with whom nothing may be wrong, or a list does
   *     not count
   */
  record Caution(boolean isWrong, String found, String remedy) {}

  private static final String RENEW =
      "Put its newest list there; an authority of 'keymoot ca' makes one by: keymoot ca revoke --by"
          + " FOLDER. Then: keymoot config --reload";

  static Rulebook read(Places places, Settings settings) {
    return new Rulebook(
        Policy.read(places, settings),
        RevocationLists.read(places, settings),
        authorities(places, settings));
  }

  /** Who signed this device's certificate, and the roots of a group that it would found. */
  private static List<Certificate> authorities(Places places, Settings settings) {
    List<Certificate> named = new ArrayList<>();
    named.addAll(certificates(places.identity(settings).resolve(Ca.CHAIN)));
    if (settings.has(Setting.ANCHORS)) {
      named.addAll(certificates(Path.of(settings.get(Setting.ANCHORS))));
    }
    return List.copyOf(named);
  }

  /** Files that cannot be read are complained of where they are needed. */
  private static List<Certificate> certificates(Path file) {
    try {
      return Files.exists(file) ? Ca.certificates(Ca.read(file), file) : List.of();
    } catch (Problem e) {
      return List.of();
    }
  }

  List<Caution> cautions(WallTime now) {
    List<Caution> cautions = new ArrayList<>();
    boolean required = policy.revocation() == Dates.Revocation.REQUIRED;
    if (policy.revocation() == Dates.Revocation.IGNORED) {
      if (!lists.isEmpty()) {
        cautions.add(
            new Caution(
                false,
                "The policy ignores the " + lists.counted() + " in " + lists.folder() + '.',
                "Write 'revocation: if known' in it if they are to count."));
      }
      return cautions;
    }
    if (required && lists.isEmpty()) {
      cautions.add(
          new Caution(
              true,
              "The policy requires revocation lists, and none is in "
                  + lists.folder()
                  + ": nobody is let in by a certificate.",
              "Put a list of each authority there (an authority of 'keymoot ca' makes one by:"
                  + " keymoot ca revoke --by FOLDER), then: keymoot config --reload. Or write"
                  + " 'revocation: if known' in the policy."));
      return cautions;
    }
    Collection<Certificate> known = known();
    for (RevocationLists.Kept each : lists.all()) {
      if (isForged(each.list(), known)) {
        cautions.add(forged(each));
      }
    }
    if (required) {
      lacking(known, cautions);
    }
    for (RevocationLists.Kept each : newest(known)) {
      each.list()
          .nextUpdate()
          .filter(next -> next.isBefore(now))
          .ifPresent(next -> cautions.add(stale(each, next, required)));
    }
    return cautions;
  }

  /** Those that this device's own files name and those of its policy. */
  private Collection<Certificate> known() {
    Map<Bytes, Certificate> known = new LinkedHashMap<>();
    authorities.stream()
        .filter(Certificate::authority)
        .forEach(each -> known.put(each.der(), each));
    for (Bytes anchor : policy.anchors()) {
      if (Certificate.decode(anchor) instanceof Decoded.Ok<Certificate> ok) {
        known.put(anchor, ok.value());
      }
    }
    return known.values();
  }

  /** It bears the name of one that is known, and no such one signed it. */
  private static boolean isForged(RevocationList list, Collection<Certificate> known) {
    return known.stream().anyMatch(each -> each.subject().der().equals(list.issuer().der()))
        && known.stream().noneMatch(list::isBy);
  }

  /** Whoever decides looks at the signature, so it is as if it were not there; and nobody says. */
  private static Caution forged(RevocationLists.Kept kept) {
    return new Caution(
        true,
        kept.file()
            + " says it is the revocation list of \""
            + kept.list().issuer().shown()
            + "\", which did not sign it, or not so: it does not count.",
        "Put the list in its place that this authority made. If the authority has a new key, take"
            + " its new certificate too.");
  }

  private void lacking(Collection<Certificate> known, List<Caution> cautions) {
    for (Certificate authority : known) {
      if (lists.all().stream().noneMatch(each -> each.list().isBy(authority))) {
        cautions.add(
            new Caution(
                true,
                "The policy requires revocation lists, and none by "
                    + authority.shown()
                    + " is in "
                    + lists.folder()
                    + ": nobody is let in whose certificate leads to it.",
                RENEW));
      }
    }
  }

  private static Caution stale(RevocationLists.Kept kept, WallTime since, boolean required) {
    return new Caution(
        required,
        kept.file()
            + ", the revocation list of \""
            + kept.list().issuer().shown()
            + "\", is out of date since "
            + since
            + (required
                ? ": nobody is let in whose certificate leads to it."
                : ": what was taken back since is not known."),
        RENEW);
  }

  /** One of each authority: older ones are not looked at, nor what does not count. */
  private List<RevocationLists.Kept> newest(Collection<Certificate> known) {
    Map<Bytes, RevocationLists.Kept> newest = new LinkedHashMap<>();
    for (RevocationLists.Kept each : lists.all()) {
      if (!isForged(each.list(), known)) {
        newest.merge(
            each.list().issuer().der(), each, (one, other) -> later(one, other) ? other : one);
      }
    }
    return List.copyOf(newest.values());
  }

  private static boolean later(RevocationLists.Kept one, RevocationLists.Kept other) {
    RevocationList newer = other.list();
    return newer.thisUpdate().isAfter(one.list().thisUpdate());
  }

  /**
   * For whoever had it read anew.
   *
   * @param certificate what came of a renewed one
   */
  String taken(Optional<String> certificate, WallTime now) {
    StringBuilder said = new StringBuilder("The policy was taken");
    if (!lists.isEmpty()) {
      said.append(", with ").append(lists.counted());
    }
    said.append(certificate.map(each -> ". " + each).orElse("; other settings need a new start."));
    cautions(now)
        .forEach(each -> said.append(' ').append(each.found()).append(' ').append(each.remedy()));
    return said.toString();
  }
}
