package io.keymoot.peer;

import io.keymoot.admission.AdmissionPolicy;
import io.keymoot.admission.Errand;
import io.keymoot.admission.Hearing;
import io.keymoot.admission.Invite;
import io.keymoot.admission.PolicyRules;
import io.keymoot.admission.Question;
import io.keymoot.admission.Reply;
import io.keymoot.admission.Ticket;
import io.keymoot.admission.WallTime;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.Approval;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.JoinRequest;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Person;
import io.keymoot.flatkeying.group.Rendezvous;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.keying.Effect;
import io.keymoot.flatkeying.keying.FlatKeying;
import io.keymoot.flatkeying.keying.Input;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Puts questions to this device's policy, and says what follows from the answers, be they given at
 * once or ten minutes later.
 *
 * <pre>
 *   a newcomer asks           ADMIT       ──▶ let it in, or not
 *   the application wishes    EXPEL       ──▶ expel, by role or by approving
 *   a member approved         EXPEL       ──▶ help: the same, when its turn comes
 *   this device is let in     FOUNDER, INTRODUCER ──▶ believe, ask another, or go
 * </pre>
 *
 * <p>Approvals of members reach every question they bear on. One of ours says what this device's
 * owner or policy said; it puts nobody in or out by itself.
 *
 * <p>Long, but whole: every purpose's question goes into one table and is settled out of it, be it
 * by an answer, by a member's word or by the facts.
 */
final class Judging {

  /** Why a question was asked: what its answer is for. */
  private sealed interface Cause {
    record Newcomer(MemberId member) implements Cause {}

    record Wish(Fingerprint device) implements Cause {}

    record Word(MemberId by, Fingerprint device) implements Cause {}

    record Founder(Effect.AskBelief ask) implements Cause {}

    record Introducer(Effect.AskBelief ask) implements Cause {}
  }

  private record Case(Cause cause, Pending pending) {}

  /** What a question is about, whatever credential is shown. */
  private record Subject(Question.Purpose purpose, MemberId member, Fingerprint target) {
    static Subject of(Pending pending) {
      return new Subject(pending.purpose(), pending.member(), pending.target());
    }
  }

  private record Unheard(MemberId by, Approval approval) {}

  private final AdmissionPolicy policy;
  private final FlatKeying keying;
  private final Identities identities;
  private final Consumer<Input> act;
  private final Consumer<PeerEffect> tell;

  private final SequencedMap<Ticket, Case> open = new LinkedHashMap<>();

  /** Approvals of others, by whom or what they are about, and who gave them. */
  private final SequencedMap<Hash32, SortedMap<MemberId, Hearing.MemberApproved>> approvals =
      new LinkedHashMap<>();

  private final List<Unheard> unheard = new ArrayList<>();

  /** Whom to help put out, and when it is this peer's turn. */
  private final SortedMap<Fingerprint, Tick> helping = new TreeMap<>();

  /** Whom this peer helped to put out, and until when it does not say so again. */
  private final SortedMap<Fingerprint, Tick> helped = new TreeMap<>();

  private final SequencedMap<Subject, String> told = new LinkedHashMap<>();
  private Tick now = Tick.ZERO;
  private WallTime wall = new WallTime(0);

  Judging(
      AdmissionPolicy policy,
      FlatKeying keying,
      Identities identities,
      Consumer<Input> act,
      Consumer<PeerEffect> tell) {
    this.policy = policy;
    this.keying = keying;
    this.identities = identities;
    this.act = act;
    this.tell = tell;
  }

  // ---- time

  void itIs(Tick tick) {
    now = tick;
  }

  void dateIs(WallTime date) {
    wall = date;
  }

  Optional<Tick> nextDeadline() {
    Optional<Tick> help = helping.values().stream().min(Tick::compareTo);
    Optional<Tick> forget = policy.nextDeadline();
    return help.isEmpty() || (forget.isPresent() && forget.get().isBefore(help.get()))
        ? forget
        : help;
  }

  void wake() {
    for (Reply.No no : policy.forget(now)) {
      answered(no);
    }
    List<Fingerprint> due = new ArrayList<>();
    helping.forEach(
        (device, at) -> {
          if (!now.isBefore(at)) {
            due.add(device);
          }
        });
    for (Fingerprint device : due) {
      helping.remove(device);
      if (isIn(device)) {
        helped.put(device, now.plusMillis(PeerLimits.HELP_AGAIN_MILLIS));
        act.accept(new Input.Expel(device));
      }
    }
  }

  // ---- questions

