package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Membership;
import io.keymoot.flatkeying.group.Person;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SyncAsk;
import io.keymoot.flatkeying.message.SyncReply;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Fetching facts, and the blobs that facts name; and answering who fetches. */
final class Syncing {
  private static final int REPLY_BYTES = 56_000;
  private static final int REPLY_FACTS = 255;
  private static final int ASKS_PER_SECOND = 40;
  private static final long AGAIN_MILLIS = 1_000;

  private final Core core;
  private final Bucket bucket = new Bucket(ASKS_PER_SECOND);
  private final Set<Hash32> wantedBlobs = new LinkedHashSet<>();
  private SortedSet<FactId> toldLacking = new TreeSet<>();

  Syncing(Core core) {
    this.core = core;
  }

  // ---- asking

  void askFor(Collection<FactId> facts, Collection<Hash32> blobs, Consumer<Bytes> send) {
    List<FactId> wanted = facts.stream().limit(Limits.SYNC_WANTED).toList();
    List<Hash32> some = blobs.stream().limit(Limits.SYNC_WANTED).toList();
    if (wanted.isEmpty() && some.isEmpty()) {
      return;
    }
    wantedBlobs.addAll(some);
    while (wantedBlobs.size() > Limits.BLOBS) {
      wantedBlobs.remove(wantedBlobs.iterator().next());
    }
    List<FactId> have = core.membership.atHand();
    boolean fromNothing = have.isEmpty();
    List<FactId> heads = fromNothing ? List.of(new FactId(core.group.hash())) : have;
    send.accept(SideCodec.syncAsk(core.self.writer(), heads, fromNothing, wanted, some));
  }

  /** Says what is lacking, once, and again when it is something else. */
  void review() {
    Membership.Lacks lacks = core.membership.lacks();
    if (!lacks.facts().equals(toldLacking)) {
      toldLacking = lacks.facts();
      core.out.add(new Effect.Lacks(lacks.facts()));
    }
    // A credential on which a decision hangs: its holder has it, if anybody.
    for (Membership.Lacks.Credential credential : lacks.credentials()) {
      fetchBlob(credential.holder(), credential.hash());
    }
  }

  /** What was asked for and did not come may be asked for again, of somebody else. */
  void fetchAgain() {
    List<Hash32> unanswered = List.copyOf(wantedBlobs);
    wantedBlobs.clear();
    List<MemberId> others =
        core.state().members().stream()
            .map(Person::id)
            .filter(id -> !id.equals(core.self.member()))
            .toList();
    if (!others.isEmpty() && !unanswered.isEmpty()) {
      MemberId other = others.get(core.random(others.size()));
      askFor(List.of(), unanswered, message -> core.send(other, message));
      core.timers.set(Timers.Name.FETCH_AGAIN, core.now.plusMillis(AGAIN_MILLIS));
    }
  }

  void fetchBlob(MemberId of, Hash32 blob) {
    if (!of.equals(core.self.member()) && !wantedBlobs.contains(blob)) {
      core.timers.setIfUnset(Timers.Name.FETCH_AGAIN, core.now.plusMillis(AGAIN_MILLIS));
      askFor(List.of(), List.of(blob), message -> core.send(of, message));
    }
  }

  // ---- answering

  /** Answers a member, or one that some member let in, which this peer may not have learnt yet. */
  void take(Bytes from, SyncAsk ask) {
    GroupState state = core.state();
    MemberId asker = ask.signed().header().author();
    if (state.count() == 0 || !core.isSignedBy(state.person(asker), ask.signed())) {
      core.ignored("a Sync of nobody this peer knows");
      return;
    }
    if (!bucket.take(core.now)) {
      return;
    }
    List<Bytes> blobs = new ArrayList<>();
    int bytes = 0;
    for (Hash32 hash : ask.blobs()) {
      Bytes blob = core.blobs.get(hash).orElse(Bytes.EMPTY);
      if (!blob.isEmpty() && bytes + blob.length() < REPLY_BYTES) {
        blobs.add(blob);
        bytes += blob.length() + 2;
      }
    }
    List<Bytes> facts = new ArrayList<>();
    for (Known fact : between(ask)) {
      Bytes message = FactCodec.encode(fact.envelope());
      if (bytes + message.length() > REPLY_BYTES || facts.size() == REPLY_FACTS) {
        break;
      }
      facts.add(message);
      bytes += message.length() + 2;
    }
    if (!facts.isEmpty() || !blobs.isEmpty()) {
      Bytes reply = SideCodec.encode(new SyncReply(core.group, facts, blobs));
      core.out.add(new Effect.ToAddress(from, reply));
    }
  }

  /** What leads from what the asker has to what it wants, oldest first. */
  private List<Known> between(SyncAsk ask) {
    List<Known> have = ask.fromNothing() ? List.of() : taken(ask.signed().header().heads());
    GroupState reached = core.ledger.join(have);
    List<Known> between = new ArrayList<>();
    for (Known wanted : taken(ask.wanted())) {
      for (Known fact : core.ledger.lacking(reached, wanted)) {
        if (!between.contains(fact)) {
          between.add(fact);
        }
        if (between.size() > REPLY_FACTS) {
          return between;
        }
      }
    }
    return between;
  }

  private List<Known> taken(List<FactId> ids) {
    List<Known> taken = new ArrayList<>();
    for (FactId id : ids) {
      if (core.ledger.get(id) instanceof Known fact && core.state().contains(fact)) {
        taken.add(fact);
      }
    }
    return taken;
  }

  // ---- being answered

  /** Offers the facts of a reply; true if something came of it. */
  boolean take(Bytes from, SyncReply reply) {
    boolean any = false;
    for (Bytes blob : reply.blobs()) {
      if (wantedBlobs.remove(Hash32.sha256(blob.toArray()))) {
        core.blobs.put(blob);
        any = true;
      }
    }
    if (any) {
      core.membership.credentialKnown();
    }
    for (Bytes message : reply.facts()) {
      if (FactCodec.decode(message) instanceof Decoded.Ok<Envelope> ok) {
        any |= offer(from, ok.value());
      }
    }
    return any;
  }

  boolean offer(Bytes from, Envelope fact) {
    Membership.Learnt learnt = core.membership.offer(fact, from.toHex());
    for (Membership.Learnt.Refused refused : learnt.refused()) {
      core.out.add(new Effect.Refused(refused.fact(), refused.why()));
    }
    return true;
  }
}
