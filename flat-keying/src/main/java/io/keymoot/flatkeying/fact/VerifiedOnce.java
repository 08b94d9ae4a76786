package io.keymoot.flatkeying.fact;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Remembers what held lately, so that a fact's signatures are checked once however many peers of
 * one process receive it. What did not hold is not remembered: anybody can make any number of
 * those, and they would take the place of what is asked again. For one thread; full, it forgets
 * what was asked longest ago.
 */
public final class VerifiedOnce implements VerifyMemory {
  private final int capacity;
  private final Map<Hash32, Boolean> held = new LinkedHashMap<>(16, 0.75f, true);
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
    if (held.get(key) != null) {
      return Optional.empty();
    }
    Optional<Rejection> answer = check.get();
    checksMade++;
    if (answer.isEmpty()) {
      held.put(key, true);
    }
    if (held.size() > capacity) {
      held.remove(held.keySet().iterator().next());
    }
    return answer;
  }

  /** How many checks were made rather than remembered. */
  public long checksMade() {
    return checksMade;
  }

  int size() {
    return held.size();
  }
}
