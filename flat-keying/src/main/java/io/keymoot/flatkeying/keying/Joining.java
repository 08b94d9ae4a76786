package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.crypto.LeafKey;
import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.crypto.SealContext;
import io.keymoot.flatkeying.fact.Admit;
import io.keymoot.flatkeying.fact.Approval;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.EvidenceCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.Found;
import io.keymoot.flatkeying.fact.JoinRequest;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.Rights;
import io.keymoot.flatkeying.fact.SignedJoinRequest;
import io.keymoot.flatkeying.group.CredentialVerdict;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Membership;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.key.SecretReader;
import io.keymoot.flatkeying.key.SecretWriter;
import io.keymoot.flatkeying.message.Grant;
import io.keymoot.flatkeying.message.JoinAsk;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SyncReply;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Letting in, and being let in (section 8).
 *
 * <pre>
 *   newcomer                         introducer                       the others
 *   JoinRequest  ──────────────────▶ checks, asks the policy
 *                                    Admit ─────────────────────────▶ step the running key
 *                ◀──────────────────  Grant (stepped key, heads)
 *   Sync ⇄ anybody: all the past of those heads, then it takes it, and sends
 * </pre>
 *
 * <p>Long, but whole: what either side says is checked by the other, rule by rule.
 */
final class Joining {
  /** While the past is fetched, one in so many tries also asks to be let in again. */
  private static final int ASK_EVERY = 4;

  private final Core core;
  private final Syncing syncing;
  private final NeedGive needGive;
  private final Approvals approvals;
  private final Pending pending;
  private final Vouching vouching;

  // the newcomer's side
  private final List<Bytes> introducers = new ArrayList<>();
  private int nextIntroducer;
  private int fetches;
  private boolean isFoundKnown;
  private long retryMillis = Limits.JOIN_RETRY_MILLIS;
  private @Nullable Bytes request;
  private final Deque<Received> grants = new ArrayDeque<>();
  private final Set<MemberId> approvers = new TreeSet<>();

  private record Received(Bytes from, Grant grant) {}

  /** What is taken in a step of its own, for which the next question must not wait. */
  private @Nullable Answer untaken;

  private record Answer(Bytes from, SyncReply reply) {}

  /** What this device thinks of who granted; nothing yet of whom it was asked about. */
  private final Map<MemberId, Optional<Input.Belief>> beliefs = new LinkedHashMap<>();

  /** Credentials to be judged before a Grant is accepted. */
  private final SortedSet<Hash32> unseen = new TreeSet<>();

  /**
   * Whose answer could not be taken: facts are at hand that it does not know, so it cannot tell
   * what else is, and told the newest. With what could be taken of its answers since, from which it
   * can go on. Nobody else need ever learn what somebody told this newcomer and was gone.
   */
  private final Map<Bytes, SortedSet<FactId>> knowLess = new LinkedHashMap<>();

  /** What came of asking these on. */
  private final Map<Bytes, Progress> progress = new LinkedHashMap<>();

  private static final class Progress {
    private int had;
    private int inVain;

    /** What is to be asked of it next is asked already. */
    private boolean isAskedAhead;

    boolean goesOnWith(int has) {
      inVain = has > had ? 0 : inVain + 1;
      had = has;
      return inVain <= Limits.FETCHES_IN_VAIN;
    }
  }

  // the introducer's side
  private final Map<MemberId, Asking> asking = new LinkedHashMap<>();
  private final Map<MemberId, Asking> admitted = new LinkedHashMap<>();

  /** Those for whom this peer's word alone is not enough. */
  private final Map<MemberId, Asking> approved = new LinkedHashMap<>();

  private final Map<MemberId, Tick> passedOn = new LinkedHashMap<>();

  private final GrantsAgain grantsAgain = new GrantsAgain();
  private final Bucket passing = new Bucket(Limits.PASSED_ON_PER_SECOND);
  private @Nullable Tick lastAdmit;

  /**
   * @param from where the newcomer is; none if another member passed its request on
   */
  private record Asking(JoinAsk ask, Optional<Bytes> from) {
    MemberId newcomer() {
      return ask.request().member();
    }
  }

