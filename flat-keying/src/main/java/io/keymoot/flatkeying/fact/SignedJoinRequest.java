package io.keymoot.flatkeying.fact;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.wire.Bytes;

/** A row of an Admit. The signature was checked wherever this stands inside a {@code Verified}. */
public record SignedJoinRequest(JoinRequest request, MemberId member, Bytes signature) {
  /** How many bytes of its Admit it takes. */
  public int length() {
    return JoinRequestCodec.BODY_BYTES_BESIDES_KEY
        + request.key().length()
        + Limits.SIGNATURE_BYTES;
  }
}
