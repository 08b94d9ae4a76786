package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactVerifier;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a fact is judged on: its past, its author, and where its evidence is looked up.
 *
 * @param past the state of past(m)
 */
record Grounds(
    GroupState past,
    Person author,
    CredentialBook credentials,
    CredentialCheck check,
    FactVerifier signatures,
    Ledger ledger) {

  @Nullable Known known(FactId id) {
    return ledger.get(id);
  }

  boolean isInPast(List<FactId> heads) {
    for (FactId head : heads) {
      Known fact = known(head);
      if (fact == null || !past.contains(fact)) {
        return false;
      }
    }
    return true;
  }

  /** What a statement with these heads covers. */
  GroupState closure(List<FactId> heads) {
    return ledger.join(ledger.known(heads));
  }
}
