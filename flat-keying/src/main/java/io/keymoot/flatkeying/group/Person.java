package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.JoinRequest;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.wire.Hash32;

/** Who a member is, which never changes. */
public record Person(MemberId id, JoinRequest request, Fingerprint device) {
  static Person of(MemberId id, JoinRequest request) {
    return new Person(id, request, new Fingerprint(Hash32.sha256(request.key().toArray())));
  }
}
