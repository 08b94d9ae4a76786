package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.Admit;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.Fact;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Found;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.Here;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Reseal;
import io.keymoot.flatkeying.fact.Rights;
import io.keymoot.flatkeying.fact.SignedJoinRequest;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.fact.Suite;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.wire.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A large group with one busy founder, who says what the test wants said. */
final class Crowd {
  final Scribe scribe = new Scribe();
  final Credentials credentials = new Credentials();
  final List<Envelope> facts = new ArrayList<>();
  final List<SignedJoinRequest> rows = new ArrayList<>();
  private final Scribe.Device founder = scribe.device("founder");
  private final Hash32 shown = credentials.makeAndFetch("anybody", "good expels");
  final GroupId group;
  final MemberId author;
  Ledger ledger;
  GroupState state = GroupState.nothing();

  Crowd() {
    Found found =
        new Found(
            "a crowd",
            Profile.CONFERENCE,
            Suite.XWING_AES256GCM_SHA256,
            new Rights(new Rights.AnyMember(), Optional.of("expels"), 2),
            Trust.OPEN,
            scribe.founderRow(founder, shown));
    Envelope first = scribe.found(founder, found);
    group = new GroupId(first.id().hash());
    author = first.header().author();
    ledger = ledger(Lore.ofOne());
    learn(first);
  }

  Ledger ledger(Lore lore) {
    return new Ledger(group, credentials, credentials, scribe.verifier(), lore);
  }

  Known learn(Envelope fact) {
    facts.add(fact);
    if (!(ledger.decide(fact) instanceof Ledger.Decision.Valid(Known known))) {
      throw new IllegalStateException("refused: " + ledger.decide(fact));
    }
    state = ledger.union(state, known);
    return known;
  }

  Envelope write(Fact content) {
    return scribe.fact(founder, group, author, state.heads(), content);
  }

  /** Newcomers, each on a device of its own, that nobody has let in yet. */
  List<SignedJoinRequest> newcomers(int count) {
    List<SignedJoinRequest> newcomers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Scribe.Device device = scribe.device("member " + (rows.size() + i));
      newcomers.add(scribe.request(device, group, shown, 1, new FactId(group.hash())));
    }
    rows.addAll(newcomers);
    return newcomers;
  }

  Known admit(int count) {
    return learn(write(new Admit(newcomers(count), List.of())));
  }

  /** Lets in as many as are missing, {@code atOnce} with each Admit. */
  void growTo(int members, int atOnce) {
    while (state.memberCount() < members) {
      admit(Math.min(atOnce, members - state.memberCount()));
    }
  }

  Known here() {
    return learn(write(new Here(fresh("leaf"), shown)));
  }

  Known rekey(Target... targets) {
    Optional<FactId> prev = state.usable().stream().map(Known::id).findFirst();
    Rekey draft = new Rekey(prev, List.of(targets), fresh("secret"), Hash32.ZERO, fresh("cover"));
    Hash32 members = ledger.draft(state, author, draft).membersDigest();
    return learn(
        write(
            new Rekey(draft.prev(), draft.targets(), draft.commitment(), members, draft.cover())));
  }

  /** Puts out the device of the row by the founder's role. */
  Known expel(SignedJoinRequest row) {
    return rekey(new Target.Expelled(row.request().fingerprint(), List.of()));
  }

  /** The member of the row gives all slots of its address new keys. */
  Known reseal(int row) {
    MemberId member = rows.get(row).member();
    List<Reseal.SlotKey> slots = new ArrayList<>();
    for (int position = 0; position < Limits.ADDRESS_SYMBOLS; position++) {
      int symbol = member.hash().symbol(position, Profile.CONFERENCE.symbolBits());
      slots.add(new Reseal.SlotKey(new Slot(position, symbol), fresh("slot " + position)));
    }
    Scribe.Device device = scribe.device("member " + row);
    return learn(scribe.fact(device, group, member, state.heads(), new Reseal(slots)));
  }

  private Hash32 fresh(String what) {
    return Hash32.sha256((what + " " + facts.size()).getBytes(StandardCharsets.UTF_8));
  }
}
