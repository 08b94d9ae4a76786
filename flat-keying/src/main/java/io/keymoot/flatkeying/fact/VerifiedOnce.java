package io.keymoot.flatkeying.fact;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Remembers the latest answers, so that a fact's signatures are checked once however many peers of
 * one process receive it. For one thread; full, it forgets what was asked longest ago.
 */
public final class VerifiedOnce implements VerifyMemory {
  private final int capacity;
  private final Map<Hash32, Optional<Rejection>> answers = new LinkedHashMap<>(16, 0.75f, true);
  private long checksMade;

  public VerifiedOnce() {
    this(Limits.REMEMBERED_CHECKS);
  }

  public VerifiedOnce(int capacity) {
    this.capacity = capacity;
  }

  @Override
  public Optional<Rejection> answer(
      Supplier<Hash32> question, Supplier<Optional<Rejection>> check) {
    Hash32 key = question.get();
    Optional<Rejection> known = answers.get(key);
    if (known != null) {
      return known;
    }
    Optional<Rejection> answer = check.get();
    checksMade++;
    answers.put(key, answer);
    if (answers.size() > capacity) {
      answers.remove(answers.keySet().iterator().next());
    }
    return answer;
  }

  /** How many checks were made rather than remembered. */
  public long checksMade() {
    return checksMade;
  }

  int size() {
    return answers.size();
  }
}
