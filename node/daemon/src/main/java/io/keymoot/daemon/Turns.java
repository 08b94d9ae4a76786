package io.keymoot.daemon;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Lets answers take effect in the order of the questions. The node answers each on a thread of its
 * own, so a later answer can come first, and what is remembered would go back to what was before.
 */
final class Turns {
  private CompletionStage<?> last = CompletableFuture.completedStage(null); // guarded by this

  /**
   * Asks now; what is answered takes effect after all that was asked before it, answered or failed.
   *
   * @param question must not wait
   * @return completes once the effect is over; fails as the question does, which has no effect then
   */
  synchronized <T> CompletionStage<T> take(
      Supplier<CompletionStage<T>> question, Consumer<T> effect) {
    CompletionStage<T> answer = question.get();
    CompletionStage<T> turn =
        last.handle((before, failed) -> answer)
            .thenCompose(mine -> mine)
            .thenApply(
                answered -> {
                  effect.accept(answered);
                  return answered;
                });
    last = turn;
    return turn;
  }
}