  Joining(
      Core core,
      Syncing syncing,
      NeedGive needGive,
      Approvals approvals,
      Pending pending,
      Vouching vouching) {
    this.core = core;
    this.syncing = syncing;
    this.needGive = needGive;
    this.approvals = approvals;
    this.pending = pending;
    this.vouching = vouching;
  }

  // ---- the newcomer

  /** Makes the request. The newcomer drives: it asks again until somebody lets it in. */
  void start() {
    LeafKeyPair leaf = core.self.newLeafKey(core.entropy);
    Bytes leafKey = leaf.publicKey().bytes();
    Hash32 credential = core.blobs.put(core.self.credential());
    SignedJoinRequest signed =
        FactWriter.joinRequest(
            core.self.signing,
            core.group,
            credential,
            core.blobs.put(leafKey),
            Bytes.owning(core.entropy.bytes(JoinRequest.NONCE_BYTES)),
            new FactId(core.group.hash()));
    core.self.becomes(core.group, signed.member());
    request = SideCodec.encode(new JoinAsk(signed, core.self.credential(), leafKey, false));
  }

  boolean isWaiting() {
    return request != null;
  }

  /** What it waits for: a hint, for it cannot know yet who is a member. */
  String whyWaiting() {
    if (!grants.isEmpty()) {
      return "let in; fetching what the group knows";
    }
    return approvers.isEmpty()
        ? "asking to be let in"
        : "asking to be let in; " + approvers.size() + " approved so far";
  }

  void heard(Approval approval) {
    boolean isOurs =
        isWaiting()
            && core.self.isNamed()
            && approval.action() == Approval.Action.ADMIT
            && approval.subject().equals(core.self.member().hash());
    if (isOurs && approvers.size() < Limits.APPROVALS) {
      approvers.add(approval.header().author());
    }
  }

  void introducerSeen(Bytes address) {
    if (!isWaiting() || introducers.contains(address)) {
      return;
    }
    if (introducers.size() == Limits.INTRODUCERS) {
      introducers.remove(0);
    }
    introducers.add(address);
    if (!core.timers.isSet(Timers.Name.ASK_AGAIN_TO_JOIN)) {
      ask();
    }
  }

  void ask() {
    Bytes message = request;
    if (message == null || introducers.isEmpty()) {
      return;
    }
    if (beliefs.containsValue(Optional.<Input.Belief>empty())) {
      // All is at hand but this device's own word, which may be a person's.
      core.timers.set(
          Timers.Name.ASK_AGAIN_TO_JOIN, core.now.plusMillis(Limits.JOIN_RETRY_MOST_MILLIS));
      return;
    }
    if (!grants.isEmpty()) {
      // Let in already: what is missing is the past of a Grant, which several may have.
      fetch(List.copyOf(grants).get(fetches % grants.size()));
      core.timers.set(Timers.Name.ASK_AGAIN_TO_JOIN, core.now.plusMillis(Limits.FETCH_PAST_MILLIS));
      if (fetches++ % ASK_EVERY != 0) {
        return;
      }
    } else {
      core.timers.set(Timers.Name.ASK_AGAIN_TO_JOIN, core.now.plusMillis(retryMillis));
      retryMillis = Math.min(2 * retryMillis, Limits.JOIN_RETRY_MOST_MILLIS);
    }
    askNext(message);
    if (retryMillis == Limits.JOIN_RETRY_MOST_MILLIS) {
      // Two who let it in make one member of it; waiting on one that is gone costs more.
      askNext(message);
    }
  }

  private void askNext(Bytes message) {
    Bytes next = introducers.get(nextIntroducer++ % introducers.size());
    core.out.add(new Effect.ToAddress(next, message));
  }

  void take(Bytes from, Grant grant) {
    if (!isWaiting()
        || !grant.to().equals(core.self.member())
        || !grant.signed().header().group().equals(core.group)
        || Optional.of(Input.Belief.NOT_THIS_INTRODUCER).equals(beliefs.get(granterOf(grant)))) {
      return;
    }
    if (grants.size() == Limits.GRANTS_PENDING) {
      grants.removeFirst();
    }
    Received received = new Received(from, grant);
    grants.addLast(received);
    if (!tryGrants() && grants.size() == 1) {
      // All the past is asked of one; of the others in turn, if it does not come.
      fetch(received);
      core.timers.set(Timers.Name.ASK_AGAIN_TO_JOIN, core.now.plusMillis(Limits.FETCH_PAST_MILLIS));
    }
  }