  void mayJoin(Effect.AskPolicy ask) {
    JoinRequest request = ask.request().request();
    ask(
        new Cause.Newcomer(ask.request().member()),
        Question.Purpose.ADMIT,
        ask.request().member(),
        request.key(),
        ask.credential(),
        keying.state().found().trust(),
        Optional.empty());
  }

  /** The application wants this device out. */
  void wish(Fingerprint device) {
    if (!keying.isMember()) {
      return;
    }
    Person self = keying.state().person(keying.self()).orElseThrow();
    ask(
        new Cause.Wish(device),
        Question.Purpose.EXPEL,
        self.id(),
        self.request().key(),
        keying.credential(),
        keying.state().found().trust(),
        Optional.of(device));
  }

  /** Each side checks the other: first who made the rules, then who says what is in the group. */
  void mayBelieve(Effect.AskBelief ask) {
    JoinRequest founder = ask.found().founder();
    ask(
        new Cause.Founder(ask),
        Question.Purpose.FOUNDER,
        founder.member(),
        founder.key(),
        ask.founderCredential(),
        ask.found().trust(),
        Optional.empty());
  }

  private void mayIntroduce(Effect.AskBelief ask) {
    ask(
        new Cause.Introducer(ask),
        Question.Purpose.INTRODUCER,
        ask.granter(),
        ask.key(),
        ask.credential(),
        ask.found().trust(),
        Optional.empty());
  }

  private void ask(
      Cause cause,
      Question.Purpose purpose,
      MemberId member,
      Bytes key,
      Bytes credential,
      Trust trust,
      Optional<Fingerprint> target) {
    Question question = new Question(purpose, keying.group(), trust, key, credential, target);
    Reply reply = policy.ask(question, wall, now);
    Case known = open.get(reply.ticket());
    if (known == null) {
      Identity identity =
          identities.of(
              keying.group(), trust, key, Hash32.sha256(credential.toArray()), credential);
      Fingerprint device = question.device();
      known =
          new Case(
              cause,
              new Pending(
                  reply.ticket(),
                  purpose,
                  member,
                  device,
                  identity.name(),
                  target.orElse(device),
                  List.of(),
                  now));
    }
    open.put(reply.ticket(), known);
    answered(reply);
    if (open.containsKey(reply.ticket())) {
      heardSoFar(reply.ticket());
    }
    if (cause instanceof Cause.Wish && open.containsKey(reply.ticket())) {
      // Who wishes it is the person that the policy would ask.
      answer(reply.ticket(), true, "this device's application");
    }
  }

  // ---- answers

  /** The owner of this device answers: for the persons asked, and by an approval of its own. */
  void answer(Ticket ticket, boolean yes, String by) {
    Case known = open.get(ticket);
    if (known == null) {
      tell.accept(new PeerEffect.Ignored("an answer to a question that nobody asks any more"));
      return;
    }
    hear(new Hearing.OwnerSaid(ticket, yes, by));
    Case still = open.get(ticket);
    if (yes && still != null) {
      approve(still);
    }
  }

  /** Others wait for words of members as well: this device's is one of them. */
  private void approve(Case which) {
    boolean counts =
        which.pending.errands().stream().anyMatch(each -> each instanceof Errand.CollectApprovals);
    if (!counts) {
      return;
    }
    switch (which.cause) {
      case Cause.Newcomer(MemberId member) ->
          act.accept(new Input.Approve(Approval.Action.ADMIT, member.hash()));
      case Cause.Wish(Fingerprint device) ->
          act.accept(new Input.Approve(Approval.Action.EXPEL, device.hash()));
      case Cause.Word(MemberId by, Fingerprint device) ->
          act.accept(new Input.Approve(Approval.Action.EXPEL, device.hash()));
      case Cause.Founder founder -> {}
      case Cause.Introducer introducer -> {}
    }
  }

  void hear(Hearing hearing) {
    policy.hear(hearing, wall, now).ifPresent(this::answered);
  }

  // ---- what the policy goes by

  void goBy(PolicyRules rules) {
    policy.reload(rules, wall).forEach(this::answered);
  }

  void takeLists(List<Bytes> lists) {
    List<String> faults = policy.takeRevocationLists(lists);
    if (!faults.isEmpty()) {
      tell.accept(new PeerEffect.PolicyFaults(faults));
    }
    policy.judgeAnew(wall).forEach(this::answered);
  }

