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
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;
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
 * <p>A question is the same whichever start of a device asks it, or whichever of its members: so it
 * has several causes, and its answer is for all of them. Approvals of members reach every question
 * they bear on, and are taken back when who gave them is out. One of ours says what this device's
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

  /** A question that waits, for whom, and whose approvals the policy has heard of. */
  private static final class Case {
    final List<Cause> causes = new ArrayList<>();
    Pending pending;
    List<Hearing.Voice> voices = List.of();

    Case(Pending pending) {
      this.pending = pending;
    }

    /** What members would have to want. */
    Optional<Words.Act> act() {
      return switch (causes.get(0)) {
        case Cause.Newcomer(MemberId member) ->
            Optional.of(new Words.Act(Approval.Action.ADMIT, member.hash()));
        case Cause.Wish(Fingerprint device) -> Optional.of(calling(device));
        case Cause.Word(MemberId by, Fingerprint device) -> Optional.of(calling(device));
        case Cause.Founder founder -> Optional.empty();
        case Cause.Introducer introducer -> Optional.empty();
      };
    }
  }

  /** Whom to help put out when it is this peer's turn, and who called for it. */
  private record Help(MemberId by, Tick at) {}

  /** What a question is about, whatever is shown and whichever start of the device asks. */
  private record Subject(Question.Purpose purpose, Fingerprint device, Fingerprint target) {
    static Subject of(Pending pending) {
      return new Subject(pending.purpose(), pending.device(), pending.target());
    }
  }

  private record Told(Subject about, String reason) {}

  private final AdmissionPolicy policy;
  private final FlatKeying keying;
  private final Identities identities;
  private final Consumer<Input> act;
  private final Consumer<PeerEffect> tell;

  private final SequencedMap<Ticket, Case> open = new LinkedHashMap<>();

  private final Words words = new Words();
  private final SortedMap<Fingerprint, Help> helping = new TreeMap<>();

  /** Whom this peer helped to put out, and until when it does not say so again. */
  private final SortedMap<Fingerprint, Tick> helped = new TreeMap<>();

  private final SequencedSet<Told> told = new LinkedHashSet<>();
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
    Tick next = policy.nextDeadline().orElse(null);
    for (Help help : helping.values()) {
      next = Tick.earlier(next, help.at);
    }
    return Optional.ofNullable(next);
  }

  void wake() {
    for (Reply.No no : policy.forget(now)) {
      answered(no);
    }
    List<Fingerprint> due = new ArrayList<>();
    helping.forEach(
        (device, help) -> {
          if (!now.isBefore(help.at)) {
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
    Identity identity =
        identities.of(keying.group(), trust, key, Hash32.sha256(credential.toArray()), credential);
    Fingerprint device = question.device();
    Case known = open.get(reply.ticket());
    Pending pending =
        new Pending(
            reply.ticket(),
            purpose,
            member,
            device,
            identity.name(),
            target.orElse(device),
            known == null ? List.of() : known.pending.errands(),
            known == null ? now : known.pending.since());
    if (known == null) {
      known = new Case(pending);
    }
    known.pending = pending;
    open.put(reply.ticket(), known);
    join(known, cause);
    answered(reply);
    tellWords(known);
    if (cause instanceof Cause.Wish && open.containsKey(reply.ticket())) {
      // Who wishes it is the person that the policy would ask.
      answer(reply.ticket(), true, "this device's application");
    }
  }

  /**
   * A newer request of a device that wants in ends its older one: the process that made that is
   * gone, or if it was played back, whoever is there asks again. Of several members that let this
   * newcomer in each gets its answer.
   */
  private void join(Case which, Cause cause) {
    if (which.causes.contains(cause)) {
      return;
    }
    int most =
        cause instanceof Cause.Founder || cause instanceof Cause.Introducer
            ? PeerLimits.BELIEFS
            : 1;
    while (which.causes.size() >= most) {
      letGo(which.causes.remove(0));
    }
    which.causes.add(cause);
  }

  private void letGo(Cause cause) {
    switch (cause) {
      case Cause.Newcomer newcomer -> no(newcomer);
      case Cause.Wish wish -> {}
      case Cause.Word word -> {}
      case Cause.Founder(Effect.AskBelief ask) -> notBy(ask);
      case Cause.Introducer(Effect.AskBelief ask) -> notBy(ask);
    }
  }

  private void notBy(Effect.AskBelief ask) {
    act.accept(new Input.Believed(ask.granter(), Input.Belief.NOT_THIS_INTRODUCER));
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
    which
        .act()
        .ifPresent(wanted -> act.accept(new Input.Approve(wanted.action(), wanted.subject())));
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
    if (policy.addInvite(invite, wall)) {
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
        Subject about = Subject.of(known.pending);
        told.removeIf(each -> each.about.equals(about));
        tell.accept(new PeerEffect.PolicyDecided(known.pending, true, because, ""));
        if (known.pending.purpose() == Question.Purpose.ADMIT) {
          tellInvites();
        }
        List.copyOf(known.causes).forEach(this::yes);
      }
      case Reply.No(Ticket ticket, String reason, String remedy) -> {
        open.remove(ticket);
        if (isNews(known.pending, reason)) {
          tell.accept(new PeerEffect.PolicyDecided(known.pending, false, reason, remedy));
        }
        List.copyOf(known.causes).forEach(this::no);
      }
      case Reply.Wait(Ticket ticket, List<Errand> fresh) -> {
        if (!fresh.isEmpty()) {
          List<Errand> errands = new ArrayList<>(known.pending.errands());
          errands.addAll(fresh);
          known.pending = with(known.pending, errands);
          tell.accept(new PeerEffect.PolicyWaits(known.pending, fresh));
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

  /** Who is turned away asks again and again: people are told once, and of each other reason. */
  private boolean isNews(Pending about, String reason) {
    boolean isNews = told.add(new Told(Subject.of(about), reason));
    if (told.size() > PeerLimits.TOLD) {
      told.removeFirst();
    }
    return isNews;
  }

  private void yes(Cause cause) {
    switch (cause) {
      case Cause.Newcomer(MemberId member) -> act.accept(new Input.Decided(member, true));
      case Cause.Wish(Fingerprint device) -> act.accept(new Input.Expel(device));
      case Cause.Word(MemberId by, Fingerprint device) -> help(by, device);
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
      case Cause.Introducer(Effect.AskBelief ask) -> notBy(ask);
    }
  }

  // ---- words of members

  /** A member wants somebody in, or some device out. */
  void approved(MemberId by, Approval approval) {
    Words.Word word = new Words.Word(by, new Words.Act(approval.action(), approval.subject()));
    if (!by.equals(keying.self()) && matters(word.act()) && words.heard(word, now)) {
      listen(word);
    }
  }

  private boolean matters(Words.Act act) {
    return switch (act.action()) {
      case ADMIT -> !keying.state().isMember(new MemberId(act.subject()));
      case EXPEL -> isIn(new Fingerprint(act.subject()));
      case PARDON, SUSPEND -> false;
    };
  }

  /** Credentials came, perhaps of members whose words could not be listened to without. */
  void credentialsCame() {
    if (words.count() > 0) {
      words.unheard().forEach(this::listen);
    }
  }

  /** A word counts once its speaker's credential is at hand; it was asked for when it came. */
  private void listen(Words.Word word) {
    Hearing.Voice voice = voice(word.by()).orElse(null);
    if (voice == null) {
      return;
    }
    words.isListenedTo(word, now);
    for (Case each : List.copyOf(open.values())) {
      if (each.act().equals(Optional.of(word.act()))) {
        tellWords(each);
      }
    }
    if (word.act().action() == Approval.Action.EXPEL) {
      called(word.by(), new Fingerprint(word.act().subject()), voice);
    }
  }

  private Optional<Hearing.Voice> voice(MemberId member) {
    GroupState state = keying.state();
    Stay stay = state.newestStay(member).orElse(null);
    return stay == null
        ? Optional.empty()
        : keying
            .credential(stay.credential())
            .map(bytes -> new Hearing.Voice(stay.person().request().key(), bytes));
  }

  /** A member that wants a device out wants our help. */
  private void called(MemberId by, Fingerprint device, Hearing.Voice voice) {
    if (isIn(device) && !isOurs(device) && mayHelp(device)) {
      ask(
          new Cause.Word(by, device),
          Question.Purpose.EXPEL,
          by,
          voice.key(),
          voice.credential(),
          keying.state().found().trust(),
          Optional.of(device));
    }
  }

  /** All who want what a question is about, and are in. */
  private void tellWords(Case which) {
    Words.Act act = which.act().orElse(null);
    if (act == null || open.get(which.pending.ticket()) != which) {
      return;
    }
    List<Hearing.Voice> voices =
        words.by(act).stream()
            .filter(keying.state()::isMember)
            .flatMap(member -> voice(member).stream())
            .toList();
    if (!voices.equals(which.voices)) {
      which.voices = voices;
      hear(new Hearing.MembersApprove(which.pending.ticket(), voices));
    }
  }

  private static Words.Act calling(Fingerprint device) {
    return new Words.Act(Approval.Action.EXPEL, device.hash());
  }

  // ---- helping

  /** A thousand policies say yes at once: they act one after the other, until it is done. */
  private void help(MemberId by, Fingerprint device) {
    Hash32 own = place(keying.self());
    long rank =
        keying.state().members().stream()
            .filter(each -> place(each.id()).compareTo(own) < 0)
            .count();
    double wait = PeerLimits.RANK_STEP_MILLIS * StrictMath.log(1.0 + rank) / StrictMath.log(2);
    helping.put(device, new Help(by, now.plusMillis((long) wait)));
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
    return !keying.state().membersOf(device).isEmpty();
  }

  private boolean isOurs(Fingerprint device) {
    return keying.isMember()
        && keying.state().person(keying.self()).orElseThrow().device().equals(device);
  }

  // ---- what the facts make needless

  /**
   * Questions about who is in by now, or out, are asked no longer; nor for whoever is out itself,
   * and what it said before counts no longer.
   */
  void rosterChanged() {
    GroupState state = keying.state();
    words.keepOnly(state::isMember, this::matters);
    for (Case each : List.copyOf(open.values())) {
      Optional<Settled> settled = settled(each.causes.get(0));
      if (settled.isPresent()) {
        open.remove(each.pending.ticket());
        policy.withdraw(each.pending.ticket());
        for (Cause cause : each.causes) {
          if (cause instanceof Cause.Newcomer newcomer) {
            no(newcomer);
          }
        }
        Settled how = settled.get();
        tell.accept(new PeerEffect.PolicyDecided(each.pending, how.yes, how.why, ""));
      } else {
        tellWords(each);
      }
    }
    helped.keySet().removeIf(device -> !isIn(device));
    helping.keySet().removeIf(device -> !isIn(device));
    List<Fingerprint> nobodys = new ArrayList<>();
    helping.forEach(
        (device, help) -> {
          if (!state.isMember(help.by)) {
            nobodys.add(device);
          }
        });
    for (Fingerprint device : nobodys) {
      // Others may have called for the same.
      helping.remove(device);
      Words.Act act = calling(device);
      words.by(act).forEach(by -> listen(new Words.Word(by, act)));
    }
  }

  /** How the facts settled a question. */
  private record Settled(boolean yes, String why) {}

  private Optional<Settled> settled(Cause cause) {
    GroupState state = keying.state();
    Settled isOut = new Settled(true, "It is out.");
    return switch (cause) {
      case Cause.Newcomer(MemberId member) ->
          state.isMember(member)
              ? Optional.of(new Settled(true, "Another member let it in."))
              : Optional.empty();
      case Cause.Wish(Fingerprint device) -> isIn(device) ? Optional.empty() : Optional.of(isOut);
      case Cause.Word(MemberId by, Fingerprint device) ->
          !isIn(device)
              ? Optional.of(isOut)
              : state.isMember(by)
                  ? Optional.empty()
                  : Optional.of(new Settled(false, "Who called for it is out itself."));
      case Cause.Founder founder -> Optional.empty();
      case Cause.Introducer introducer -> Optional.empty();
    };
  }

  /** What waits for an answer, the oldest first. */
  List<Pending> waiting() {
    return open.values().stream().map(each -> each.pending).toList();
  }
}
