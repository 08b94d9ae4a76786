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
import io.keymoot.flatkeying.group.Reached;
import io.keymoot.flatkeying.group.Refusal;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SyncAsk;
import io.keymoot.flatkeying.message.SyncReply;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Fetching facts, and the blobs that facts name; and answering who fetches. */
final class Syncing {
  private static final int REPLY_BYTES = 56_000;
  private static final int REPLY_FACTS = 255;
  private static final long AGAIN_MILLIS = 1_000;

  private final Core core;
  private final Answering answering = new Answering();

  /** Of members, and of whoever sends what is by somebody this peer does not know yet. */
  private final Pace<MemberId> ofAuthors =
      new Pace<>(Limits.FACT_BYTES_WAITING_PER_SENDER, Limits.FACT_BYTES_WAITING_IN_ALL);

  private final Pace<Bytes> ofStrangers =
      new Pace<>(Limits.STRANGE_BYTES_WAITING_PER_SENDER, Limits.STRANGE_BYTES_WAITING);

  private final Bucket strangers = new Bucket(Limits.STRANGERS_ANSWERED_PER_SECOND);
  private final Set<Hash32> wantedBlobs = new LinkedHashSet<>();
  private List<FactId> toldLacking = List.of();

  // What the last review saw: most steps change nothing of it.
  private Membership.@Nullable Lacks reviewed;
  private long reviewedPace;
  private boolean isUnpaced;

  Syncing(Core core) {
    this.core = core;
  }

  // ---- asking

  void askFor(Collection<FactId> facts, Collection<Hash32> blobs, Consumer<Bytes> send) {
    if (!facts.isEmpty() || !blobs.isEmpty()) {
      askFor(facts, blobs, core.membership.atHand(), send);
    }
  }

  /**
   * @param have as heads, what the asked need not tell
   */
  void askFor(
      Collection<FactId> facts, Collection<Hash32> blobs, List<FactId> have, Consumer<Bytes> send) {
    List<FactId> wanted = facts.stream().limit(Limits.SYNC_WANTED).toList();
    List<Hash32> some = blobs.stream().limit(Limits.SYNC_WANTED).toList();
    if (wanted.isEmpty() && some.isEmpty()) {
      return;
    }
    wantedBlobs.addAll(some);
    if (!wantedBlobs.isEmpty()) {
      core.timers.setIfUnset(Timers.Name.FETCH_AGAIN, core.now.plusMillis(AGAIN_MILLIS));
    }
    while (wantedBlobs.size() > Limits.BLOBS) {
      wantedBlobs.remove(wantedBlobs.iterator().next());
    }
    ask(wanted, some, have, send);
  }

  /** Asks for what can be done without: if it does not come, nobody asks again by itself. */
  void askOnce(Hash32 blob, Consumer<Bytes> send) {
    ask(List.of(), List.of(blob), core.membership.atHand(), send);
  }

  private void ask(
      List<FactId> wanted, List<Hash32> some, List<FactId> have, Consumer<Bytes> send) {
    boolean fromNothing = have.isEmpty();
    List<FactId> heads = fromNothing ? List.of(new FactId(core.group.hash())) : have;
    send.accept(SideCodec.syncAsk(core.self.writer(), heads, fromNothing, wanted, some));
  }

  /** Says what is lacking, once, and again when it is something else. */
  void review() {
    if (core.membership.waitingCount() > 0) {
      core.timers.setIfUnset(
          Timers.Name.FORGET_STRANGERS, core.now.plusMillis(Limits.STRANGE_FACT_WAITS_MILLIS));
    }
    Membership.Lacks lacks = core.membership.lacks();
    if (lacks != reviewed || reviewedPace != ofAuthors.changes()) {
      reviewed = lacks;
      reviewedPace = ofAuthors.changes();
      List<FactId> lacking =
          lacks.facts().stream().filter(fact -> !ofAuthors.isWaiting(fact)).toList();
      if (!lacking.equals(toldLacking)) {
        toldLacking = lacking;
        core.out.add(new Effect.Lacks(lacking));
      }
    }
    // A credential on which a decision hangs: its holder has it, if anybody. Asked again if lost.
    for (Membership.Lacks.Credential credential : lacks.credentials()) {
      fetchBlob(credential.holder(), credential.hash());
    }
  }

