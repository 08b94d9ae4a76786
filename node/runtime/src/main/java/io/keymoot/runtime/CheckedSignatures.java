package io.keymoot.runtime;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.stats.CacheStats;
import io.keymoot.flatkeying.fact.Rejection;
import io.keymoot.flatkeying.fact.VerifyMemory;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Signatures that held, for all groups of the process: each is checked once. Others are not
 * remembered: anybody can make any number of those.
 */
final class CheckedSignatures implements VerifyMemory {
  private final Cache<Hash32, Optional<Rejection>> answers =
      Caffeine.newBuilder().maximumSize(RuntimeLimits.CHECKED_SIGNATURES).recordStats().build();

  @Override
  public Optional<Rejection> answer(
      Supplier<Hash32> question, Supplier<Optional<Rejection>> check) {
    Hash32 asked = question.get();
    Optional<Rejection> known = answers.getIfPresent(asked);
    if (known == null) {
      known = check.get();
      if (known.isEmpty()) {
        answers.put(asked, known);
      }
    }
    return known;
  }

  CacheStats stats() {
    return answers.stats();
  }
}
