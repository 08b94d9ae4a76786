package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.fact.Approval;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Leave;
import io.keymoot.flatkeying.fact.SignedHeader;
import io.keymoot.flatkeying.wire.Bytes;

/** Who signed what: the one question the rules ask of cryptography. */
public interface Signatures {
  /** Whether {@code key} signed the fact, and every embedded request its own key. */
  boolean author(Envelope fact, Bytes key);

  boolean holds(Approval approval, Bytes key);

  boolean holds(Leave leave, Bytes key);

  boolean holds(SignedHeader statement, Bytes key);

  /** The id of the fact the header belongs to. */
  FactId id(SignedHeader statement);
}