  void add(Invite invite) {
    if (policy.addInvite(invite)) {
      tellInvites();
    } else {
      tell.accept(
          new PeerEffect.PolicyFaults(
              List.of(
                  "There is an invite of the name \""
                      + invite.name()
                      + "\" already, or there are too many.")));
    }
  }

  void removeInvite(String name) {
    policy.removeInvite(name);
    tellInvites();
  }

  private void tellInvites() {
    tell.accept(new PeerEffect.InvitesAre(policy.addedInvites(), policy.inviteUses()));
  }

  WallTime wall() {
    return wall;
  }

  private void answered(Reply reply) {
    Case known = open.get(reply.ticket());
    if (known == null) {
      return;
    }
    switch (reply) {
      case Reply.Yes(Ticket ticket, String because) -> {
        open.remove(ticket);
        told.remove(Subject.of(known.pending));
        tell.accept(new PeerEffect.PolicyDecided(known.pending, true, because, ""));
        if (known.pending.purpose() == Question.Purpose.ADMIT) {
          tellInvites();
        }
        yes(known.cause);
      }
      case Reply.No(Ticket ticket, String reason, String remedy) -> {
        open.remove(ticket);
        if (isNews(known.pending, reason)) {
          tell.accept(new PeerEffect.PolicyDecided(known.pending, false, reason, remedy));
        }
        no(known.cause);
      }
      case Reply.Wait(Ticket ticket, List<Errand> fresh) -> {
        if (!fresh.isEmpty()) {
          List<Errand> errands = new ArrayList<>(known.pending.errands());
          errands.addAll(fresh);
          Pending waiting = with(known.pending, errands);
          open.put(ticket, new Case(known.cause, waiting));
          tell.accept(new PeerEffect.PolicyWaits(waiting, fresh));
        }
      }
    }
  }

  private static Pending with(Pending pending, List<Errand> errands) {
    return new Pending(
        pending.ticket(),
        pending.purpose(),
        pending.member(),
        pending.device(),
        pending.shown(),
        pending.target(),
        List.copyOf(errands),
        pending.since());
  }

  /** Who is turned away asks again and again: people are told once, and when the reason changes. */
  private boolean isNews(Pending about, String reason) {
    String before = told.put(Subject.of(about), reason);
    if (told.size() > PeerLimits.TOLD) {
      told.pollFirstEntry();
    }
    return !reason.equals(before);
  }

  private void yes(Cause cause) {
    switch (cause) {
      case Cause.Newcomer(MemberId member) -> act.accept(new Input.Decided(member, true));
      case Cause.Wish(Fingerprint device) -> act.accept(new Input.Expel(device));
      case Cause.Word(MemberId by, Fingerprint device) -> help(device);
      case Cause.Founder(Effect.AskBelief ask) -> mayIntroduce(ask);
      case Cause.Introducer(Effect.AskBelief ask) ->
          act.accept(new Input.Believed(ask.granter(), Input.Belief.YES));
    }
  }

  private void no(Cause cause) {
    switch (cause) {
      case Cause.Newcomer(MemberId member) -> act.accept(new Input.Decided(member, false));
      case Cause.Wish wish -> {}
      case Cause.Word word -> {}
      case Cause.Founder(Effect.AskBelief ask) ->
          act.accept(new Input.Believed(ask.granter(), Input.Belief.NOT_THIS_GROUP));
      case Cause.Introducer(Effect.AskBelief ask) ->
          act.accept(new Input.Believed(ask.granter(), Input.Belief.NOT_THIS_INTRODUCER));
    }
  }

  // ---- words of members

  /** A member wants somebody in, or some device out. */
  void approved(MemberId by, Approval approval) {
    if (by.equals(keying.self())) {
      return;
    }
    if (unheard.size() < PeerLimits.UNHEARD) {
      unheard.add(new Unheard(by, approval));
    }
    hearApprovals();
  }

  /** Those count whose speaker's credential is at hand; it was asked for when they came. */
  void hearApprovals() {
    if (unheard.isEmpty()) {
      return;
    }
    GroupState state = keying.state();
    for (Iterator<Unheard> each = unheard.iterator(); each.hasNext(); ) {
      Unheard word = each.next();
      Stay stay = state.newestStay(word.by).orElse(null);
      if (stay == null) {
        each.remove();
      } else if (keying.credential(stay.credential()).orElse(null) instanceof Bytes credential) {
        each.remove();
        heard(word, stay.person(), credential);
      }
    }
  }