  /**
   * The facts, and the credentials on which some of them hang: by what right somebody was expelled.
   */
  private void fetch(Received grant) {
    Progress its = progress.get(grant.from);
    if (its != null && its.isAskedAhead) {
      its.isAskedAhead = false;
      return;
    }
    fetch(grant, sharedWith(grant.from));
  }

  private void fetch(Received grant, List<FactId> shared) {
    List<Hash32> credentials =
        Stream.concat(
                core.membership.lacks().credentials().stream()
                    .map(Membership.Lacks.Credential::hash),
                unseen.stream())
            .distinct()
            .toList();
    syncing.askFor(
        grant.grant.signed().header().heads(),
        credentials,
        shared,
        message -> core.out.add(new Effect.ToAddress(grant.from, message)));
  }

  /** More facts came: is there a Grant all of whose past is at hand? */
  boolean tryGrants() {
    for (Received each : List.copyOf(grants)) {
      if (accept(each.grant)) {
        request = null;
        grants.clear();
        beliefs.clear();
        unseen.clear();
        knowLess.clear();
        progress.clear();
        asking.clear();
        core.timers.clear(Timers.Name.ASK_AGAIN_TO_JOIN);
        return true;
      }
    }
    return false;
  }

  void factsCame() {
    if (!isWaiting()) {
      return;
    }
    if (!isFoundKnown
        && core.ledger.get(new FactId(core.group.hash())) instanceof Known first
        && first.fact() instanceof Found found) {
      isFoundKnown = true;
      core.blobs.judgeAgainst(found);
      core.membership.credentialKnown();
    }
    tryGrants();
  }

  // ---- the past comes

  void take(Bytes from, SyncReply reply) {
    if (isAskedAhead(from, reply)) {
      untaken = new Answer(from, reply);
      core.timers.set(Timers.Name.TAKE_ANSWER, core.now);
    } else {
      syncing.take(from, reply).ifPresent(told -> answered(from, told));
    }
  }

  void takeAnswer() {
    Answer its = untaken;
    untaken = null;
    if (its != null) {
      syncing.take(its.from, its.reply).ifPresent(told -> answered(its.from, told));
    }
  }

  /**
   * All that is told has its signatures looked at, which takes longer than a question and its
   * answer: so the next part is asked for first, as if this one were true. That question stands for
   * the next one that would be asked. Who told what is not true has it stand for the one that is
   * asked when its turn comes, and so is not asked more often than without.
   */
  private boolean isAskedAhead(Bytes from, SyncReply reply) {
    if (!isWaiting() || knowLess.containsKey(from)) {
      return false;
    }
    Received grant =
        grants.stream().filter(each -> each.from.equals(from)).findFirst().orElse(null);
    if (grant == null) {
      return false;
    }
    List<FactId> heads = syncing.atHandWith(reply, grant.grant.signed().header().heads());
    if (heads.isEmpty() || progressWith(from).isAskedAhead) {
      return false;
    }
    fetch(grant, heads);
    progressWith(from).isAskedAhead = true;
    return true;
  }

  /**
   * Who answered has more, as long as something is missing. To ask at whatever else comes would be
   * a storm in a busy group; and whose answers lead nowhere is asked again in its turn only.
   */
  private void answered(Bytes from, List<FactId> told) {
    factsCame();
    for (Received each : grants) {
      if (each.from.equals(from)) {
        note(from, told);
        if (leadsOn(from)) {
          fetch(each);
        }
        return;
      }
    }
  }

  /** It gave a fact that was not at hand, or that it was not known to have. */
  private boolean leadsOn(Bytes from) {
    int known = knowLess.getOrDefault(from, Collections.emptySortedSet()).size();
    return progressWith(from).goesOnWith(core.ledger.size() + known);
  }

  private Progress progressWith(Bytes from) {
    if (!progress.containsKey(from) && progress.size() == Limits.INTRODUCERS) {
      progress.remove(progress.keySet().iterator().next());
    }
    return progress.computeIfAbsent(from, its -> new Progress());
  }

