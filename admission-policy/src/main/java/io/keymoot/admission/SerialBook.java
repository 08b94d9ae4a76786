package io.keymoot.admission;

import io.keymoot.admission.certificate.Certificate;
import io.keymoot.admission.certificate.Examined;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.wire.Hash32;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Serial numbers of certificates that were accepted. An authority that gives one number twice is
 * broken or broken into; the second certificate is not believed. Bounded: the oldest go.
 *
 * <p>A certificate is here what its authority signed, and not the signature: of one over ECDSA
 * anybody can make a second that holds, and whoever showed it first would shut out all who show the
 * genuine one.
 */
final class SerialBook {
  private record Number(Fingerprint issuer, BigInteger serial) {}

  private final SequencedMap<Number, Hash32> seen = new LinkedHashMap<>();

  boolean contradicts(Examined.ByChain path) {
    for (int i = 0; i < path.chain().size(); i++) {
      Hash32 before = seen.get(number(path, i));
      if (before != null && !before.equals(content(path.chain().get(i)))) {
        return true;
      }
    }
    return false;
  }

  /** The first counts: a device may be let in for another reason than its certificate. */
  void note(Examined.ByChain path) {
    for (int i = 0; i < path.chain().size(); i++) {
      Hash32 content = content(path.chain().get(i));
      Hash32 before = seen.get(number(path, i));
      if (before == null || before.equals(content)) {
        seen.putLast(number(path, i), content);
      }
    }
    while (seen.size() > AdmissionLimits.SERIALS_SEEN) {
      Map.Entry<Number, Hash32> oldest = seen.pollFirstEntry();
      assert oldest != null;
    }
  }

  private static Number number(Examined.ByChain path, int index) {
    return new Number(path.issuerOf(index).fingerprint(), path.chain().get(index).serial());
  }

  private static Hash32 content(Certificate certificate) {
    return Hash32.sha256(certificate.signed().toArray());
  }
}
