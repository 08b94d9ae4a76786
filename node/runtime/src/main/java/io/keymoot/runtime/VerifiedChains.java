package io.keymoot.runtime;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.stats.CacheStats;
import io.keymoot.admission.certificate.CredentialChecker;
import io.keymoot.admission.certificate.Examined;
import io.keymoot.flatkeying.fact.Found;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.group.CredentialCheck;
import io.keymoot.flatkeying.group.CredentialVerdict;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;

/**
 * Credentials that were checked, for all groups of the process. A check is a fixed function of what
 * it is asked with, so whose answer it was and when does not matter.
 */
final class VerifiedChains implements CredentialCheck {
  private record Question(Trust trust, Bytes key, Hash32 credential) {}

  private final Cache<Question, Examined> examined =
      Caffeine.newBuilder().maximumSize(RuntimeLimits.VERIFIED_CHAINS).recordStats().build();

  @Override
  public CredentialVerdict check(Found found, Bytes key, Bytes credential) {
    Question question = new Question(found.trust(), key, credential.sha256());
    Examined known = examined.getIfPresent(question);
    if (known == null) {
      known = CredentialChecker.examine(found.trust(), key, credential);
      examined.put(question, known);
    }
    return known.verdict();
  }

  CacheStats stats() {
    return examined.stats();
  }
}