  /** What was asked for and did not come may be asked for again, of somebody else. */
  void fetchAgain() {
    if (wantedBlobs.isEmpty()) {
      return;
    }
    core.timers.set(Timers.Name.FETCH_AGAIN, core.now.plusMillis(AGAIN_MILLIS));
    List<MemberId> others =
        core.state().members().stream()
            .map(Person::id)
            .filter(id -> !id.equals(core.self.member()))
            .toList();
    // A newcomer knows nobody yet: it asks its introducers, and goes on waiting for the answer.
    if (!others.isEmpty()) {
      List<Hash32> unanswered = List.copyOf(wantedBlobs);
      wantedBlobs.clear();
      MemberId other = others.get(core.random(others.size()));
      askFor(List.of(), unanswered, message -> core.send(other, message));
    }
  }

  void fetchBlob(MemberId of, Hash32 blob) {
    if (!of.equals(core.self.member()) && !wantedBlobs.contains(blob)) {
      askFor(List.of(), List.of(blob), message -> core.send(of, message));
    }
  }

  // ---- answering

  /**
   * Answers whoever some fact lets in, be it one that waits at this peer's door: who was let in by
   * somebody now out must learn it. Facts are no secrets.
   */
  void take(Bytes from, SyncAsk ask) {
    GroupState state = core.state();
    if (state.count() == 0) {
      return;
    }
    // The cheap questions first: most of those asked together have nothing to say.
    List<FactId> had = taken(ask.wanted()).stream().map(Known::id).toList();
    if (had.isEmpty() && ask.blobs().stream().noneMatch(hash -> core.blobs.get(hash).isPresent())) {
      return;
    }
    MemberId asker = ask.signed().header().author();
    Optional<Person> person = state.person(asker).or(() -> core.membership.personAtDoor(asker));
    if (person.isEmpty() && isOfAnotherSide(ask) && strangers.take(core.now)) {
      answer(ask).ifPresent(reply -> core.out.add(new Effect.ToAddress(from, reply)));
      return;
    }
    if (!core.isSignedBy(person, ask.signed())) {
      core.ignored("a Sync of nobody this peer knows");
      return;
    }
    // A newcomer lacks everything, which nobody else does.
    boolean mayTellAll = !ask.fromNothing() && ask.blobs().isEmpty();
    switch (answering.asked(asker, had, mayTellAll, core.now)) {
      case TO_ONE ->
          answer(ask).ifPresent(reply -> core.out.add(new Effect.ToAddress(from, reply)));
      case TO_ALL -> answer(ask).ifPresent(core::multicast);
      case SAID_ALREADY, TOO_MANY -> {}
    }
  }

  /**
   * Where all are gone who knew both sides of a partition, nobody on one is anybody to the other:
   * so some are answered that no fact at hand lets in, if they have seen what this peer has not.
   * Their signature proves nothing, but facts are no secrets.
   */
  private boolean isOfAnotherSide(SyncAsk ask) {
    return !ask.fromNothing() && !core.ledger.knowsAll(ask.signed().header().heads());
  }

  private Optional<Bytes> answer(SyncAsk ask) {
    List<Bytes> blobs = new ArrayList<>();
    int bytes = 0;
    for (Hash32 hash : ask.blobs()) {
      Bytes blob = core.blobs.get(hash).orElse(Bytes.EMPTY);
      if (!blob.isEmpty() && bytes + blob.length() < REPLY_BYTES) {
        blobs.add(blob);
        bytes += blob.length() + 2;
      }
    }
    if (ask.fromNothing()) {
      // What a newcomer judges its introducer and the founder by.
      for (Bytes blob : core.credentials.ofOwnAndFounder()) {
        if (!blobs.contains(blob)) {
          blobs.add(blob);
          bytes += blob.length() + 2;
        }
      }
    }
    List<Bytes> facts = factsThatFit(ask, REPLY_BYTES - bytes, blobs);
    return facts.isEmpty() && blobs.isEmpty()
        ? Optional.empty()
        : Optional.of(SideCodec.encode(new SyncReply(core.group, facts, blobs)));
  }