  private void heard(Unheard word, Person speaker, Bytes credential) {
    Hash32 subject = word.approval.subject();
    remember(subject, speaker, credential);
    for (Case each : List.copyOf(open.values())) {
      if (subjectOf(each.cause).equals(Optional.of(subject))) {
        hear(
            new Hearing.MemberApproved(each.pending.ticket(), speaker.request().key(), credential));
      }
    }
    Fingerprint device = new Fingerprint(subject);
    boolean isCall = word.approval.action() == Approval.Action.EXPEL && isIn(device);
    if (isCall && !isOurs(device) && mayHelp(device)) {
      ask(
          new Cause.Word(word.by, device),
          Question.Purpose.EXPEL,
          word.by,
          speaker.request().key(),
          credential,
          keying.state().found().trust(),
          Optional.of(device));
    }
  }

  private void remember(Hash32 subject, Person speaker, Bytes credential) {
    SortedMap<MemberId, Hearing.MemberApproved> its =
        approvals.computeIfAbsent(subject, s -> new TreeMap<>());
    if (its.size() < PeerLimits.APPROVALS_OF_ONE) {
      its.put(
          speaker.id(),
          new Hearing.MemberApproved(new Ticket(0), speaker.request().key(), credential));
    }
    if (approvals.size() > PeerLimits.APPROVED_SUBJECTS) {
      approvals.pollFirstEntry();
    }
  }

  private void heardSoFar(Ticket ticket) {
    Case known = open.get(ticket);
    if (known == null) {
      return;
    }
    subjectOf(known.cause)
        .map(approvals::get)
        .ifPresent(
            its -> {
              for (Hearing.MemberApproved each : List.copyOf(its.values())) {
                hear(new Hearing.MemberApproved(ticket, each.key(), each.credential()));
              }
            });
  }

  private static Optional<Hash32> subjectOf(Cause cause) {
    return switch (cause) {
      case Cause.Newcomer(MemberId member) -> Optional.of(member.hash());
      case Cause.Wish(Fingerprint device) -> Optional.of(device.hash());
      case Cause.Word(MemberId by, Fingerprint device) -> Optional.of(device.hash());
      case Cause.Founder founder -> Optional.empty();
      case Cause.Introducer introducer -> Optional.empty();
    };
  }

  // ---- helping

  /** A thousand policies say yes at once: they act one after the other, until it is done. */
  private void help(Fingerprint device) {
    Hash32 own = place(keying.self());
    long rank =
        keying.state().members().stream()
            .filter(each -> place(each.id()).compareTo(own) < 0)
            .count();
    double wait = PeerLimits.RANK_STEP_MILLIS * StrictMath.log(1.0 + rank) / StrictMath.log(2);
    helping.put(device, now.plusMillis((long) wait));
  }

  /** Once is enough for a while, however many call for it. */
  private boolean mayHelp(Fingerprint device) {
    Tick until = helped.get(device);
    return !helping.containsKey(device) && (until == null || !now.isBefore(until));
  }

  private Hash32 place(MemberId member) {
    return Rendezvous.place(keying.group(), "EXPEL", member);
  }

  private boolean isIn(Fingerprint device) {
    return keying.state().members().stream().anyMatch(each -> each.device().equals(device));
  }

  private boolean isOurs(Fingerprint device) {
    return keying.isMember()
        && keying.state().person(keying.self()).orElseThrow().device().equals(device);
  }

  // ---- what the facts make needless

  /** Questions about who is in by now, or out, are asked no longer. */
  void rosterChanged() {
    GroupState state = keying.state();
    for (Case each : List.copyOf(open.values())) {
      String settled =
          switch (each.cause) {
            case Cause.Newcomer(MemberId member) ->
                state.isMember(member) ? "Another member let it in." : "";
            case Cause.Wish(Fingerprint device) -> isIn(device) ? "" : "It is out.";
            case Cause.Word(MemberId by, Fingerprint device) -> isIn(device) ? "" : "It is out.";
            case Cause.Founder founder -> "";
            case Cause.Introducer introducer -> "";
          };
      if (!settled.isEmpty()) {
        open.remove(each.pending.ticket());
        policy.withdraw(each.pending.ticket());
        if (each.cause instanceof Cause.Newcomer(MemberId member)) {
          act.accept(new Input.Decided(member, false));
        }
        tell.accept(new PeerEffect.PolicyDecided(each.pending, true, settled, ""));
      }
    }
    helping.keySet().removeIf(device -> !isIn(device));
    helped.keySet().removeIf(device -> !isIn(device));
  }

  /** What waits for an answer, the oldest first. */
  List<Pending> waiting() {
    return open.values().stream().map(Case::pending).toList();
  }
}