  private void note(Bytes from, List<FactId> told) {
    List<FactId> taken = told.stream().filter(id -> core.ledger.get(id) != null).toList();
    if (taken.size() < told.size() && !knowLess.containsKey(from)) {
      if (knowLess.size() == Limits.INTRODUCERS) {
        knowLess.remove(knowLess.keySet().iterator().next());
      }
      knowLess.put(from, new TreeSet<>());
    }
    Set<FactId> its = knowLess.get(from);
    if (its != null) {
      its.addAll(taken);
    }
  }

  /** What both have, as heads. */
  private List<FactId> sharedWith(Bytes address) {
    Set<FactId> its = knowLess.get(address);
    if (its == null) {
      return core.membership.atHand();
    }
    SortedSet<FactId> heads = new TreeSet<>(its);
    for (FactId id : its) {
      if (core.ledger.get(id) instanceof Known fact) {
        fact.envelope().header().heads().forEach(heads::remove);
      }
    }
    return heads.stream().limit(Limits.HEADS).toList();
  }

  /** The newcomer checks what it is told: the facts must lead to what it was given. */
  private boolean accept(Grant grant) {
    List<Known> heads = new ArrayList<>();
    for (FactId id : grant.signed().header().heads()) {
      Known head = core.ledger.get(id);
      if (head == null) {
        return false;
      }
      heads.add(head);
    }
    GroupState told = core.ledger.join(heads);
    MemberId granter = grant.signed().header().author();
    Known admit = core.ledger.get(grant.admit());
    boolean sound =
        admit != null
            && told.contains(admit)
            && told.isMember(granter)
            && !told.isFaulty(granter)
            && told.person(core.self.member()).isPresent()
            && core.isSignedBy(told.person(granter), grant.signed());
    if (admit == null || !sound) {
      core.ignored("a Grant whose facts do not lead to it");
      return false;
    }
    if (!isBelieved(granter, told) || !core.membership.adopt(grant.signed().header().heads())) {
      return false;
    }
    vouching.letInBy(granter, admit);
    open(grant, granter);
    return true;
  }

  /**
   * Each side checks the other: before a newcomer believes what it was told, its own policy judges
   * who told it, and who founded the group.
   */
  private boolean isBelieved(MemberId granter, GroupState told) {
    Optional<Input.Belief> belief = beliefs.get(granter);
    if (belief != null) {
      return belief.equals(Optional.of(Input.Belief.YES));
    }
    Found found = told.found();
    Hash32 its = told.newestStay(granter).orElseThrow().credential();
    Optional<Bytes> credential = core.blobs.get(its);
    Optional<Bytes> founders = core.blobs.get(found.founder().credential());
    unseen.clear();
    if (credential.isEmpty()) {
      unseen.add(its);
    }
    if (founders.isEmpty()) {
      unseen.add(found.founder().credential());
    }
    if (unseen.isEmpty()) {
      if (beliefs.size() == Limits.INTRODUCERS) {
        beliefs.remove(beliefs.keySet().iterator().next());
      }
      beliefs.put(granter, Optional.empty());
      Bytes key = told.person(granter).orElseThrow().request().key();
      core.out.add(
          new Effect.AskBelief(
              granter, key, credential.orElseThrow(), found, founders.orElseThrow()));
    }
    return false;
  }

  void believe(MemberId granter) {
    if (isWaiting() && beliefs.replace(granter, Optional.of(Input.Belief.YES)) != null) {
      tryGrants();
    }
  }

  /** Let in all the same, so another member can tell what there is to know. */
  void disbelieve(MemberId granter) {
    if (isWaiting()) {
      beliefs.replace(granter, Optional.of(Input.Belief.NOT_THIS_INTRODUCER));
      grants.removeIf(each -> granterOf(each.grant).equals(granter));
      core.timers.set(Timers.Name.ASK_AGAIN_TO_JOIN, core.now.plusMillis(retryMillis));
    }
  }

