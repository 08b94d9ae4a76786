package io.keymoot.runtime;

import io.keymoot.flatkeying.fact.FactId;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What the runs in other packages look at, and nobody else may. */
public final class Insight {
  private Insight() {}

  /** How many facts of its group a node holds. */
  public static CompletionStage<Integer> factsOf(GroupNode node) {
    return node.lookAt(peer -> peer.keying().state().count()).thenApply(found -> found.orElse(0));
  }

  /**
   * The epoch whose key a node sends under. What is sealed after this was asked is sealed under it
   * or a later one: what seals has the key before anybody is told.
   */
  public static Optional<FactId> epochInUse(GroupNode node) {
    return node.keyInUse().map(KeyName::epoch);
  }
}
