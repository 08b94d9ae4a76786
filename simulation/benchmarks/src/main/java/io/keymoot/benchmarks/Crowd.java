package io.keymoot.benchmarks;

import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.Admit;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.Fact;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactVerifier;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.Found;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.Here;
import io.keymoot.flatkeying.fact.JoinRequest;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Rights;
import io.keymoot.flatkeying.fact.SignedJoinRequest;
import io.keymoot.flatkeying.fact.Suite;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.fact.VerifiedOnce;
import io.keymoot.flatkeying.group.CredentialVerdict;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Ledger;
import io.keymoot.flatkeying.group.Lore;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;

/** A group in which the founder says everything, with signatures that were checked before. */
final class Crowd {
  private static final int CHECKS = 65_536;
  private static final String ROLE = "expels";

  private final Random random = new Random(1);
  private final SigningKey founder = key();
  private final FactVerifier verifier = new FactVerifier(new VerifiedOnce(CHECKS));
  private final GroupId group;
  private final FactWriter writer;
  private final MemberId author;
  final List<Envelope> facts = new ArrayList<>();
  final Ledger ledger;
  GroupState state = GroupState.nothing();

  Crowd() {
    JoinRequest row = FactWriter.founderRow(founder, hash(), hash(), nonce());
    Envelope found =
        FactWriter.found(
            founder,
            new Found(
                "crowd",
                Profile.CONFERENCE,
                Suite.XWING_AES256GCM_SHA256,
                new Rights(new Rights.AnyMember(), Optional.of(ROLE), 2),
                Trust.OPEN,
                row));
    group = new GroupId(found.id().hash());
    author = row.member();
    writer = new FactWriter(founder, group, author);
    ledger = ledger(Lore.ofOne());
    learn(found);
  }

  /** Another peer's, which knows nothing yet. */
  Ledger ledger(Lore lore) {
    var accepted = new CredentialVerdict.Accepted(new TreeSet<>(List.of(ROLE)));
    return new Ledger(
        group, (hash, key) -> accepted, (found, key, shown) -> accepted, verifier, lore);
  }

  GroupState learn(Envelope fact) {
    facts.add(fact);
    state = learn(ledger, state, fact);
    return state;
  }

  static GroupState learn(Ledger ledger, GroupState state, Envelope fact) {
    if (ledger.decide(fact) instanceof Ledger.Decision.Valid(Known known)) {
      return ledger.union(state, known);
    }
    throw new IllegalStateException("not valid: " + ledger.decide(fact));
  }

  Envelope write(Fact content) {
    return writer.write(state.heads(), content);
  }

  Envelope admit(int count) {
    List<SignedJoinRequest> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(
          FactWriter.joinRequest(key(), group, hash(), hash(), nonce(), new FactId(group.hash())));
    }
    return write(new Admit(rows, List.of()));
  }

  Envelope here() {
    return write(new Here(hash(), hash()));
  }

  Envelope rekey(Target... targets) {
    Optional<FactId> prev = state.usable().stream().map(Known::id).findFirst();
    Rekey draft = new Rekey(prev, List.of(targets), hash(), Hash32.ZERO, hash());
    Hash32 members = ledger.draft(state, author, draft).membersDigest();
    return write(new Rekey(prev, draft.targets(), draft.commitment(), members, draft.cover()));
  }

  void growTo(int members) {
    while (state.memberCount() < members) {
      learn(admit(Math.min(128, members - state.memberCount())));
    }
  }

  private SigningKey key() {
    return SigningKey.generate(SignatureKind.ED25519, random::nextBytes);
  }

  private Hash32 hash() {
    return Hash32.of(bytes(Hash32.LENGTH));
  }

  private Bytes nonce() {
    return Bytes.owning(bytes(JoinRequest.NONCE_BYTES));
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }
}