  /**
   * Others count this newcomer among them already: so that they need not wait for it to be gone.
   */
  void sayGoodbye(MemberId granter) {
    for (Received each : grants) {
      Known admit = core.ledger.get(each.grant.admit());
      if (granterOf(each.grant).equals(granter) && admit != null) {
        core.ledger
            .after(admit)
            .newestStay(core.self.member())
            .ifPresent(
                stay ->
                    core.multicast(
                        EvidenceCodec.encode(
                            core.self.writer().leave(List.of(admit.id()), stay.id()))));
        return;
      }
    }
  }

  private static MemberId granterOf(Grant grant) {
    return grant.signed().header().author();
  }

  private void open(Grant grant, MemberId granter) {
    SealContext context =
        new SealContext(
            core.group, granter, core.self.member(), MessageType.GRANT, grant.admit().hash());
    for (LeafKeyPair leaf : core.self.leafKeys()) {
      if (SecretReader.open(leaf, context, grant.sealed(), NeedGive::secrets)
          instanceof SecretReader.Read.Ok<Map<FactId, EpochSecret>> ok) {
        needGive.accept(ok.value(), ok.value().keySet(), granter);
        return;
      }
    }
    core.ignored("a Grant that does not open: its keys are asked for");
  }

  // ---- the introducer

  void take(Bytes from, JoinAsk ask) {
    MemberId newcomer = ask.request().member();
    JoinRequest request = ask.request().request();
    if (!core.isMember() || !request.group().equals(core.group)) {
      return;
    }
    // Before anything else: a member's request is public, and whoever sends it with a leaf key of
    // its own must not be granted what is the member's.
    if (!isWhatItSays(ask)) {
      core.ignored("a JoinRequest that is not what it says");
      return;
    }
    Asking who = new Asking(ask, ask.isPassedOn() ? Optional.empty() : Optional.of(from));
    boolean wasLetIn = core.state().person(newcomer).isPresent();
    if (core.state().isMember(newcomer) || (wasLetIn && !mayAdmit(who))) {
      who.from.ifPresent(to -> grantAgain(newcomer, to, who));
      return;
    }
    if (!letsIn() || asking.size() >= Limits.ADMIT_QUEUE) {
      core.ignored("a JoinRequest while this peer leaves, or one too many");
      return;
    }
    core.blobs.put(ask.credential());
    core.blobs.put(ask.leafKey());
    if (core.blobs.judge(request.credential(), request.key())
        instanceof CredentialVerdict.Refused refused) {
      core.ignored("a JoinRequest whose credential is refused: " + refused.reason());
      return;
    }
    switch (core.state().found().rights().admit()) {
      case Rights.AnyMember any -> askPolicy(who);
      case Rights.WithRole with -> {
        if (mayAdmit(who)) {
          askPolicy(who);
        } else {
          passOn(who);
        }
      }
      case Rights.WithApprovals with -> {
        if (!approved.containsKey(newcomer)) {
          askPolicy(who);
        } else if (ask.isPassedOn()) {
          approvals.sayAgain(Approval.Action.ADMIT, newcomer.hash());
        } else {
          approved.put(newcomer, who);
          passOn(who);
        }
      }
    }
  }

  /**
   * Not once it said that it goes: whoever makes the Rekey need not know an Admit that came later,
   * and whom it let in would be out with it.
   */
  private boolean letsIn() {
    return core.isMember() && !pending.isLeaving();
  }

  private boolean isWhatItSays(JoinAsk ask) {
    JoinRequest request = ask.request().request();
    return request.credential().equals(Hash32.sha256(ask.credential().toArray()))
        && request.leafKey().equals(Hash32.sha256(ask.leafKey().toArray()))
        && LeafKey.decode(ask.leafKey()) instanceof Decoded.Ok
        && core.verifier.holds(ask.request());
  }

  private void askPolicy(Asking who) {
    if (!isWanted(who)) {
      core.ignored("a JoinRequest of somebody who was put out");
      return;
    }
    Asking known = asking.get(who.newcomer());
    if (known == null || known.from.isEmpty()) {
      asking.put(who.newcomer(), who);
    }
    if (known == null) {
      core.out.add(new Effect.AskPolicy(who.ask.request(), who.ask.credential()));
    }
  }

