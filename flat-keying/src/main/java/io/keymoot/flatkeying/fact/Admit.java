package io.keymoot.flatkeying.fact;

import java.util.List;

/**
 * Begins a stay for each row.
 *
 * @param rows 1 to 128 requests, no member twice
 * @param approvals what the group's rights ask for beyond the author's own word: to admit, or to
 *     pardon whom an expulsion names
 */
public record Admit(List<SignedJoinRequest> rows, List<Approval> approvals) implements Fact {
  @Override
  public MessageType type() {
    return MessageType.ADMIT;
  }
}
