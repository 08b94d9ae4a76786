package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.Admit;
import io.keymoot.flatkeying.fact.Approval;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.Fact;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FaultProof;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.Found;
import io.keymoot.flatkeying.fact.Here;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Reseal;
import io.keymoot.flatkeying.fact.Rights;
import io.keymoot.flatkeying.fact.SignedJoinRequest;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.group.CredentialVerdict;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SyncReply;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Credentials stand in facts by hash (section 3). This room sees to it that the bytes are where
 * they are needed: they travel with the facts whose rights rest on them, for an author may be gone
 * before anybody can ask; and every stay's is fetched and checked in the background by some, who
 * prove it if it does not hold.
 */
final class Credentials {
  private final Core core;

  /** Stays whose credentials this peer is to check, and how often it has asked for each. */
  private final Map<StayId, Unchecked> unchecked = new LinkedHashMap<>();

  private final Set<Hash32> asked = new LinkedHashSet<>();

  /** Said to all since somebody came in last: the others keep them, and who lacks one asks. */
  private final Set<Hash32> said = new TreeSet<>();

  /** Stays that somebody should not have begun. */
  private final Map<StayId, Stay> bad = new LinkedHashMap<>();

  private static final class Unchecked {
    final Stay stay;
    int tries;

    Unchecked(Stay stay) {
      this.stay = stay;
    }
  }

  Credentials(Core core) {
    this.core = core;
  }

  // ---- facts bring what they rest on

  /** The fact as it is told again: together with the credentials on which its right rests. */
  Bytes told(Envelope fact) {
    Bytes message = FactCodec.encode(fact);
    return with(message, atHand(under(fact), roomBeside(message)));
  }

  /** As its author says it first: with those of them that somebody may not have heard yet. */
  Bytes saidFirst(Envelope fact) {
    Bytes message = FactCodec.encode(fact);
    Set<Hash32> unsaid = under(fact);
    unsaid.removeAll(said);
    List<Bytes> blobs = atHand(unsaid, roomBeside(message));
    // What found no room goes with the next.
    blobs.forEach(blob -> said.add(blob.sha256()));
    return with(message, blobs);
  }

  private static int roomBeside(Bytes message) {
    return Limits.MESSAGE_BYTES - Limits.REPLY_FRAME - message.length();
  }

  private Bytes with(Bytes message, List<Bytes> blobs) {
    return blobs.isEmpty()
        ? message
        : SideCodec.encode(new SyncReply(core.group, List.of(message), blobs));
  }

  /** Those credentials under a fact that this peer has, as many as there is room for. */
  List<Bytes> atHand(Envelope fact, int room) {
    return atHand(under(fact), room);
  }

  private List<Bytes> atHand(Set<Hash32> credentials, int room) {
    List<Bytes> blobs = new ArrayList<>();
    int left = room;
    for (Hash32 hash : credentials) {
      Bytes blob = core.blobs.get(hash).orElse(Bytes.EMPTY);
      if (!blob.isEmpty() && blob.length() + 2 <= left) {
        blobs.add(blob);
        left -= blob.length() + 2;
      }
    }
    return blobs;
  }

  /** The credentials by whose right the fact says what it says: its author's, its approvers'. */
  private Set<Hash32> under(Envelope fact) {
    Set<Hash32> hashes = new LinkedHashSet<>();
    for (MemberId member : voices(fact.header().author(), fact.fact())) {
      core.state()
          .person(member)
          .ifPresent(
              person -> {
                core.state().liveStays(member).forEach(stay -> hashes.add(stay.credential()));
                hashes.add(person.request().credential());
              });
    }
    return hashes;
  }

  List<Bytes> ofOwnAndFounder() {
    List<Bytes> blobs = new ArrayList<>();
    blobs.add(core.self.credential());
    core.blobs.get(core.state().found().founder().credential()).ifPresent(blobs::add);
    return blobs;
  }

  private Set<MemberId> voices(MemberId author, Fact fact) {
    Set<MemberId> voices = new LinkedHashSet<>();
    switch (fact) {
      case Found found -> {}
      case Here here -> {}
      case Reseal reseal -> {}
      case Admit admit -> {
        boolean byAnybody = core.state().found().rights().admit() instanceof Rights.AnyMember;
        if (!byAnybody || !admit.approvals().isEmpty() || pardons(admit)) {
          voices.add(author);
        }
        admit.approvals().forEach(approval -> voices.add(approval.header().author()));
      }
      case Rekey rekey -> {
        for (Target target : rekey.targets()) {
          for (Approval approval : approvals(target)) {
            voices.add(author);
            voices.add(approval.header().author());
          }
          if (target instanceof Target.Expelled) {
            voices.add(author);
          }
        }
      }
    }
    return voices;
  }

