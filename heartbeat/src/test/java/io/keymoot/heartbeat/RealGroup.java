package io.keymoot.heartbeat;

import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.Admit;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactVerifier;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.Found;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.JoinRequest;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rights;
import io.keymoot.flatkeying.fact.SignedJoinRequest;
import io.keymoot.flatkeying.fact.Suite;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.fact.VerifyMemory;
import io.keymoot.flatkeying.group.CredentialVerdict;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Ledger;
import io.keymoot.flatkeying.group.Membership;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** A state that signed facts lead to, through flat-keying's own door. */
final class RealGroup {
  private RealGroup() {}

  private static SigningKey key(int device) {
    return SigningKey.fromSecret(
            SignatureKind.ED25519, People.hash("real device " + device).toArray())
        .orThrow();
  }

  private static Bytes nonce(int member) {
    return Bytes.of(People.hash("nonce " + member).toArray(), 0, JoinRequest.NONCE_BYTES);
  }

  /**
   * @param sameDevice so many of the members, at the end, are the founder's device once more
   */
  static GroupState of(int members, int sameDevice) {
    SigningKey founder = key(0);
    Envelope found =
        FactWriter.found(
            founder,
            new Found(
                "real",
                Profile.CONFERENCE,
                Suite.XWING_AES256GCM_SHA256,
                new Rights(new Rights.AnyMember(), Optional.empty(), 2),
                Trust.OPEN,
                FactWriter.founderRow(founder, Hash32.ZERO, Hash32.ZERO, nonce(0))));
    GroupId group = new GroupId(found.id().hash());
    List<SignedJoinRequest> rows = new ArrayList<>();
    for (int member = 1; member < members; member++) {
      SigningKey device = member < members - sameDevice ? key(member) : founder;
      rows.add(
          FactWriter.joinRequest(
              device, group, Hash32.ZERO, Hash32.ZERO, nonce(member), new FactId(group.hash())));
    }
    CredentialVerdict accepted =
        new CredentialVerdict.Accepted(Collections.unmodifiableSortedSet(new TreeSet<>()));
    Ledger ledger =
        new Ledger(
            group,
            (credential, device) -> accepted,
            (itsFound, device, credential) -> accepted,
            new FactVerifier(VerifyMemory.NONE));
    Membership membership = Membership.of(ledger);
    membership.offer(found, "founder");
    membership.offer(
        new FactWriter(founder, group, found.header().author())
            .write(List.of(found.id()), new Admit(rows, List.of())),
        "founder");
    return membership.state();
  }
}