  /** Who was expelled comes back only if this peer said that it would have it back. */
  private boolean isWanted(Asking who) {
    Fingerprint device = Fingerprint.of(who.ask.request().request().key());
    return !core.ledger.isBarred(core.state(), device)
        || approvals.has(Approval.Action.PARDON, device.hash());
  }

  /** To all members: for their approval, or for somebody who has the right. */
  private void passOn(Asking who) {
    Tick last = passedOn.get(who.newcomer());
    boolean isDue = last == null || core.now.millisSince(last) >= Limits.PASS_ON_MILLIS;
    if (who.ask.isPassedOn() || !isDue || !passing.take(core.now)) {
      return;
    }
    passedOn.remove(who.newcomer());
    passedOn.put(who.newcomer(), core.now);
    if (passedOn.size() > Limits.APPROVED_ACTS) {
      passedOn.remove(passedOn.keySet().iterator().next());
    }
    JoinAsk ask = who.ask;
    core.multicast(
        SideCodec.encode(new JoinAsk(ask.request(), ask.credential(), ask.leafKey(), true)));
  }

  void decided(MemberId newcomer, boolean yes) {
    Asking who = asking.remove(newcomer);
    if (who == null || !yes || !letsIn()) {
      return;
    }
    boolean byApprovals = core.state().found().rights().admit() instanceof Rights.WithApprovals;
    if (byApprovals && !mayAdmit(who)) {
      approvals.approve(Approval.Action.ADMIT, newcomer.hash());
    }
    if (!mayAdmit(who)) {
      // It waits for the others' words: to let it in, or about its pardon.
      approved.put(newcomer, who);
      if (approved.size() > Limits.APPROVED_ACTS) {
        approved.remove(approved.keySet().iterator().next());
      }
      if (byApprovals) {
        passOn(who);
      }
      return;
    }
    soon(who);
  }

  /** The first at once; those of the next moment together. */
  private void soon(Asking who) {
    admitted.put(who.newcomer(), who);
    Tick last = lastAdmit;
    if (who.from.isEmpty()) {
      // Others with the right heard of it too.
      int wait = core.random(Limits.PASSED_ON_WAIT_MILLIS);
      core.timers.setIfUnset(Timers.Name.ADMIT_BATCH, core.now.plusMillis(wait));
    } else if (last == null || core.now.millisSince(last) >= Limits.ADMIT_BATCH_MILLIS) {
      admit();
    } else {
      core.timers.setIfUnset(Timers.Name.ADMIT_BATCH, last.plusMillis(Limits.ADMIT_BATCH_MILLIS));
    }
  }

  /** Whoever was asked by the newcomer itself, approved, and sees enough approvals, lets it in. */
  void admitWhomEnoughApproved() {
    if (approved.isEmpty() || !letsIn()) {
      return;
    }
    for (Asking who : List.copyOf(approved.values())) {
      if (core.state().person(who.newcomer()).isPresent()) {
        approved.remove(who.newcomer());
      } else if (who.from.isPresent() && isWanted(who) && mayAdmit(who)) {
        approved.remove(who.newcomer());
        soon(who);
      }
    }
  }

  void admit() {
    if (!letsIn() || admitted.isEmpty()) {
      return;
    }
    lastAdmit = core.now;
    List<Asking> batch = batch();
    batch.forEach(each -> admitted.remove(each.newcomer()));
    if (!admitted.isEmpty()) {
      core.timers.set(Timers.Name.ADMIT_BATCH, core.now.plusMillis(Limits.ADMIT_BATCH_MILLIS));
    }
    // Somebody may have been put out, or let in by another, while the policy was asked.
    List<Asking> still =
        batch.stream()
            .filter(each -> !core.state().isMember(each.newcomer()))
            .filter(each -> isWanted(each) && mayAdmit(each))
            .toList();
    if (still.isEmpty()) {
      return;
    }
    List<SignedJoinRequest> rows = still.stream().map(each -> each.ask.request()).toList();
    Admit content = new Admit(rows, words(still.get(0)));
    Envelope fact = core.write(core.signingState(), content, Bytes.EMPTY);
    if (core.say(fact) && core.ledger.get(fact.id()) instanceof Known admit) {
      still.forEach(each -> grantFirst(admit, each));
    }
  }