  private boolean pardons(Admit admit) {
    for (SignedJoinRequest row : admit.rows()) {
      if (core.ledger.isBarred(core.state(), Fingerprint.of(row.request().key()))) {
        return true;
      }
    }
    return false;
  }

  private static List<Approval> approvals(Target target) {
    return switch (target) {
      case Target.Left left -> List.of();
      case Target.Expelled expelled -> expelled.approvals();
      case Target.Absent absent -> List.of(absent.second());
      case Target.Faulty faulty -> List.of();
    };
  }

  // ---- checked in the background

  /** Stays have begun: this peer checks its share of them. */
  void begun(GroupState before, GroupState state) {
    if (!state.newlyBegun(before).isEmpty()) {
      said.clear();
    }
    boolean all = state.memberCount() <= Limits.PREFETCH_MEMBERS;
    for (Stay stay : state.newlyBegun(before)) {
      boolean own = stay.person().device().equals(core.self.device);
      if (!own && (all || isInShare(stay, state.memberCount()))) {
        unchecked.put(stay.id(), new Unchecked(stay));
      }
    }
    while (unchecked.size() > Limits.CREDENTIALS_TO_CHECK) {
      unchecked.remove(unchecked.keySet().iterator().next());
    }
    if (!unchecked.isEmpty()) {
      core.timers.setIfUnset(Timers.Name.CHECK_CREDENTIALS, next());
    }
  }

  /** In a large group each stay is checked by about so many, and nobody checks all. */
  private boolean isInShare(Stay stay, int members) {
    Hash32 drawn = Hash32.sha256(core.self.member().hash().toArray(), stay.id().hash().toArray());
    return Long.remainderUnsigned(drawn.a(), members) < Limits.CREDENTIAL_CHECKERS;
  }

  private Tick next() {
    int spread = (int) Limits.CHECK_CREDENTIALS_MILLIS;
    return core.now.plusMillis(Limits.CHECK_CREDENTIALS_MILLIS + core.random(spread));
  }

  /** A few at a time: what is at hand is checked, the rest asked for. */
  void check(Syncing syncing) {
    int asks = 0;
    for (Unchecked each : List.copyOf(unchecked.values())) {
      Stay stay = each.stay;
      if (core.state().isOver(stay) || isChecked(stay)) {
        done(stay);
      } else if (asks < Limits.CREDENTIAL_ASKS) {
        asks++;
        unchecked.remove(stay.id());
        if (each.tries < Limits.CREDENTIAL_TRIES) {
          // To the end of the queue.
          unchecked.put(stay.id(), each);
          asked.add(stay.credential());
          MemberId of = each.tries++ % 2 == 0 ? stay.person().id() : stay.begunBy().author();
          syncing.askOnce(stay.credential(), message -> core.send(of, message));
        } else {
          asked.remove(stay.credential());
        }
      }
    }
    if (!unchecked.isEmpty()) {
      core.timers.setIfUnset(Timers.Name.CHECK_CREDENTIALS, next());
    }
  }

  private void done(Stay stay) {
    unchecked.remove(stay.id());
    asked.remove(stay.credential());
  }

  private boolean isChecked(Stay stay) {
    return switch (core.blobs.judge(stay.credential(), stay.person().request().key())) {
      case CredentialVerdict.Unknown unknown -> false;
      case CredentialVerdict.Accepted accepted -> true;
      case CredentialVerdict.Refused refused -> {
        // A founder's is what the group was founded on: nobody let it in.
        if (!(stay.begunBy().fact() instanceof Found)) {
          core.ignored("the credential of " + stay + " does not hold: " + refused.reason());
          bad.put(stay.id(), stay);
        }
        yield true;
      }
    };
  }

  /** Whether this peer asked for these bytes only to check them. */
  boolean wants(Hash32 blob) {
    return asked.contains(blob);
  }

  /** Whoever let in a row whose credential does not hold is at fault, and the bytes prove it. */
  List<Target.Faulty> faults() {
    if (bad.isEmpty()) {
      return List.of();
    }
    GroupState state = core.state();
    bad.values().removeIf(state::isOver);
    List<Target.Faulty> faults = new ArrayList<>();
    int bytes = 0;
    for (Stay stay : bad.values()) {
      Bytes credential = core.blobs.get(stay.credential()).orElse(Bytes.EMPTY);
      Target.Faulty fault =
          new Target.Faulty(
              stay.begunBy().author(),
              new FaultProof.BadCredential(stay.begunBy().id(), stay.person().id(), credential));
      bytes += credential.length();
      if (bytes <= Limits.CREDENTIAL_BYTES
          && core.ledger.mayTarget(core.signingState(), core.self.member(), fault)) {
        faults.add(fault);
      }
    }
    return faults;
  }
}