  /**
   * What leads from what the asker has to what it wants, oldest first. Of more than fits, the
   * oldest part: with it the asker goes on from there. But if this peer does not know all that the
   * asker has, the newest part, or it would be sent again and again what it has. The credentials on
   * which they rest come along.
   */
  private List<Bytes> factsThatFit(SyncAsk ask, int room, List<Bytes> blobs) {
    List<Known> between = between(ask);
    boolean knowsWhatItHas =
        ask.fromNothing() || core.ledger.knowsAll(ask.signed().header().heads());
    if (!knowsWhatItHas) {
      Collections.reverse(between);
    }
    List<Bytes> facts = new ArrayList<>();
    int bytes = 0;
    for (Known fact : between) {
      Bytes message = FactCodec.encode(core.ledger.envelope(fact));
      if (bytes + message.length() > room || facts.size() == REPLY_FACTS) {
        break;
      }
      facts.add(message);
      bytes += message.length() + 2;
      for (Bytes blob : core.credentials.atHand(fact.envelope(), room - bytes)) {
        if (!blobs.contains(blob) && blobs.size() < Limits.SYNC_WANTED) {
          blobs.add(blob);
          bytes += blob.length() + 2;
        }
      }
    }
    if (!knowsWhatItHas) {
      Collections.reverse(facts);
    }
    return facts;
  }

  private List<Known> between(SyncAsk ask) {
    Reached reached = core.ledger.reached(has(ask));
    Set<Known> between = new LinkedHashSet<>();
    for (Known wanted : taken(ask.wanted())) {
      between.addAll(core.ledger.lacking(reached, wanted));
    }
    return new ArrayList<>(between);
  }

  private List<Known> has(SyncAsk ask) {
    return ask.fromNothing() ? List.of() : core.ledger.known(ask.signed().header().heads());
  }

  private List<Known> taken(List<FactId> ids) {
    return core.ledger.known(ids).stream().filter(core.state()::contains).toList();
  }

  // ---- being answered

  /**
   * Offers the facts of a reply; says which these were, if something came of it. Whoever passes on
   * what it has taken has looked at the signatures: after a wrong one the rest costs no look.
   */
  Optional<List<FactId>> take(Bytes from, SyncReply reply) {
    List<FactId> told = new ArrayList<>();
    boolean facts = false;
    for (Bytes message : reply.facts()) {
      if (FactCodec.decode(message) instanceof Decoded.Ok<Envelope> ok) {
        told.add(ok.value().id());
        Offered offered = offer(from, ok.value());
        facts |= offered == Offered.TAKEN;
        if (isTheLastToLookAt(offered)) {
          break;
        }
      }
    }
    // What these facts hang on may have come with them.
    List<Hash32> lacked = facts && !reply.blobs().isEmpty() ? lackedCredentials() : List.of();
    boolean blobs = false;
    for (Bytes blob : reply.blobs()) {
      Hash32 hash = Hash32.sha256(blob.toArray());
      // A newcomer is told more than it can know to ask for.
      boolean isNew = core.state().count() == 0;
      if (wantedBlobs.remove(hash) | isNew | lacked.contains(hash) | core.credentials.wants(hash)) {
        core.blobs.put(blob);
        blobs = true;
      }
    }
    if (blobs) {
      core.membership.credentialKnown();
    }
    if (facts) {
      // Who has taken a fact has what it hangs on; its holder may be long gone. Of one only, or
      // whoever tells the same fact time and again makes us ask, and sign, as often.
      List<Hash32> unasked = lackedCredentials();
      unasked.removeAll(wantedBlobs);
      askFor(List.of(), unasked, message -> core.out.add(new Effect.ToAddress(from, message)));
    }
    return blobs || facts ? Optional.of(told) : Optional.empty();
  }

  /**
   * As heads, what will be at hand once this answer is taken, if it is true; nothing if it holds
   * nothing new, or what does not follow from what is at hand, or all that was wanted.
   */
  List<FactId> atHandWith(SyncReply reply, List<FactId> wanted) {
    SortedSet<FactId> heads = new TreeSet<>(core.membership.atHand());
    Set<FactId> told = new TreeSet<>();
    for (Bytes message : reply.facts()) {
      if (!(FactCodec.decode(message) instanceof Decoded.Ok<Envelope>(Envelope fact))) {
        return List.of();
      }
      for (FactId head : fact.header().heads()) {
        if (!told.contains(head) && core.ledger.get(head) == null) {
          return List.of();
        }
        heads.remove(head);
      }
      if (core.ledger.get(fact.id()) == null) {
        told.add(fact.id());
        heads.add(fact.id());
      }
    }
    boolean isAll =
        wanted.stream().allMatch(fact -> told.contains(fact) || core.ledger.get(fact) != null);
    return told.isEmpty() || isAll || heads.size() > Limits.HEADS ? List.of() : List.copyOf(heads);
  }