  /** An Admit is valid also when a row of it begins no stay. */
  private void grantFirst(Known admit, Asking who) {
    core.state().liveStays(who.newcomer()).stream()
        .filter(stay -> stay.begunBy().equals(admit))
        .forEach(stay -> grant(stay, who));
  }

  /** Who needs others' words is let in alone: an Admit has room for so many. */
  private List<Asking> batch() {
    List<Asking> batch = new ArrayList<>();
    for (Asking each : admitted.values()) {
      boolean isAlone = !words(each).isEmpty();
      if (batch.isEmpty() || (!isAlone && batch.size() < Limits.ADMIT_ROWS)) {
        batch.add(each);
      }
      if (isAlone && batch.contains(each)) {
        break;
      }
    }
    return batch;
  }

  private boolean mayAdmit(Asking who) {
    return core.ledger.mayAdmit(
        core.signingState(), core.self.member(), new Admit(List.of(who.ask.request()), words(who)));
  }

  /** What others said for this newcomer, as far as the group's rights ask for it. */
  private List<Approval> words(Asking who) {
    List<Approval> words = new ArrayList<>();
    if (core.state().found().rights().admit() instanceof Rights.WithApprovals) {
      words.addAll(approvals.ofOthers(Approval.Action.ADMIT, who.newcomer().hash()));
    }
    Fingerprint device = Fingerprint.of(who.ask.request().request().key());
    if (core.ledger.isBarred(core.state(), device)) {
      words.addAll(approvals.ofOthers(Approval.Action.PARDON, device.hash()));
    }
    return words.size() > Limits.APPROVALS ? words.subList(0, Limits.APPROVALS) : words;
  }

  /**
   * The Grant was lost, or its introducer: any member may hand over what any member may give.
   * Whoever was suspended or put out before it knew the group learns that in the same way, and gets
   * no keys. Only so often, and not to who has been heard since: the request is public, and anybody
   * can send it again, but who signed anything has taken a Grant and needs no other.
   */
  private void grantAgain(MemberId newcomer, Bytes to, Asking who) {
    if (core.membership.hasSpoken(newcomer) || !grantsAgain.may(newcomer, to, core.now)) {
      core.ignored("a JoinRequest of somebody let in already, heard since or one too many");
      return;
    }
    for (Stay stay : core.state().currentStays(newcomer)) {
      if (stay.begunBy().fact() instanceof Admit) {
        grant(stay, who);
        return;
      }
    }
  }

  private void grant(Stay stay, Asking who) {
    Known admit = stay.begunBy();
    MemberId to = stay.person().id();
    if (!(LeafKey.decode(who.ask.leafKey()) instanceof Decoded.Ok<LeafKey> leaf)) {
      return;
    }
    SealContext context =
        new SealContext(core.group, core.self.member(), to, MessageType.GRANT, admit.id().hash());
    try (SecretWriter writer = new SecretWriter()) {
      List<FactId> held = core.state().isOver(stay) ? List.of() : epochsFor(admit);
      writer.u8(held.size());
      for (FactId epoch : held) {
        try (EpochSecret secret = grantable(admit, epoch).orElseThrow()) {
          writer.hash(epoch.hash()).u32(secret.revision()).secret(secret);
        }
      }
      Bytes sealed = writer.sealTo(leaf.value(), context, core.entropy);
      Bytes message =
          SideCodec.grant(core.self.writer(), core.signingState().heads(), to, admit.id(), sealed);
      core.out.add(
          who.from.isPresent()
              ? new Effect.ToAddress(who.from.get(), message)
              : new Effect.ToMember(to, message));
    }
  }

  private List<FactId> epochsFor(Known admit) {
    return admit.names().stream().filter(epoch -> grantable(admit, epoch).isPresent()).toList();
  }

  /**
   * The epoch's secret one step on from where the Admit found it: nothing earlier can be derived.
   */
  private Optional<EpochSecret> grantable(Known admit, FactId epoch) {
    int stepped = core.ledger.past(admit).revision(epoch) + 1;
    return core.keys
        .get(epoch)
        .filter(held -> held.lowestRevision() <= stepped && !held.isDoubted)
        .map(held -> held.lowest().at(stepped));
  }
}
