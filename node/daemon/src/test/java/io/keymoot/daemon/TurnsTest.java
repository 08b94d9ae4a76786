package io.keymoot.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Answers that come in another order than the questions went out. */
class TurnsTest {
  private final Turns turns = new Turns();
  private final List<String> remembered = new ArrayList<>();

  private CompletionStage<String> ask(CompletionStage<String> answer) {
    return turns.take(() -> answer, remembered::add);
  }

  @Test
  void anAnswerTakesEffectAfterThoseThatWereAskedForBeforeIt() {
    CompletableFuture<String> older = new CompletableFuture<>();
    CompletableFuture<String> newer = new CompletableFuture<>();
    CompletionStage<String> first = ask(older);
    CompletionStage<String> second = ask(newer);

    newer.complete("newer");
    assertThat(remembered).isEmpty();
    assertThat(second.toCompletableFuture()).isNotDone();
    older.complete("older");
    assertThat(remembered).containsExactly("older", "newer");
    assertThat(first.toCompletableFuture()).isCompletedWithValue("older");
    assertThat(second.toCompletableFuture()).isCompletedWithValue("newer");
  }

  @Test
  void aQuestionThatFailsHasNoEffectAndHoldsUpNobody() {
    CompletionStage<String> failed =
        ask(CompletableFuture.failedFuture(new IllegalStateException("stopped")));
    ask(CompletableFuture.completedFuture("after"));

    assertThat(failed.toCompletableFuture()).isCompletedExceptionally();
    assertThat(remembered).containsExactly("after");
  }

  @Test
  void anEffectThatFailsHoldsUpNobody() {
    CompletionStage<String> failed =
        turns.take(
            () -> CompletableFuture.completedFuture("first"),
            answer -> {
              throw new IllegalStateException("full");
            });
    ask(CompletableFuture.completedFuture("after"));

    assertThat(failed.toCompletableFuture()).isCompletedExceptionally();
    assertThat(remembered).containsExactly("after");
  }
}