  private List<Hash32> lackedCredentials() {
    List<Hash32> lacked = new ArrayList<>();
    for (Membership.Lacks.Credential each : core.membership.lacks().credentials()) {
      lacked.add(each.hash());
    }
    return lacked;
  }

  private static boolean isTheLastToLookAt(Offered offered) {
    return offered == Offered.FORGED;
  }

  /** What became of a fact. */
  enum Offered {
    /** Taken, refused or kept for when it can be decided. */
    TAKEN,
    /** Its turn is to come, or it found no room. */
    PUT_OFF,
    /** Who is said to have said it did not sign it. */
    FORGED
  }

  /** What comes from this device's own disk is not paced. */
  void atOnce(Runnable hearing) {
    isUnpaced = true;
    try {
      hearing.run();
    } finally {
      isUnpaced = false;
    }
  }

  Offered offer(Bytes from, Envelope fact) {
    answering.overheard(fact.id(), core.now);
    // A newcomer has all that was ever said before it, to take at once.
    boolean isHistory = core.state().count() == 0;
    return isHistory || isUnpaced || core.membership.has(fact.id())
        ? take(from, fact)
        : pace(from, fact);
  }

  /**
   * Charges it to its author once it is known to be its author's. What a member did not sign it
   * will never have signed: it is dropped, and costs that member nothing, but one fact's worth of
   * what strangers may say from where it came.
   */
  private Offered pace(Bytes from, Envelope fact) {
    Optional<Person> author = core.state().person(fact.header().author());
    if (author.isPresent() && !isSigned(fact, author.get())) {
      ofStrangers.charge(from, core.now);
      return Offered.FORGED;
    }
    boolean may =
        author.isPresent()
            ? ofAuthors.mayTake(author.get().id(), from, fact, core.now)
            : ofStrangers.mayTake(from, from, fact, core.now);
    if (!may) {
      paceOn();
      return Offered.PUT_OFF;
    }
    return take(from, fact);
  }

  private boolean isSigned(Envelope fact, Person author) {
    boolean isSigned = core.verifier.isSigned(fact, author.key());
    if (!isSigned) {
      core.ignored("a fact in the name of " + author.id() + ", who did not sign it");
    }
    return isSigned;
  }

  /**
   * Come, and to be taken in its turn. Only its author's own copy: a false one promises nothing.
   */
  boolean isPaced(FactId fact) {
    return ofAuthors.isWaiting(fact);
  }

  void takeWhatWaited() {
    Collection<FactId> lacked = core.membership.lacks().facts();
    for (Pace.Waiting each : ofAuthors.due(core.now, lacked)) {
      take(each.from(), each.fact());
    }
    for (Pace.Waiting each : ofStrangers.due(core.now, lacked)) {
      if (core.state().person(each.fact().header().author()).isPresent()) {
        pace(each.from(), each.fact());
      } else {
        take(each.from(), each.fact());
      }
    }
    paceOn();
  }

  private void paceOn() {
    ofAuthors
        .next(core.now)
        .or(() -> ofStrangers.next(core.now))
        .ifPresent(at -> core.timers.setIfUnset(Timers.Name.PACE_FACTS, at));
  }

  private Offered take(Bytes from, Envelope fact) {
    Membership.Learnt learnt = core.membership.offer(fact, from.toHex());
    boolean isForged = false;
    for (Membership.Learnt.Refused refused : learnt.refused()) {
      core.out.add(new Effect.Refused(refused.fact(), refused.why()));
      isForged |= refused.fact().equals(fact.id()) && refused.why() == Refusal.BAD_SIGNATURE;
    }
    return isForged ? Offered.FORGED : Offered.TAKEN;
  }
}
