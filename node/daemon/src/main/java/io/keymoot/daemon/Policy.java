package io.keymoot.daemon;

import io.keymoot.admission.PolicyError;
import io.keymoot.admission.PolicyFile;
import io.keymoot.admission.PolicyRules;
import io.keymoot.daemon.setting.ErrorCode;
import io.keymoot.daemon.setting.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** The policy file, or what holds where there is none: the owner of this device is asked. */
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

  static PolicyRules read(Path file) {
    boolean there = Files.exists(file);
    return switch (PolicyFile.parse(there ? Ca.read(file) : USUAL)) {
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
}
