package io.keymoot.flatkeying.fact;

import io.keymoot.flatkeying.wire.Hash32;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Remembers what checks of signatures said. A check is a function of the bytes its question hashes
 * and of nothing else, so who remembers it, for whom and for how long changes no outcome.
 */
public interface VerifyMemory {
  /** Remembers nothing: every check is made each time. */
  VerifyMemory NONE = (question, check) -> check.get();

  /**
   * The answer to {@code question}: as remembered, or by making the check.
   *
   * @param question computed only by a memory that needs it
   * @return why not, or empty if all holds
   */
  Optional<Rejection> answer(Supplier<Hash32> question, Supplier<Optional<Rejection>> check);
}
