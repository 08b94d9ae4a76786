package io.keymoot.daemon;

import io.keymoot.admission.PolicyError;
import io.keymoot.admission.PolicyFile;
import io.keymoot.admission.PolicyRules;
import io.keymoot.admission.certificate.Certificate;
import io.keymoot.daemon.setting.ErrorCode;
import io.keymoot.daemon.setting.Places;
import io.keymoot.daemon.setting.Problem;
import io.keymoot.daemon.setting.Setting;
import io.keymoot.daemon.setting.Settings;
import io.keymoot.flatkeying.wire.Bytes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The policy file, or what holds where there is none: who has a certificate of the device's own
 * anchors is let in; where there are no anchors either, the owner of this device is asked.
 */
final class Policy {
  private Policy() {}

  static final String USUAL =
      """
      version: 1
      admit:
        any:
          - invite: any
          - ask: owner
      expel:
        ask: owner
      founder: anybody
      introducer: anybody
      """;

  static final String USUAL_WITH_ANCHORS =
      """
      version: 1
      admit:
        certificate: any
      expel:
        ask: owner
      founder:
        certificate: any
      introducer:
        certificate: any
      """;

  static PolicyRules read(Places places, Settings settings) {
    Path file = places.policy(settings);
    List<Bytes> anchors = anchors(settings);
    String usual = anchors.isEmpty() ? USUAL : USUAL_WITH_ANCHORS;
    return switch (PolicyFile.parse(Files.exists(file) ? Ca.read(file) : usual, anchors)) {
      case PolicyFile.Parsed.Good good -> good.rules();
      case PolicyFile.Parsed.Faulty faulty ->
          throw new Problem(
              ErrorCode.BAD_POLICY,
              file
                  + " has errors:\n"
                  + faulty.errors().stream()
                      .map(PolicyError::toString)
                      .map(line -> "  " + line)
                      .collect(Collectors.joining("\n")),
              "Mend them; nothing of the file is used until then.");
    };
  }

  /** Roots, in DER; none if none are set. */
  static List<Bytes> anchors(Settings settings) {
    if (!settings.has(Setting.ANCHORS)) {
      return List.of();
    }
    Path file = Path.of(settings.get(Setting.ANCHORS));
    List<Certificate> roots = Ca.certificates(Ca.read(file), file);
    for (Certificate root : roots) {
      if (!root.authority()) {
        throw Settings.wrong(
            "In "
                + file
                + ", which 'anchors' names, the certificate of "
                + root.shown()
                + " is not an authority's.",
            "Name the chain.pem of a root there.");
      }
    }
    return roots.stream().map(Certificate::der).toList();
  }
}
