package io.keymoot.simulator.world;

import io.keymoot.admission.PolicyRules;
import io.keymoot.admission.WallTime;
import io.keymoot.admission.authority.Authority;
import io.keymoot.admission.authority.CertificateRequest;
import io.keymoot.admission.certificate.AlternativeNames;
import io.keymoot.admission.certificate.Certificate;
import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.wire.Bytes;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/** Whoever certifies the devices of a group that lets in nobody without a certificate. */
public final class Certifier {
  /** How wrong clocks may be by the policy of each device. */
  public static final long TOLERANCE_SECONDS = 2;

  private static final long DAY_SECONDS = 86_400;

  /** Certificates begin so long ago: a clock that is an hour behind finds them too new. */
  private static final long BEGAN_SECONDS = 1_800;

  private static final String BY_CERTIFICATE =
      """
      version: 1
      certificates:
        revocation: if known
        clock_tolerance: %ds
      admit:
        certificate: any
      expel: anybody
      founder: anybody
      introducer:
        certificate: any
      """;

  private final Authority root;
  private final Entropy entropy;
  private final SortedMap<BigInteger, WallTime> revoked = new TreeMap<>();
  private LongSupplier lifeSeconds = () -> DAY_SECONDS;

  /** A certificate with all that vouches for it, as it lies on a device's disk. */
  public record Paper(Bytes credential, BigInteger serial, WallTime from, WallTime until) {}

  Certifier(Entropy entropy, WallTime now) {
    this.entropy = entropy;
    this.root =
        Authority.root(
            Optional.empty(),
            "simulated",
            new Authority.Validity(now.plusDays(-1), now.plusDays(3_650)),
            SignatureKind.ED25519,
            entropy);
  }

  Trust trust() {
    return new Trust(List.of(root.certificate().der()), List.of(), Optional.empty());
  }

  static PolicyRules policy() {
    return World.rules(BY_CERTIFICATE.formatted(TOLERANCE_SECONDS));
  }

  Paper certify(SigningKey key, String name, WallTime now) {
    CertificateRequest request =
        CertificateRequest.create(key, Optional.empty(), name, AlternativeNames.NONE);
    Authority.Validity validity =
        new Authority.Validity(
            now.plusSeconds(-BEGAN_SECONDS), now.plusSeconds(lifeSeconds.getAsLong()));
    Certificate made =
        root.certify(request, new Authority.DeviceTerms(validity, List.of()), entropy);
    return new Paper(
        root.credential(made).encode(), made.serial(), validity.from(), validity.until());
  }

  /** What it certifies from now on is good for so long. */
  public void livesFor(LongSupplier seconds) {
    lifeSeconds = seconds;
  }

  public void livesForADay() {
    livesFor(() -> DAY_SECONDS);
  }

  void revoke(Paper paper, WallTime now) {
    revoked.putIfAbsent(paper.serial, now);
  }

  boolean isRevoked(Paper paper) {
    return revoked.containsKey(paper.serial);
  }

  /** All that it has revoked until now. */
  List<BigInteger> revoked() {
    return List.copyOf(revoked.keySet());
  }

  Bytes revocationList(WallTime now) {
    return root.revocationList(
        revoked.size(), new Authority.Validity(now, now.plusDays(1)), revoked);
  }
}
