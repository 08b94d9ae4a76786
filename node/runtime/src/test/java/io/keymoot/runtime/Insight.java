package io.keymoot.runtime;

import java.util.concurrent.CompletionStage;

/** What the runs in other packages look at, and nobody else may. */
public final class Insight {
  private Insight() {}

  /** How many facts of its group a node holds. */
  public static CompletionStage<Integer> factsOf(GroupNode node) {
    return node.lookAt(peer -> peer.keying().state().count()).thenApply(found -> found.orElse(0));
  }
}
